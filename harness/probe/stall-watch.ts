/** A process that stood still for less is as good as one that did not, in ms. */
export const toldStallMs = 100;

/** So often the process shows itself that it has the machine's time, in ms. */
const everyMs = 50;
/** Longer than any look lasts, in ms: what is older is asked for by nobody. */
const rememberedMs = 10_000;

/** Knows when this process got no time of the machine's. */
export interface StallWatch extends Disposable {
  /** The longest that it stood still since a moment of `performance.now()`, in ms: of whole stalls, also of one that had begun before. */
  longestSince(sinceMs: number): number;
}

/** Watches from now on, until it is disposed. */
export function watchStalls(): StallWatch {
  let stalls: readonly { readonly endMs: number; readonly lastedMs: number }[] = [];
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lastedMs = now - lastMs - everyMs;
    lastMs = now;
    if (lastedMs < everyMs) return;
    stalls = [...stalls.filter(({ endMs }) => now - endMs < rememberedMs), { endMs: now, lastedMs }];
  }, everyMs);
  return {
    longestSince: (sinceMs) =>
      stalls.reduce(
        (longest, { endMs, lastedMs }) => (endMs > sinceMs ? Math.max(longest, lastedMs) : longest),
        0,
      ),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
