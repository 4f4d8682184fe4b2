import type { FeatureObject, KubeObject } from "../../../harness/model/objects.ts";
import { gatewayGroup, type GatewayResource, gatewayKinds } from "./objects.ts";

type GatewayFeature = Extract<
  FeatureObject,
  { kind: "elastic-ip" | "floating-ip" | "source-nat" | "port-forward" }
>;

const resources: Readonly<Record<GatewayFeature["kind"], GatewayResource>> = {
  "elastic-ip": "elasticips",
  "floating-ip": "floatingips",
  "source-nat": "sourcenats",
  "port-forward": "portforwards",
};

/** The object of the engine's own kind: its spec is the feature's own. */
export function renderGatewayObject(object: GatewayFeature, namespace: string): KubeObject {
  const { kind, name, objectName = name, ...spec } = { objectName: undefined, ...object };
  return {
    apiVersion: `${gatewayGroup}/v1`,
    kind: gatewayKinds[resources[kind]],
    metadata: { name: objectName, namespace },
    spec,
  };
}
