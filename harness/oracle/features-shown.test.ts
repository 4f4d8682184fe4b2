import { describe, expect, it } from "vitest";
import type { ItemMatcher } from "../model/matcher.ts";
import type { Settings } from "../model/scenario.ts";
import type { Intent } from "../model/scenario.ts";
import { featuresShown } from "./features-shown.ts";
import { markRule, RecordingBuilder, testNode } from "./testing.ts";

const node = testNode.name;
const egress: Intent = { kind: "egress", node, pod: "10.244.0.5", vip: "172.30.9.1" };
const matcher: ItemMatcher = { title: "MARK", families: ["iptables-legacy"], table: "mangle" };

function expecting(
  intent: Intent,
  matchers: readonly ItemMatcher[],
  { settings = {}, present = true }: { settings?: Settings; present?: boolean } = {},
): RecordingBuilder {
  const builder = new RecordingBuilder({ plan: { settings } }).started().begin("one");
  const expectation = { intent, present };
  const event = {
    kind: "expectation",
    step: "one",
    node,
    expectation,
    matchers,
    met: true,
    waitedMs: 1,
  } as const;
  return builder.event(event);
}

const shown = (builder: RecordingBuilder, items = [markRule("10.244.0.5")]) =>
  featuresShown(builder.look("step", items).whole());

describe("featuresShown", () => {
  it("is what an intent stands for whose items are all there, whatever the runner saw", () => {
    expect(shown(expecting(egress, [matcher]))).toEqual(["egress"]);
    expect(shown(expecting(egress, [matcher]), [])).toEqual([]);
    expect(shown(expecting(egress, [matcher, { title: "SNAT", table: "nat" }]))).toEqual([]);
    expect(shown(expecting(egress, [matcher], { present: false }))).toEqual([]);
  });

  it("tells IPv6, networks that nobody configured, and a leader that was elected", () => {
    expect(shown(expecting({ ...egress, vip: "fd00::9" }, [matcher]))).toEqual(["egress", "egress-ipv6"]);
    const exempt: Intent = { kind: "egress-exempt", node, cidr: "10.96.0.0/12" };
    expect(shown(expecting(exempt, [matcher]))).toEqual(["egress", "egress-cidr-discovery"]);
    const egressCidrs = { pod: "10.244.0.0/16", service: "10.96.0.0/12" };
    expect(shown(expecting(exempt, [matcher], { settings: { egressCidrs } }))).toEqual(["egress"]);
    expect(shown(expecting(egress, [matcher], { settings: { leaderElection: true } }))).toEqual([
      "egress",
      "leader-election",
    ]);
  });

  it("tells egress of certain ports, and nothing by connections, which are the kernel's own", () => {
    const port: Intent = { ...egress, kind: "egress-port", protocol: "TCP", port: 443 };
    expect(shown(expecting(port, [matcher]))).toEqual(["egress", "egress-ports"]);
    const flows: Intent = { kind: "flows", node, address: "172.31.0.9", pod: "10.244.0.5" };
    expect(shown(expecting(flows, [matcher]))).toEqual([]);
  });

  it("tells a Service by what it is made of", () => {
    const intent: Intent = { kind: "node-port", node, protocol: "TCP", nodePort: 30_080 };
    expect(shown(expecting(intent, [matcher]))).toEqual(["service-rules"]);
    const ipvs = { family: "ipvs", kind: "service", text: "-A -t x", tokens: [] } as const;
    expect(shown(expecting(intent, [{ title: "server", families: ["ipvs"] }]), [ipvs])).toEqual([
      "ipvs-service",
    ]);
  });

  it("tells Services in sets from rules", () => {
    const intent: Intent = { kind: "own-address", node, address: "172.30.0.10" };
    const member = { family: "ipset", kind: "member", text: "add own 172.30.0.10", tokens: [] } as const;
    const wanted: ItemMatcher = { title: "own", families: ["ipset"] };
    expect(shown(expecting(intent, [wanted]), [member])).toEqual(["ipvs-service"]);
    const port: Intent = { kind: "node-port", node, protocol: "TCP", nodePort: 30_080 };
    expect(shown(expecting(port, [wanted]), [member])).toEqual(["ipvs-service"]);
  });

  it("is what a packet shows, where intents stand for no items", () => {
    const check = { kind: "egress", node, pod: "10.244.0.5", expectSource: "172.30.9.1" } as const;
    const packet = (seen: string) =>
      expecting(egress, []).event({ kind: "traffic", step: "one", check, seen });
    expect(shown(packet("172.30.9.1"))).toEqual(["egress"]);
    expect(shown(packet("10.244.0.5"))).toEqual([]);
  });

  it("is a clean-up that came to a good end", () => {
    const builder = (exitCode: number) =>
      new RecordingBuilder().started().engine("uninstalled", { exitCode });
    expect(shown(builder(0))).toEqual(["uninstall"]);
    expect(shown(builder(1))).toEqual([]);
  });
});
