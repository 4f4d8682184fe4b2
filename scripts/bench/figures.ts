import { defaultProfile } from "./default-profile.ts";
import { interrupt } from "./interrupt.ts";
import type { Figure } from "./measure.ts";
import { measureInside } from "./sandbox-task.ts";
import { secondStart } from "./second-start.ts";
import { throughput } from "./throughput.ts";

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

/** Every figure, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  clusterStart,
  snapshot,
  secondStart,
  interrupt,
  throughput,
  defaultProfile,
];
