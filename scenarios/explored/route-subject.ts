import type { NodeRef, World } from "../../harness/model/scenario.ts";
import { newRouteNamed, type Routed } from "../building/route.ts";
import type { Subject, SubjectKind } from "./subject.ts";

function subjectOf({ object, intent }: Routed): Subject {
  return { object, wanted: [intent], traffic: [], trafficWithout: [] };
}

function withPods(world: World, node: NodeRef, { object }: Subject, pods: number): Subject {
  if (object.kind !== "routed-service") throw new Error(`${object.name} is no routed service`);
  if (pods === 0) return { object: { ...object, backends: [] }, wanted: [], traffic: [], trafficWithout: [] };
  const backends = [{ node: node.name, address: world.pod(node) }];
  const intent = { kind: "route", node: node.name, vip: object.vip } as const;
  return subjectOf({ object: { ...object, backends }, intent });
}

export const routeKind: SubjectKind = {
  settings: {},
  create: (world, node, name) => subjectOf(newRouteNamed(world, name, node)),
  move: (world, node, before) => withPods(world, node, before, 1),
  scale: (world, node, before, pods) => withPods(world, node, before, pods),
  changePorts: (before) => before,
  // A route is all or nothing: a past one that is live again is wanted.
  shares: () => false,
};
