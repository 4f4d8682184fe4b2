import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { residue } from "./residue.ts";
import { endpoints, markRule, namespace, RecordingBuilder, rule } from "./testing.ts";

const jump = rule("mangle", "PREROUTING", "-j KUBE-VIP-EGRESS");
const chain = (name: string): StateItem => ({
  family: "iptables-legacy",
  table: "mangle",
  chain: name,
  kind: "chain",
  text: `-N ${name}`,
  tokens: [],
});
const keeps = [
  { title: "jump", reason: "test", chain: "PREROUTING", text: "-j KUBE-VIP-EGRESS" },
  { title: "chains", reason: "test", kinds: ["chain"], chain: "KUBE-VIP-.*" },
] as const;

/** One object comes and goes, then the canary, then all is emptied. */
function emptied(first: readonly StateItem[], last: readonly StateItem[]): RecordingBuilder {
  const builder = new RecordingBuilder({ profile: { keeps } }).started().begin("one");
  builder.apply(endpoints("lp-web", ["10.244.0.5"])).look("step", [jump, markRule("10.244.0.5")]);
  builder.begin("two").remove(`Endpoints ${namespace}/lp-web`).look("step", first);
  builder
    .begin("<canary>")
    .apply(endpoints("lp-canary", ["10.244.0.7"]))
    .look("canary-programmed", first);
  builder.remove(`Endpoints ${namespace}/lp-canary`).look("canary-removed", last);
  return builder.begin("<empty>").look("emptied", last);
}

describe("residue", () => {
  it("is silent on what the engine declares to keep", () => {
    expect(residue.judge(emptied([jump, chain("KUBE-VIP-A")], [jump, chain("KUBE-VIP-A")]).whole())).toEqual(
      [],
    );
  });

  it("finds what it does not", () => {
    const findings = residue.judge(emptied([jump], [jump, rule("mangle", "X", "-j RETURN")]).whole());
    expect(findings.map(({ level, item, step }) => [level, item?.text, step])).toEqual([
      ["core", "-A X -j RETURN", "<empty>"],
    ]);
  });

  it("finds kept items that grow with objects, but not structure that comes late", () => {
    const grown = emptied([jump, chain("KUBE-VIP-A")], [jump, chain("KUBE-VIP-A"), chain("KUBE-VIP-B")]);
    expect(residue.judge(grown.whole()).map(({ item }) => item?.text)).toEqual(["-N KUBE-VIP-B"]);
    expect(residue.judge(emptied([jump], [jump, chain("KUBE-VIP-B")]).whole())).toEqual([]);
  });

  it("finds all that is there after the clean-up, kept or not, and is silent on a clean node", () => {
    const cleaned = (left: readonly StateItem[]) =>
      new RecordingBuilder({ profile: { keeps } })
        .started()
        .begin("one")
        .look("step", [jump])
        .engine("killed")
        .engine("uninstalled", { exitCode: 0 })
        .look("uninstalled", left);
    expect(residue.judge(cleaned([]).whole())).toEqual([]);
    expect(residue.judge(cleaned([jump]).whole()).map(({ why }) => why)).toEqual([
      "is left after the engine's own clean-up",
    ]);
  });

  it("reports changed sysctls without failing, and says nothing of an engine that we stopped", () => {
    const sysctl: StateItem = {
      family: "sysctl",
      kind: "value",
      text: "net.ipv4.ip_forward = 1",
      tokens: [],
    };
    expect(residue.judge(emptied([], [sysctl]).whole()).map(({ level }) => level)).toEqual(["observed"]);
    const stopped = new RecordingBuilder()
      .started()
      .engine("killed")
      .begin("<empty>")
      .look("emptied", [jump]);
    expect(residue.judge(stopped.whole())).toEqual([]);
  });

  it("compares nothing that is kept on a cluster where others make the engine tidy up, and finds all that is left", () => {
    const found = (last: readonly StateItem[]) => {
      const builder = new RecordingBuilder({ profile: { keeps } }).look("baseline", []).engine("found");
      builder
        .begin("one")
        .apply(endpoints("lp-web", ["10.244.0.5"]))
        .look("step", []);
      builder.remove(`Endpoints ${namespace}/lp-web`).look("step", [chain("KUBE-VIP-A")]);
      return residue.judge(builder.begin("<empty>").look("emptied", last).whole());
    };
    expect(found([chain("KUBE-VIP-A"), chain("KUBE-VIP-B")])).toEqual([]);
    expect(found([markRule("10.244.0.5")]).map(({ why }) => why)).toEqual([
      "is left although every object is gone",
    ]);
  });
});
