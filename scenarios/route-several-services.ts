import type { Scenario } from "../harness/model/scenario.ts";
import { newRoute, routeCanary } from "./building/route.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** Three services on one node lose and regain their routes one by one, never each other's. */
export const scenario: Scenario = {
  name: "route-several-services",
  title: "Each of several services has its own route, with its own life",
  feature: "route-table",
  nodes: 1,
  settings: {},
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/823",
    "https://github.com/kube-vip/kube-vip/pull/854",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newRoute(world, "gone", node);
    const paused = newRoute(world, "paused", node);
    const kept = newRoute(world, "kept", node);
    const back = { node: node.name, address: world.pod(node) };
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object), apply(paused.object)],
        expect: present(gone.intent, paused.intent, kept.intent),
      },
      {
        name: "one-deleted",
        operations: [remove(gone.object)],
        expect: [...absent(gone.intent), ...present(paused.intent, kept.intent)],
      },
      {
        name: "one-without-backends",
        operations: [apply({ ...paused.object, backends: [] })],
        expect: [...absent(gone.intent, paused.intent), ...present(kept.intent)],
      },
      {
        name: "backend-returned",
        operations: [apply({ ...paused.object, backends: [back] })],
        expect: [...present(paused.intent, kept.intent), ...absent(gone.intent)],
      },
      {
        name: "all-deleted",
        operations: [remove(paused.object), remove(kept.object)],
        expect: absent(gone.intent, paused.intent, kept.intent),
      },
    ];
  },
  canary: routeCanary,
};
