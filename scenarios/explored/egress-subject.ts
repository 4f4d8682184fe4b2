import type { FeatureObject } from "../../harness/model/objects.ts";
import { egressBy, egressSettings } from "../building/egress.ts";
import type { Subject, SubjectKind } from "./subject.ts";

function serviceOf({ object }: Subject): Extract<FeatureObject, { kind: "egress-service" }> {
  if (object.kind !== "egress-service") throw new Error(`${object.name} is no egress service`);
  return object;
}

function subjectOf({ object, intent, rewritten, untouched }: ReturnType<typeof egressBy>): Subject {
  return { object, wanted: [intent], traffic: [rewritten], trafficWithout: [untouched] };
}

export const egressKind: SubjectKind = {
  settings: egressSettings,
  create: (world, node, name) =>
    subjectOf(egressBy({ kind: "egress-service", name, vip: world.vip() }, node, world.pod(node))),
  move: (world, node, before) => subjectOf(egressBy(serviceOf(before), node, world.pod(node))),
  scale: (world, node, before, pods) =>
    pods > 0
      ? egressKind.move(world, node, before)
      : {
          object: { ...serviceOf(before), backends: [] },
          wanted: [],
          traffic: [],
          trafficWithout: [],
        },
  changePorts: (before) => before,
  // Every pod is fresh, and every item names one.
  shares: () => false,
};
