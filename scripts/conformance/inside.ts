import { Socket } from "node:net";

/** The outside asks us to end on fd 3, and closes it when it dies. */
function listenToOutside(onInterrupt: () => void): void {
  const control = new Socket({ fd: 3, readable: true, writable: false });
  control.on("data", () => onInterrupt());
  control.on("end", () => process.exit(130));
  control.on("error", () => process.exit(130));
}

const stop = new AbortController();
// First of all: the rest takes a second to load on a busy machine, and a request must not wait for it.
listenToOutside(() => stop.abort());
const { exitCodeFor, renderProblems } = await import("../../harness/errors/problems.ts");
try {
  const { runInside } = await import("./run-inside.ts");
  process.exit(await runInside(stop));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exit(exitCodeFor(error));
}
