import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { createReferences, type Inspected, type InspectedRun, inspectAttempt } from "./inspect-attempt.ts";

/** Below that, threads cost more than they give. */
const fewAttempts = 12;
const maxThreads = 8;
/** What is read of an attempt is of no use after it: with less room for the young, much of it is moved before it goes. */
const youngMb = 48;

/** What a thread is told. */
export interface SharedWork {
  readonly run: InspectedRun;
  /** One number, shared by all threads: the place of the next attempt that nobody looks at yet. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** One thread; it ends when no attempt is left. */
async function workOff(work: SharedWork): Promise<readonly Inspected[]> {
  const worker = new Worker(new URL("inspect.worker.ts", import.meta.url), {
    workerData: work,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  });
  const done: Inspected[] = [];
  worker.on("message", (found: readonly Inspected[]) => void done.push(...found));
  await once(worker, "exit");
  return done;
}

/**
 * Looks at every attempt of a run, on all processors; in the manifest's order. Goes on where the caller's thread is
 * busy meanwhile.
 */
export async function inspectAll(run: InspectedRun): Promise<readonly Inspected[]> {
  const { attempts } = run.manifest;
  if (attempts.length <= fewAttempts) {
    const references = createReferences();
    const found: Inspected[] = [];
    for (const planned of attempts) found.push(await inspectAttempt(run, planned, references));
    return found;
  }
  const threads = Math.min(availableParallelism(), maxThreads);
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const found = await Promise.all(Array.from({ length: threads }, () => workOff({ run, next })));
  const known = new Map(found.flat().map((one) => [one.id, one]));
  return attempts.flatMap(({ id }) => known.get(id) ?? []);
}
