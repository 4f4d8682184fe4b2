import { addressServicePort } from "../harness/model/objects.ts";
import type { Intent, NodeRef, Scenario, TrafficCheck, World } from "../harness/model/scenario.ts";
import { addressSettings, newAddress } from "./building/address.ts";
import { absent, apply, kill, present, remove, start, terminate } from "./building/steps.ts";

/** A service of which one engine does the address, and the other one what goes to the service. */
function newShared(world: World, prefix: string, node: NodeRef) {
  const { object, intent } = newAddress(world, prefix, node);
  const clusterIp = world.clusterIp();
  const { protocol, port, targetPort } = addressServicePort;
  const backends = object.backends.map(({ address }) => address);
  const led: Intent = {
    kind: "service-port",
    node: node.name,
    clusterIp,
    protocol,
    port,
    targetPort,
    backends,
  };
  const answered: TrafficCheck = { kind: "service", node: node.name, address: clusterIp, port, backends };
  return { object: { ...object, clusterIp }, intents: [intent, led], answered };
}

/** What one of them sweeps at its start, or cleans at its end, is not to be the other's. */
export const scenario: Scenario = {
  name: "address-beside-service-rules",
  title: "Two engines on one node, for addresses and for what goes to services, leave each other alone",
  feature: "service-address",
  nodes: 1,
  settings: addressSettings,
  beside: ["service-rules", "ipvs-service"],
  sources: [
    "https://github.com/kube-vip/kube-vip/issues/1634",
    "https://github.com/kube-vip/kube-vip/pull/1635",
  ],
  steps(world) {
    const [node] = world.nodes;
    const gone = newShared(world, "gone", node);
    const kept = newShared(world, "kept", node);
    const fresh = newShared(world, "fresh", node);
    const late = newShared(world, "late", node);
    return [
      {
        name: "created",
        operations: [apply(gone.object), apply(kept.object)],
        expect: present(...gone.intents, ...kept.intents),
        traffic: [gone.answered, kept.answered],
      },
      {
        name: "deleted-while-down",
        operations: [kill(node), remove(gone.object), apply(fresh.object)],
        expect: [],
      },
      {
        name: "engine-started",
        operations: [start(node)],
        expect: [...present(...kept.intents, ...fresh.intents), ...absent(...gone.intents)],
        traffic: [kept.answered, fresh.answered],
      },
      {
        name: "restarted",
        operations: [terminate(node), apply(late.object), start(node)],
        expect: present(...kept.intents, ...fresh.intents, ...late.intents),
        traffic: [kept.answered, late.answered],
      },
    ];
  },
  canary(world) {
    const { object, intents } = newShared(world, "canary", world.nodes[0]);
    return { object, expect: intents };
  },
};
