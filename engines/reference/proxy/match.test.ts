import { describe, expect, test } from "vitest";
import { isMatch } from "../../../harness/model/matcher.ts";
import type { Intent, Settings } from "../../../harness/model/scenario.ts";
import { parseIpsetSave } from "../../../harness/state/ipset.ts";
import { isKept } from "../../../harness/oracle/residue.ts";
import { match } from "../match.ts";
import { proxyKeeps } from "./keeps.ts";

const selection = { name: "reference", variant: "default", options: {} };

/** What the harness reads where one Service has a node port, beside default/kubernetes. */
const items = parseIpsetSave(
  [
    "create leakproof-svip-4 hash:ip family inet hashsize 1024 maxelem 65536",
    "add leakproof-svip-4 10.97.0.1",
    "add leakproof-svip-4 10.97.0.5",
    "add leakproof-svip-4 172.30.0.10",
    "create leakproof-svip-port-4 hash:ip,port family inet hashsize 1024 maxelem 65536",
    "add leakproof-svip-port-4 10.97.0.1,tcp:443",
    "add leakproof-svip-port-4 10.97.0.5,tcp:80",
    "add leakproof-svip-port-4 172.30.0.10,tcp:30080",
    "create leakproof-local-ips-4 hash:ip family inet hashsize 1024 maxelem 65536",
    "add leakproof-local-ips-4 172.30.0.10",
    "create leakproof-local-ips-6 hash:ip family inet6 hashsize 1024 maxelem 65536",
    "add leakproof-local-ips-6 fd00:30::a",
  ].join("\n"),
);

function found(intent: Intent, settings: Settings = { serviceProxy: "sets" }): readonly number[] {
  return match(intent, { selection, settings, namespace: "lp-1" }).map(
    (matcher) => items.filter((item) => isMatch(matcher, item)).length,
  );
}

const port = {
  kind: "service-port",
  node: "n1",
  clusterIp: "10.97.0.5",
  protocol: "TCP",
  port: 80,
  targetPort: 8080,
  backends: ["10.244.0.5"],
} as const;

describe("match finds, in what the harness reads of the sets,", () => {
  test.each<[string, Intent, readonly number[]]>([
    ["a port of a Service", port, [1]],
    ["no other port of it", { ...port, port: 81 }, [0]],
    ["a node port", { kind: "node-port", node: "n1", protocol: "TCP", nodePort: 30080 }, [1]],
    ["none of UDP", { kind: "node-port", node: "n1", protocol: "UDP", nodePort: 30080 }, [0]],
    ["an address of Services", { kind: "service-address", node: "n1", address: "172.30.0.10" }, [1]],
    ["none that has gone", { kind: "service-address", node: "n1", address: "10.97.0.9" }, [0]],
    ["an address of the node's own", { kind: "own-address", node: "n1", address: "172.30.0.10" }, [1]],
    ["one of IPv6", { kind: "own-address", node: "n1", address: "fd00:30::a" }, [1]],
  ])("%s", (_, intent, counts) => {
    expect(found(intent)).toEqual(counts);
  });

  test("virtual servers only where those are asked for, and nothing where there is no service proxy", () => {
    expect(found(port, { serviceProxy: "ipvs" })).toEqual([1, 0, 0]);
    expect(found(port, {})).toEqual([]);
  });
});

describe("what is kept", () => {
  test("is the structure, the node's own addresses, and what default/kubernetes needs; nothing of a scenario", () => {
    const cluster = { apiServiceAddress: "10.97.0.1", apiEndpoints: [] };
    const keeps = proxyKeeps({ serviceProxy: "sets" }, cluster);
    expect(items.filter((item) => !isKept(keeps, item)).map(({ text }) => text)).toEqual([
      "add leakproof-svip-4 10.97.0.5",
      "add leakproof-svip-4 172.30.0.10",
      "add leakproof-svip-port-4 10.97.0.5,tcp:80",
      "add leakproof-svip-port-4 172.30.0.10,tcp:30080",
    ]);
  });
});
