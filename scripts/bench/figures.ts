import { defaultProfile } from "./default-profile.ts";
import { interrupt } from "./interrupt.ts";
import type { Figure } from "./measure.ts";
import { measureInside } from "./sandbox-task.ts";
import { secondStart } from "./second-start.ts";

const clusterStart: Figure = {
  name: "cluster-start",
  title: "start of a cluster",
  measure: (context) => measureInside("cluster-start", 5, context),
};

const snapshot: Figure = {
  name: "snapshot",
  title: "snapshot of a node",
  measure: (context) => measureInside("snapshot", 7, context),
};

const tracing: Figure = {
  name: "tracing",
  title: "an attempt with and without the tracer",
  measure: (context) => measureInside("tracing", 5, context),
};

const harnessTime: Figure = {
  name: "harness-time",
  title: "what the harness takes in an attempt",
  measure: (context) => measureInside("harness-time", 5, context),
};

const throughput: Figure = {
  name: "throughput",
  title: "attempts per minute on warm clusters",
  measure: (context) => measureInside("throughput", 2, context),
};

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  clusterStart,
  snapshot,
  secondStart,
  interrupt,
  tracing,
  harnessTime,
  throughput,
  defaultProfile,
];
