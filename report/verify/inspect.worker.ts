import { parentPort, workerData } from "node:worker_threads";
import { createReferences, type Inspected, inspectAttempt } from "./inspect-attempt.ts";
import type { SharedWork } from "./inspect-all.ts";

/** A thread that takes some attempts of a run at a time, until none is left. */
const { run, next } = workerData as SharedWork;
const references = createReferences();
const { attempts } = run.manifest;

/** Attempts that are judged against one recording lie beside each other in the manifest: pieces keep them together. */
const pieceSize = 8;

for (let at = Atomics.add(next, 0, pieceSize); at < attempts.length; at = Atomics.add(next, 0, pieceSize)) {
  const found: Inspected[] = [];
  for (const planned of attempts.slice(at, at + pieceSize))
    found.push(await inspectAttempt(run, planned, references));
  parentPort?.postMessage(found);
}
