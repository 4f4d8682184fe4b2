import type { EngineHost, GatewayPod, Surroundings } from "../../../harness/model/engine.ts";
import type { KubeObject } from "../../../harness/model/objects.ts";
import { podExecTarget } from "./pod.ts";
import { gatewayGroup, gatewayKinds, gatewayResources } from "./objects.ts";

function definitionOf(plural: keyof typeof gatewayKinds): KubeObject {
  const kind = gatewayKinds[plural];
  const schema = {
    type: "object",
    properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${gatewayGroup}` },
    spec: {
      group: gatewayGroup,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

async function untilServed(host: EngineHost): Promise<void> {
  for (const plural of gatewayResources) {
    await host.until(`${plural} are served`, async () => {
      const { status } = await host.request("GET", `/apis/${gatewayGroup}/v1/${plural}`);
      return status === 200 ? true : undefined;
    });
  }
}

function gatewayPod(host: EngineHost): GatewayPod {
  return { ...podExecTarget(host.node.name), files: {}, writable: [] };
}

async function createPod(host: EngineHost): Promise<void> {
  const { namespace, pod, container } = gatewayPod(host);
  await host.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod, namespace },
    spec: { nodeName: host.node.name, containers: [{ name: container, image: "leakproof.dev/gateway" }] },
  });
  await host.openGateway(gatewayPod(host));
}

/** The engine's own kinds of objects, and a pod on the node that it programs. */
export const surroundings: Surroundings = {
  async prepare(host) {
    for (const plural of gatewayResources) await host.apply(definitionOf(plural));
    await untilServed(host);
    await createPod(host);
  },
  async furnish() {
    // The engine finds the pod by itself.
  },
  async restartGateway(host) {
    const { namespace, pod } = gatewayPod(host);
    await host.request("DELETE", `/api/v1/namespaces/${namespace}/pods/${pod}`, { gracePeriodSeconds: 0 });
    await createPod(host);
  },
};
