import type { Scenario, TrafficCheck } from "../harness/model/scenario.ts";
import { answeredByBackends, answeredByNone, newService, serviceCanary } from "./building/service.ts";
import { nodePort, ownAddresses, reached, shownBy } from "./building/svip.ts";
import { absent, apply, present, remove } from "./building/steps.ts";

/** What is in no set: which pods a connection ends at. */
export const scenario: Scenario = {
  name: "svip-virtual-servers-changed",
  title: "Virtual servers of a Service lead to its pods, follow them, and go with it",
  feature: "ipvs-service",
  needs: ["ip_vs", "dummy"],
  nodes: 1,
  settings: { serviceProxy: "ipvs" },
  sources: [
    "https://github.com/cloudnativelabs/kube-router/issues/841",
    "https://github.com/kubernetes/kubernetes/issues/78421",
  ],
  steps(world) {
    const [node] = world.nodes;
    const port = nodePort(world);
    const service = { ...newService(world, "vip", node, { ports: [port] }), type: "NodePort" as const };
    const [kept] = service.backends;
    const fresh = { node: node.name, address: world.pod(node) };
    const changed = { ...service, backends: kept === undefined ? [fresh] : [kept, fresh] };
    const atNode = (backends: readonly { readonly address: string }[]): TrafficCheck => ({
      kind: "inbound",
      node: node.name,
      address: node.ipv4,
      port: port.nodePort ?? 0,
      backends: backends.map(({ address }) => address),
    });
    const own = present(...ownAddresses(node, 4));
    return [
      {
        name: "created",
        operations: [apply(service)],
        expect: [...present(...shownBy(service, node)), ...own],
        traffic: [...answeredByBackends(service, node), atNode(service.backends), ...reached(node)],
      },
      {
        name: "changed",
        operations: [apply(changed)],
        expect: [...present(...shownBy(changed, node)), ...own],
        traffic: [...answeredByBackends(changed, node), atNode(changed.backends), ...reached(node)],
      },
      {
        name: "deleted",
        operations: [remove(changed)],
        expect: [...absent(...shownBy(changed, node)), ...own],
        traffic: [...answeredByNone(changed, node), atNode([]), ...reached(node)],
      },
    ];
  },
  canary: (world) => serviceCanary(world),
};
