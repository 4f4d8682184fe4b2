import { parentPort, workerData } from "node:worker_threads";
import type { PlannedEntry } from "../manifest-schema.ts";
import { createReferences, type Inspected, type InspectedRun, inspectAttempt } from "./inspect-attempt.ts";

/** A thread that looks at some attempts of one run at a time. */
const run = workerData as InspectedRun;
const references = createReferences();

async function inspectPiece(attempts: readonly PlannedEntry[]): Promise<readonly Inspected[]> {
  const found: Inspected[] = [];
  for (const planned of attempts) found.push(await inspectAttempt(run, planned, references));
  return found;
}

parentPort?.on("message", (attempts: readonly PlannedEntry[]) => {
  // A rejection is unhandled on purpose: it ends the thread with its error, which the other side waits for.
  void inspectPiece(attempts).then((found) => parentPort?.postMessage(found));
});
