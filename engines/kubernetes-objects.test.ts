import { expect, test } from "vitest";
import type { FeatureObject } from "../harness/model/objects.ts";
import { plainService } from "./kubernetes-objects.ts";

type Service = Extract<FeatureObject, { kind: "service" }>;

const service: Service = {
  kind: "service",
  name: "web",
  type: "ClusterIP",
  clusterIp: "10.97.0.5",
  ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }],
  backends: [{ address: "10.244.0.5", node: "n1" }],
};

test("a Service of IPv4 says nothing of families", () => {
  const [object, slice, ...others] = plainService(service, "shop");
  expect(JSON.stringify(object)).not.toContain("ipFamil");
  expect(slice).toMatchObject({ metadata: { name: "web" }, addressType: "IPv4" });
  expect(others).toEqual([]);
});

test("one of IPv6 says so, and its addresses from elsewhere are those that it was given", () => {
  const backends = [{ address: "fd00:10:244::5", node: "n1" }];
  const six = { ...service, clusterIp: "fd00:10:97::5", externalIps: ["fd00:30::a"], backends };
  const [object, slice] = plainService(six, "shop");
  const families = { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack", clusterIPs: ["fd00:10:97::5"] };
  expect(object).toMatchObject({ spec: { ...families, externalIPs: ["fd00:30::a"] } });
  expect(slice).toMatchObject({ addressType: "IPv6" });
});

test("one of both has both addresses, and a slice of each family", () => {
  const backends = [...service.backends, { address: "fd00:10:244::5", node: "n1" }];
  const both = { ...service, otherClusterIp: "fd00:10:97::5", backends };
  const [object, ...slices] = plainService(both, "shop");
  expect(object).toMatchObject({
    spec: { clusterIPs: ["10.97.0.5", "fd00:10:97::5"], ipFamilyPolicy: "RequireDualStack" },
  });
  expect(slices).toMatchObject([
    { metadata: { name: "web" }, addressType: "IPv4", endpoints: [{ addresses: ["10.244.0.5"] }] },
    {
      metadata: { name: "web-other", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv6",
      endpoints: [{ addresses: ["fd00:10:244::5"] }],
    },
  ]);
});
