import { Socket } from "node:net";
import { exitCodeFor, renderProblems } from "../../harness/errors/problems.ts";
import { runInside } from "./run-inside.ts";

const stop = new AbortController();
/** The outside asks us to end on fd 3, and closes it when it dies. */
const control = new Socket({ fd: 3, readable: true, writable: false });
control.on("data", () => stop.abort());
control.on("end", () => process.exit(130)).on("error", () => process.exit(130));
try {
  process.exit(await runInside(stop));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exit(exitCodeFor(error));
}
