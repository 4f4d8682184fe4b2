const everyMs = 10_000;

/**
 * Prints what is under way at once, and again every ten seconds with the time it has taken.
 *
 * @template T
 * @param {string} what
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const start = Date.now();
  report(`${what} ...`);
  const timer = setInterval(
    () => report(`${what} ... ${Math.round((Date.now() - start) / 1000)} s`),
    everyMs,
  );
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/**
 * A line for the person who waits; on stderr, since stdout belongs to the command.
 *
 * @param {string} line
 */
export function report(line) {
  process.stderr.write(`leakproof: ${line}\n`);
}
