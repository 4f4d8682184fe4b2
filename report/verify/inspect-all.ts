import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { PlannedEntry } from "../manifest-schema.ts";
import { createReferences, type Inspected, type InspectedRun, inspectAttempt } from "./inspect-attempt.ts";

/** Below that, threads cost more than they give. */
const fewAttempts = 12;
const pieceSize = 8;
const maxThreads = 8;

/** Attempts that are judged against one recording lie beside each other in the manifest: pieces keep them together. */
function piecesOf(attempts: readonly PlannedEntry[]): (readonly PlannedEntry[])[] {
  return Array.from({ length: Math.ceil(attempts.length / pieceSize) }, (_, index) =>
    attempts.slice(index * pieceSize, (index + 1) * pieceSize),
  );
}

async function workOff(run: InspectedRun, left: (readonly PlannedEntry[])[]): Promise<readonly Inspected[]> {
  const worker = new Worker(new URL("inspect.worker.ts", import.meta.url), { workerData: run });
  const done: Inspected[] = [];
  try {
    for (let piece = left.shift(); piece !== undefined; piece = left.shift()) {
      worker.postMessage(piece);
      const [answer] = (await once(worker, "message")) as [readonly Inspected[]];
      done.push(...answer);
    }
    return done;
  } finally {
    await worker.terminate();
  }
}

/** Looks at every attempt of a run, on all processors; in the manifest's order. */
export async function inspectAll(run: InspectedRun): Promise<readonly Inspected[]> {
  const { attempts } = run.manifest;
  if (attempts.length <= fewAttempts) {
    const references = createReferences();
    const found: Inspected[] = [];
    for (const planned of attempts) found.push(await inspectAttempt(run, planned, references));
    return found;
  }
  const left = piecesOf(attempts);
  const threads = Math.min(availableParallelism(), maxThreads, left.length);
  const found = await Promise.all(Array.from({ length: threads }, () => workOff(run, left)));
  const known = new Map(found.flat().map((one) => [one.id, one]));
  return attempts.flatMap(({ id }) => known.get(id) ?? []);
}
