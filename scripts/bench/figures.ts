import { defaultProfile } from "./default-profile.ts";
import { interrupt } from "./interrupt.ts";
import type { Figure } from "./measure.ts";
import { measureInside } from "./sandbox-task.ts";
import { secondStart } from "./second-start.ts";
import { verifyRun } from "./verify-run.ts";

/** A figure that is measured inside of the sandbox. */
function inside(name: string, title: string, repetitions: number): Figure {
  return { name, title, measure: (context) => measureInside(name, repetitions, context) };
}

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  inside("cluster-start", "start of a cluster", 5),
  inside("snapshot", "snapshot of a node", 7),
  inside("audit", "audit of a node", 5),
  secondStart,
  interrupt,
  inside("tracing", "an attempt with and without the tracer", 5),
  inside("harness-time", "what the harness takes in an attempt", 5),
  inside("throughput", "attempts per minute on warm clusters", 2),
  verifyRun,
  defaultProfile,
];
