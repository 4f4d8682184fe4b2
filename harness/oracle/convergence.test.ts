import { describe, expect, it } from "vitest";
import type { KeptItem } from "../model/engine.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { Recording } from "../model/recording.ts";
import type { NodeRef } from "../model/scenario.ts";
import type { StateItem } from "../model/state.ts";
import type { Finding } from "../model/verdict.ts";
import { convergence } from "./convergence.ts";
import {
  endpoints,
  markRule,
  namespace,
  RecordingBuilder,
  rule,
  service,
  snatRule,
  testNode,
} from "./testing.ts";

const kill: PlannedFault = {
  action: { kind: "kill", scope: "tree" },
  step: "moved",
  node: 0,
  trigger: { at: "settled" },
  heal: "same-step",
};
const jump = rule("mangle", "PREROUTING", "-j KUBE-VIP-EGRESS");
const jumps: readonly KeptItem[] = [{ title: "jump", reason: "test", chain: "PREROUTING" }];
const [old, next, vip] = ["10.244.0.5", "10.244.0.6", "172.31.0.9"];

interface Attempt {
  readonly moved: readonly StateItem[];
  readonly gone?: readonly StateItem[];
  readonly faults?: readonly PlannedFault[];
  readonly world?: string;
  readonly keeps?: readonly KeptItem[];
}

/** A pod moves, then its service goes; what the node holds after each. */
function attempt({ moved, gone = [], faults, world = "w", keeps = jumps }: Attempt): Recording {
  const plan = { world, ...(faults === undefined ? {} : { faults }) };
  const builder = new RecordingBuilder({ profile: { keeps }, plan }).started().begin("created");
  builder.apply(service("lp-web", { loadBalancerIP: vip })).apply(endpoints("lp-web", [old]));
  builder
    .look("step", [jump, markRule(old)])
    .begin("moved")
    .apply(endpoints("lp-web", [next]));
  builder.look("step", moved).begin("deleted");
  builder.remove(`Service ${namespace}/lp-web`).remove(`Endpoints ${namespace}/lp-web`);
  return builder.look("step", gone).whole();
}

const clean = attempt({ moved: [jump, markRule(next)], gone: [jump] });

function judge(own: Attempt, reference: Recording | undefined = clean): readonly Finding[] {
  return convergence.judge(attempt({ faults: [kill], ...own }), reference);
}

describe("convergence", () => {
  it("compares what an upgraded engine holds, and nothing that another version of it does", () => {
    const upgraded = (left: readonly StateItem[]): Recording => {
      const builder = new RecordingBuilder({ profile: { keeps: jumps }, plan: { world: "w" } });
      builder
        .started()
        .begin("created")
        .apply(service("lp-web", { loadBalancerIP: vip }));
      builder.engine("spawned", { earlierVersion: "v1" }).engine("ready");
      builder.look("step", [jump, markRule(old)]).begin("moved");
      builder.engine("spawned").engine("ready").look("step", left);
      return builder.whole();
    };
    const fresh = new RecordingBuilder({ profile: { keeps: jumps }, plan: { world: "w", fresh: true } });
    fresh
      .started()
      .begin("created")
      .apply(service("lp-web", { loadBalancerIP: vip }));
    const reference = fresh.look("step", [jump]).begin("moved").look("step", [jump]).whole();
    expect(convergence.judge(upgraded([jump]), reference)).toEqual([]);
    expect(convergence.judge(upgraded([jump, markRule(old)]), reference)).toHaveLength(1);
  });

  it("is silent where the state is that of the fault-free attempt", () => {
    expect(judge({ moved: [markRule(next), jump], gone: [jump] })).toEqual([]);
  });

  it("finds what is stale, with its owner, and tells it once", () => {
    const findings = judge({ moved: [jump, markRule(next), markRule(old)], gone: [jump, markRule(old)] });
    expect(findings).toMatchObject([
      { level: "core", step: "moved", item: { text: markRule(old).text }, node: testNode.name },
    ]);
    expect(findings[0]?.why).toMatch(/^is stale/);
    expect(findings[0]?.owner).toBe(`Endpoints ${namespace}/lp-web`);
  });

  it("takes for nothing what the engine made of somebody else's address: that depends on when it came", () => {
    const items = (family: "address" | "ipset"): readonly StateItem[] => [
      {
        family,
        kind: family === "ipset" ? "member" : "address",
        text: "192.0.2.138",
        tokens: [{ kind: "addresses", family: 4, first: "192.0.2.138", last: "192.0.2.138" }],
      },
    ];
    const note = items("ipset");
    const judgeWith = (decoys: readonly StateItem[]): readonly Finding[] => {
      const own = attempt({ faults: [kill], moved: [jump, markRule(next), ...note], gone: [jump, ...note] });
      const event = { kind: "decoys", node: testNode.name, items: decoys, atMs: 0 } as const;
      return convergence.judge(
        { ...own, events: [...own.events.slice(0, -1), event, ...own.events.slice(-1)] },
        clean,
      );
    };
    expect(judgeWith(items("address"))).toEqual([]);
    expect(judgeWith([])).toHaveLength(1);
  });

  it("finds what is lost", () => {
    const findings = judge({ moved: [jump], gone: [jump] });
    expect(findings).toMatchObject([{ step: "moved", item: { text: markRule(next).text } }]);
    expect(findings[0]?.why).toMatch(/^is lost/);
  });

  it("takes for no loss what was only left behind without the fault", () => {
    const leaves = attempt({ moved: [jump, markRule(next), markRule(old)], gone: [jump, markRule(next)] });
    expect(judge({ moved: [jump, markRule(next)], gone: [jump] }, leaves)).toEqual([]);
    expect(judge({ moved: [jump, markRule(old)], gone: [jump] }, leaves)).toMatchObject([
      { step: "moved", item: { text: markRule(next).text } },
    ]);
  });

  it("takes what a clean restart at that step leaves for as good as what the step without a fault leaves", () => {
    const restarted = attempt({ moved: [jump, markRule(next), markRule(old)], faults: [kill], gone: [jump] });
    const judged = (own: Attempt): readonly Finding[] =>
      convergence.judge(attempt({ faults: [kill], ...own }), clean, restarted);
    expect(judged({ moved: [jump, markRule(next), markRule(old)], gone: [jump] })).toEqual([]);
    expect(judged({ moved: [jump, markRule(next)], gone: [jump] })).toEqual([]);
    // Only at that step, and only the same.
    expect(judged({ moved: [jump, markRule(next)], gone: [jump, markRule(old)] })).toHaveLength(1);
    expect(judged({ moved: [jump, snatRule(old, vip), markRule(next)], gone: [jump] })).toHaveLength(1);
  });

  it("compares with nothing of another world, and of a restart that was cut short", () => {
    const stale = { moved: [jump, markRule(next), markRule(old)], gone: [jump] };
    const elsewhere = attempt({ ...stale, faults: [kill], world: "other" });
    const short = attempt({ ...stale, faults: [kill] });
    for (const restarted of [elsewhere, { ...short, events: short.events.slice(0, -1) }])
      expect(convergence.judge(attempt({ faults: [kill], ...stale }), clean, restarted)).toHaveLength(1);
  });

  it("finds what stands there twice", () => {
    expect(judge({ moved: [jump, markRule(next), markRule(next)], gone: [jump] })).toHaveLength(1);
  });

  it("lets what may be kept stay, and go where no object needs it; where one does, it is lost", () => {
    expect(judge({ moved: [jump, jump, markRule(next)] })).toEqual([]);
    expect(judge({ moved: [markRule(next)], gone: [jump] }).map(({ item }) => item?.text)).toEqual([
      jump.text,
    ]);
  });

  it("takes what is there by chance for no loss where it is not, whatever objects there are", () => {
    const byChance = jumps.map((kept) => ({ ...kept, isByChance: true as const }));
    expect(judge({ moved: [markRule(next)], gone: [jump], keeps: byChance })).toEqual([]);
    expect(judge({ moved: [jump], gone: [jump], keeps: byChance })).toHaveLength(1);
  });

  it("is silent without a reference, and with one that is of another world, was cut, or had faults", () => {
    const own = { moved: [markRule(old)] };
    expect(convergence.judge(attempt(own))).toEqual([]);
    expect(judge(own, attempt({ moved: [], world: "other" }))).toEqual([]);
    expect(judge(own, attempt({ moved: [], faults: [kill] }))).toEqual([]);
    expect(judge(own, { ...clean, events: clean.events.slice(0, -1) })).toEqual([]);
    expect(judge(own)).not.toEqual([]);
  });
});

describe("convergence, while something is wrong by our own doing", () => {
  /** A fault from `created` to `moved`, with a look in between. */
  function faulty(healed: boolean): Recording {
    const builder = new RecordingBuilder({ plan: { world: "w", faults: [kill] } }).started().begin("created");
    builder.apply(service("lp-web", { loadBalancerIP: vip })).apply(endpoints("lp-web", [old]));
    const fault = { kind: "fault", fault: 0, step: "created", node: testNode.name } as const;
    builder.event({ ...fault, state: "fired" }).look("step", []);
    builder.begin("moved").apply(endpoints("lp-web", [next]));
    if (healed) builder.event({ ...fault, state: "healed" });
    return builder.look("step", []).whole();
  }

  it("judges nothing until the fault has healed", () => {
    expect(convergence.judge(faulty(false), clean)).toEqual([]);
    expect(convergence.judge(faulty(true), clean).map(({ step }) => step)).toEqual(["moved", "moved"]);
  });
});

describe("convergence of several nodes", () => {
  const other: NodeRef = { name: "lp-n2", ipv4: "172.30.1.11", ipv6: "fd00:30::11" };
  const route = (node: NodeRef): StateItem => snatRule("10.244.0.5", node.ipv4);

  /** What two nodes hold; names and addresses of nodes differ between clusters. */
  function pair(
    first: readonly StateItem[],
    second: readonly StateItem[],
    leaderElection: boolean,
  ): Recording {
    const aliases = { [testNode.ipv4]: "<node-0-ipv4>", [other.ipv4]: "<node-1-ipv4>" };
    const options = { nodes: [testNode, other], aliases, plan: { world: "w", settings: { leaderElection } } };
    const builder = new RecordingBuilder(options).started().look("planted", [], other.name);
    builder.event({ kind: "engine", node: other.name, state: "spawned" }).begin("created");
    return builder.look("step", first).look("step", second, other.name).whole();
  }

  it("lets the leader be another node, and finds it on both or on none", () => {
    const reference = pair([route(testNode)], [], true);
    expect(convergence.judge(pair([], [route(other)], true), reference)).toEqual([]);
    expect(convergence.judge(pair([route(testNode)], [route(other)], true), reference)).toHaveLength(1);
    expect(convergence.judge(pair([], [], true), reference)).toMatchObject([{ node: testNode.name }]);
  });

  it("holds each node to its own state where nobody leads", () => {
    const reference = pair([route(testNode)], [], false);
    expect(convergence.judge(pair([route(testNode)], [], false), reference)).toEqual([]);
    expect(convergence.judge(pair([], [route(other)], false), reference)).toHaveLength(2);
  });
});
