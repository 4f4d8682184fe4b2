import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { parseIptablesSave } from "../state/iptables.ts";
import { retiredIdentity } from "./retired-identity.ts";
import {
  addresses,
  endpoints,
  markRule,
  namespace,
  port,
  RecordingBuilder,
  rule,
  service,
  snatRule,
  testNode,
} from "./testing.ts";

const vip = "172.31.0.9";
const web = service("lp-web", { clusterIP: "10.96.0.5", loadBalancerIP: vip, ports: [{ port: 80 }] });

/** Pod .5 behind a Service; then the pod is .6; `after` is what the node holds then. */
function moved(
  after: readonly StateItem[],
  more: (builder: RecordingBuilder) => unknown = () => 0,
): RecordingBuilder {
  const builder = new RecordingBuilder().started().begin("programmed");
  builder.apply(web).apply(endpoints("lp-web", ["10.244.0.5"]));
  builder.look("step", [markRule("10.244.0.5"), snatRule("10.244.0.5", vip)]).end();
  builder.begin("moved").apply(endpoints("lp-web", ["10.244.0.6"]));
  more(builder);
  return builder.look("step", after).end();
}

const fresh = [markRule("10.244.0.6"), snatRule("10.244.0.6", vip)];

describe("retired-identity", () => {
  it("is silent when the rules have followed", () => {
    expect(retiredIdentity.judge(moved(fresh).whole())).toEqual([]);
  });

  it("finds the MARK and the SNAT rule of the old pod, each once, with owner, packet and first sight", () => {
    const stale = [markRule("10.244.0.5"), snatRule("10.244.0.5", vip), ...fresh];
    const findings = retiredIdentity.judge(moved(stale).begin("later").look("step", stale).whole());
    expect(findings.map(({ level, why, packet, step }) => [level, step, packet, why])).toEqual([
      [
        "core",
        "moved",
        "a packet from 10.244.0.5 to anywhere outside is marked 0x40/0x40",
        "still names 10.244.0.5, which no object names any more",
      ],
      [
        "core",
        "moved",
        `a packet from 10.244.0.5 to anywhere outside leaves as ${vip}`,
        "still names 10.244.0.5, which no object names any more",
      ],
    ]);
    expect(findings[0]?.owner).toBe(`Endpoints ${namespace}/lp-web (no longer names it since step moved)`);
    expect(findings[0]?.firstSeen?.step).toBe("programmed");
    expect(findings[0]?.node).toBe(testNode.name);
  });

  it("waits while the engine is down, and judges again when it is back", () => {
    const down = moved([markRule("10.244.0.5")], (builder) => builder.engine("killed"));
    expect(retiredIdentity.judge(down.whole())).toEqual([]);
    const back = down
      .begin("back")
      .engine("spawned")
      .engine("ready")
      .look("step", [markRule("10.244.0.5")]);
    expect(retiredIdentity.judge(back.whole()).map(({ step }) => step)).toEqual(["back"]);
  });

  it("does not excuse an engine that died by itself", () => {
    const died = moved([markRule("10.244.0.5")], (builder) => builder.engine("exited", { exitCode: 2 }));
    expect(retiredIdentity.judge(died.whole())).toHaveLength(1);
  });

  it("leaves alone what was there before, decoys, connections and what the kernel makes", () => {
    const own = rule("filter", "INPUT", "-s 10.244.0.5/32 -j ACCEPT");
    const decoy = rule("filter", "INPUT", "-s 10.244.0.5/32 -j RETURN");
    const flow: StateItem = {
      family: "conntrack",
      kind: "flow",
      text: "tcp 10.244.0.5",
      tokens: [addresses("10.244.0.5")],
    };
    const kernel: StateItem = {
      family: "route",
      table: "255",
      kind: "route",
      text: "local 10.244.0.5 dev lo proto kernel scope host",
      tokens: [addresses("10.244.0.5")],
    };
    const builder = new RecordingBuilder()
      .started([own])
      .begin("one")
      .apply(endpoints("lp-web", ["10.244.0.5"]));
    builder.event({ kind: "decoys", node: testNode.name, items: [decoy] });
    builder.remove(`Endpoints ${namespace}/lp-web`).look("step", [own, decoy, flow, kernel]);
    expect(retiredIdentity.judge(builder.whole())).toEqual([]);
    const twice = builder.look("step", [own, own, decoy]).whole();
    expect(retiredIdentity.judge(twice)).toHaveLength(1);
  });

  it("finds a port that the Service no longer has, and a node port", () => {
    const spec = { clusterIP: "10.96.0.5", ports: [{ port: 80, nodePort: 30080 }, { port: 443 }] };
    const old = rule("nat", "KUBE-SERVICES", "-d 10.96.0.5/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A", [
      port(80),
    ]);
    const live = rule("nat", "KUBE-SERVICES", "-d 10.96.0.5/32 -p tcp -m tcp --dport 443 -j KUBE-SVC-B", [
      port(443),
    ]);
    const node = rule("nat", "KUBE-NODEPORTS", "-p tcp -m tcp --dport 30080 -j KUBE-EXT-A", [port(30080)]);
    const builder = new RecordingBuilder().started().begin("one").apply(service("lp-web", spec));
    builder.look("step", [old, live, node]).begin("two");
    builder.apply(service("lp-web", { clusterIP: "10.96.0.5", ports: [{ port: 443 }] }));
    const findings = retiredIdentity.judge(builder.look("step", [old, live, node]).whole());
    expect(findings.map(({ item, why }) => [item?.text, why])).toEqual([
      [old.text, "still names 10.96.0.5:80/tcp, which no object names any more"],
      [node.text, "still names node port 30080/tcp, which no object names any more"],
    ]);
  });

  it("judges a name alone as extended", () => {
    const named = rule("nat", "X", '-m comment --comment "lp-a1/lp-web:http" -j RETURN', [
      { kind: "name", name: "lp-a1/lp-web:http" },
    ]);
    const other = rule("nat", "X", "-j RETURN", [{ kind: "name", name: "lp-a1/lp-web-2:http" }]);
    const builder = new RecordingBuilder()
      .started()
      .begin("one")
      .apply(endpoints("lp-web", ["10.244.0.5"]));
    builder.remove(`Endpoints ${namespace}/lp-web`).look("step", [named, other]);
    const findings = retiredIdentity.judge(builder.whole());
    expect(findings.map(({ level, item }) => [level, item?.text])).toEqual([["extended", named.text]]);
  });

  it("does not take a network for the addresses in it, but does take a merged list", () => {
    const inRange = (text: string): StateItem => ({
      ...rule("mangle", "X", text),
      tokens: [addresses(text)],
    });
    const cases = [
      ["10.244.0.0/16", 0],
      ["10.244.0.4-10.244.0.7", 0],
      ["10.244.0.5-10.244.0.6", 1],
      ["10.244.0.5", 1],
    ] as const;
    for (const [text, expected] of cases) {
      expect(retiredIdentity.judge(moved([inRange(text)]).whole()), text).toHaveLength(expected);
    }
  });

  it.each([
    ["v6 in full", "-s fd00:0010:0000::00AB/128 -j MARK --set-xmark 0x40/0x40"],
    ["v6 as SNAT target", "-j SNAT --to-source fd00:10::ab"],
    ["a quoted comment", '-m comment --comment "pod fd00:10:0:0::ab" -j RETURN'],
  ])("knows a v6 address by %s", (_, spec) => {
    const saved = `*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${spec}\nCOMMIT\n`;
    const { items } = parseIptablesSave("ip6tables-legacy", saved);
    const builder = new RecordingBuilder()
      .started()
      .begin("one")
      .apply(endpoints("lp-web", ["FD00:10::AB"]));
    builder.remove(`Endpoints ${namespace}/lp-web`).look("step", items);
    expect(retiredIdentity.judge(builder.whole())).toHaveLength(1);
  });

  it("reads names out of base64 comments", () => {
    const comment = Buffer.from("lp-a1/lp-web").toString("base64");
    const saved = `*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -m comment --comment "${comment}" -j MASQUERADE\nCOMMIT\n`;
    const { items } = parseIptablesSave("iptables-legacy", saved);
    const builder = new RecordingBuilder()
      .started()
      .begin("one")
      .apply(endpoints("lp-web", ["10.244.0.5"]));
    builder.remove(`Endpoints ${namespace}/lp-web`).look("step", items);
    expect(retiredIdentity.judge(builder.whole()).map(({ level }) => level)).toEqual(["extended"]);
  });
});
