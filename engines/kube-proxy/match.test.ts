import { describe, expect, it } from "vitest";
import { isMatch } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { match } from "./match.ts";
import { contextOf, iptables, type Mode, nftables } from "./testing.ts";

type ServicePort = Extract<Intent, { kind: "service-port" }>;

const web: ServicePort = {
  kind: "service-port",
  node: "lp-n1",
  clusterIp: "10.96.0.50",
  protocol: "TCP",
  port: 80,
  targetPort: 8080,
  backends: ["10.244.1.5"],
};
const nodePort: Intent = { kind: "node-port", node: "lp-n1", protocol: "TCP", nodePort: 30080 };

const modes = [
  ["iptables", iptables],
  ["nftables", nftables],
] as const;

function matched(mode: Mode, intent: Intent, items: readonly StateItem[]): readonly number[] {
  return match(intent, contextOf(mode)).map(
    (matcher) => items.filter((item) => isMatch(matcher, item)).length,
  );
}

describe.each(modes)("match in %s mode", (mode, state) => {
  it("finds the dispatch of a Service and the DNAT to its backend", () => {
    expect(matched(mode, web, state("web"))).toEqual([1, 1]);
    expect(matched(mode, nodePort, state("web"))).toEqual([1]);
  });

  it("finds nothing when the Service is gone", () => {
    expect(matched(mode, web, state("idle"))).toEqual([0, 0]);
    expect(matched(mode, nodePort, state("idle"))).toEqual([0]);
  });

  it.each<[string, Partial<ServicePort>, readonly number[]]>([
    ["another address", { clusterIp: "10.96.0.5" }, [0, 1]],
    ["another port", { port: 8080 }, [0, 1]],
    ["another protocol", { protocol: "UDP" }, [0, 0]],
    ["another target port", { targetPort: 80 }, [1, 0]],
    ["another backend", { backends: ["10.244.1.50"] }, [1, 0]],
    ["a missing second backend", { backends: ["10.244.1.5", "10.244.1.6"] }, [1, 1, 0]],
  ])("does not take it for %s", (_, change, counts) => {
    expect(matched(mode, { ...web, ...change }, state("web"))).toEqual(counts);
  });

  it("does not take a node port for one of another protocol or number", () => {
    expect(matched(mode, { ...nodePort, protocol: "UDP" } as Intent, state("web"))).toEqual([0]);
    expect(matched(mode, { ...nodePort, nodePort: 30081 } as Intent, state("web"))).toEqual([0]);
  });

  it("knows that a Service without backends is refused", () => {
    const none = { ...web, backends: [] };
    expect(matched(mode, none, state("refused"))).toEqual([1]);
    expect(matched(mode, none, state("web"))).toEqual([0]);
    expect(matched(mode, web, state("refused"))).toEqual([0, 0]);
  });

  it("stands for nothing of other areas", () => {
    expect(matched(mode, { kind: "route", node: "lp-n1", vip: "172.31.9.50" }, state("web"))).toEqual([]);
  });
});

describe("match in iptables mode", () => {
  it("does not mind which back end `iptables` is", () => {
    expect(matched("iptables", web, iptables("web", "iptables-legacy"))).toEqual([1, 1]);
  });
});
