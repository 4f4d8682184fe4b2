import { describe, expect, it } from "vitest";
import type { FeatureObject } from "../../harness/model/objects.ts";
import { render } from "./render.ts";
import { contextOf } from "./testing.ts";

const context = contextOf("v1.2.3");
const egress: FeatureObject = {
  kind: "egress-service",
  name: "web",
  vip: "172.31.9.50",
  backends: [{ address: "10.244.1.5", node: "lp-n1" }],
};

describe("render", () => {
  it("has the VIP in spec and annotation, and both forms of backends", () => {
    const objects = render(egress, context);
    expect(objects.map(({ kind }) => kind)).toEqual(["Service", "EndpointSlice", "Endpoints"]);
    expect(objects[0]).toMatchObject({
      metadata: {
        namespace: "lp-a1",
        annotations: { "kube-vip.io/loadbalancerIPs": "172.31.9.50", "kube-vip.io/egress": "true" },
      },
      spec: { type: "LoadBalancer", loadBalancerIP: "172.31.9.50", externalTrafficPolicy: "Local" },
    });
    expect(objects[0]?.["spec"]).not.toHaveProperty("selector");
    expect(objects[0]?.metadata.annotations).not.toHaveProperty("kube-vip.io/egress-ipv6");
    expect(objects[1]).toMatchObject({
      metadata: { labels: { "kubernetes.io/service-name": "web" } },
      endpoints: [
        { addresses: ["10.244.1.5"], nodeName: "lp-n1", conditions: { ready: true, serving: true } },
      ],
    });
    expect(objects[2]).toMatchObject({ subsets: [{ addresses: [{ ip: "10.244.1.5", nodeName: "lp-n1" }] }] });
  });

  it("asks for certain ports where the scenario does", () => {
    const ports = [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 443 },
    ] as const;
    const [service] = render({ ...egress, ports }, context);
    expect(service?.metadata.annotations).toMatchObject({
      "kube-vip.io/egress-destination-ports": "udp:53,tcp:443",
    });
  });

  it("keeps address and annotations where the type alone becomes another", () => {
    const [service, ...rest] = render({ ...egress, isInternal: true }, context);
    const [external, ...others] = render(egress, context);
    expect(service?.metadata).toEqual(external?.metadata);
    expect(service?.["spec"]).toMatchObject({ type: "ClusterIP", loadBalancerIP: "172.31.9.50" });
    expect(service?.["spec"]).not.toHaveProperty("externalTrafficPolicy");
    expect(service?.["spec"]).not.toHaveProperty("allocateLoadBalancerNodePorts");
    expect(rest).toEqual(others);
  });

  it("asks for IPv6 by the VIP's family", () => {
    const [service, slice] = render({ ...egress, vip: "fd00:31::5", backends: [] }, context);
    expect(service?.metadata.annotations).toMatchObject({ "kube-vip.io/egress-ipv6": "true" });
    expect(slice).toMatchObject({ addressType: "IPv6", endpoints: [] });
  });

  it("asks for no egress where only a route is wanted", () => {
    const [service] = render({ ...egress, kind: "routed-service" }, context);
    expect(service?.metadata.annotations).toEqual({ "kube-vip.io/loadbalancerIPs": "172.31.9.50" });
  });

  it("asks for an address and nothing else, and for none where the Service is no load balancer", () => {
    const address = { ...egress, kind: "address-service" } as const;
    const [service] = render(address, context);
    expect(service?.metadata.annotations).toEqual({ "kube-vip.io/loadbalancerIPs": "172.31.9.50" });
    const [plain] = render({ ...address, isInternal: true, clusterIp: "10.97.200.4" }, context);
    expect(plain?.["spec"]).toEqual({
      type: "ClusterIP",
      clusterIP: "10.97.200.4",
      loadBalancerIP: "172.31.9.50",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
    });
  });

  it("asks for internal egress where the option says so, and only for egress", () => {
    const internal = contextOf("v1.0.4", {}, { "egress-internal": "true" });
    const asks = (object: FeatureObject) =>
      Object.keys(render(object, internal)[0]?.metadata.annotations ?? {}).includes(
        "kube-vip.io/egress-internal",
      );
    expect([asks(egress), asks({ ...egress, kind: "routed-service" })]).toEqual([true, false]);
  });

  it("makes the pod that networks are read from findable by name and by label", () => {
    const [pod] = render(
      { kind: "cluster-cidrs", name: "x", podCidr: "10.1.0.0/16", serviceCidr: "10.2.0.0/16" },
      context,
    );
    expect(pod?.metadata).toMatchObject({
      name: "kube-controller-manager-x",
      namespace: "kube-system",
      labels: { component: "kube-controller-manager" },
    });
    expect(JSON.stringify(pod)).toContain("--cluster-cidr=10.1.0.0/16");
    expect(JSON.stringify(pod)).toContain("--service-cluster-ip-range=10.2.0.0/16");
  });

  it("refuses what it does not claim", () => {
    const service: FeatureObject = {
      kind: "service",
      name: "web",
      type: "ClusterIP",
      clusterIp: "10.97.0.9",
      ports: [],
      backends: [],
    };
    expect(() => render(service, context)).toThrow("[run/internal]");
  });
});
