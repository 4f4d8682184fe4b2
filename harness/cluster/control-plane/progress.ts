/** Says what a long piece of work is at. */
export interface ShowProgress extends Disposable {
  /** The latest state; printed when the next line is due. */
  update(state: string): void;
}

/**
 * Reports `what` at once, and every `everyMs` again with the time it has taken and the latest state, until
 * it is disposed.
 */
export function showProgress(what: string, report: (line: string) => void, everyMs = 10_000): ShowProgress {
  const start = Date.now();
  let latest = "";
  report(what);
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - start) / 1000);
    report(`${what}: ${seconds} s${latest === "" ? "" : `, ${latest}`}`);
  }, everyMs);
  timer.unref();
  return {
    update: (state) => {
      latest = state;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
