import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { RecordedEvent, Recording } from "../model/recording.ts";
import { bystander } from "../oracle/bystander.ts";
import { RecordingBuilder, testNode } from "../oracle/testing.ts";
import { inOwnNamespaces } from "../process/own-namespaces.fixture.ts";
import { parseDump, renderDumpScript } from "../state/dump.ts";
import { checkScript, plantScript, readHits } from "./decoy-script.ts";
import { decoysFor, plantedItems } from "./decoys.ts";

const options = { routeTables: [198, 252], ownProtocolRoute: { table: 198, protocol: 248 } };
const plans = [
  decoysFor({ ...options, phase: "before" }),
  decoysFor({ ...options, phase: "during" }),
] as const;
const checks = plans.flatMap((plan) => plan.checks);

const cut = "@@part";

/** Runs the parts one after the other in a network namespace of their own; the output of each. */
function runParts(parts: readonly string[]): readonly string[] {
  const script = [
    "mount -t tmpfs tmpfs /run",
    "ip link set lo up",
    ...parts.map((part) => `(\n${part}\n)\necho; echo ${cut}`),
  ];
  const [enter, ...namespaces] = inOwnNamespaces;
  const result = spawnSync(enter, [...namespaces, "sh"], {
    input: script.join("\n"),
    encoding: "utf8",
    timeout: 60_000,
  });
  const known =
    /^(?:# Warning: ip6?tables-legacy tables present.*|conntrack v.* have been (?:created|deleted)\.|)$/;
  expect(result.stderr.split("\n").filter((line) => !known.test(line))).toEqual([]);
  return result.stdout.split(`\n${cut}\n`);
}

function recordingOf(dumps: readonly string[]): Recording {
  const [empty = [], first = [], both = [], ...later] = dumps.map((text) => parseDump(text));
  const builder = new RecordingBuilder().look("baseline", empty);
  const decoys = (items: Extract<RecordedEvent, { kind: "decoys" }>["items"]): unknown =>
    builder.event({ kind: "decoys", node: testNode.name, items });
  decoys(plantedItems(empty, first));
  builder.look("planted", first).begin("one");
  decoys(plantedItems(first, both));
  builder.look("step", both);
  for (const state of later) builder.look("step", state);
  return builder.whole();
}

/** Plants both phases, does `harm`, and looks: what the checks say, and what the oracle finds. */
function afterHarm(harm: string): { readonly missed: readonly string[]; readonly found: readonly string[] } {
  const dump = renderDumpScript();
  const plants = plans.map((plan) => plantScript(plan.commands));
  const output = runParts([
    dump,
    plants[0] ?? "",
    dump,
    plants[1] ?? "",
    dump,
    harm,
    checkScript(checks),
    dump,
  ]);
  const [empty = "", , first = "", , both = "", , checked = "", last = ""] = output;
  const recording = recordingOf([empty, first, both, last]);
  return {
    missed: readHits(checks, checked)
      .filter(({ hit }) => !hit)
      .map(({ decoy, seen }) => `${decoy}: ${seen}`),
    found: bystander.judge(recording).map(({ item, why }) => `${why} [${item?.family}] ${item?.text}`),
  };
}

describe("decoys on a real kernel", () => {
  it("are all planted, all hit, and stay as they are", () => {
    expect(afterHarm("true")).toEqual({ missed: [], found: [] });
  });

  it.each([
    [
      "a nat table of iptables-legacy is flushed",
      "iptables-legacy -t nat -F",
      "iptables-legacy nat POSTROUTING",
      "-j SNAT",
    ],
    [
      "a chain of iptables-nft is flushed",
      "iptables-nft -w -F SOMEBODY-ELSE",
      "iptables-nft filter SOMEBODY-ELSE",
      "-j RETURN",
    ],
    [
      "a v6 mangle table is flushed",
      "ip6tables-nft -t mangle -F",
      "ip6tables-nft mangle PREROUTING",
      "-j MARK",
    ],
    ["the nft ruleset loses a table", "nft delete table inet somebody_else", "nft rule for", "peers"],
    [
      "a member of an ipset goes",
      "ipset del somebody-else 192.0.2.32/28",
      "member of the ipset",
      "192.0.2.32",
    ],
    ["a table is flushed", "ip route flush table 198", "route and rule of table 198", "198.51.100.0/28"],
    ["an ip rule goes", "ip rule del pref 7000", "route and rule of table 198", "pref 7000"],
    ["an address goes", "ip addr del 192.0.2.10/32 dev lo", "192.0.2.10 is the node's own", "192.0.2.10/32"],
    ["connections are flushed", "conntrack -D -s 192.0.2.21", "connection of 192.0.2.21", "192.0.2.21"],
  ])("are missed when %s", (_, harm, missed, found) => {
    const result = afterHarm(`${harm} >/dev/null`);
    expect(result.missed.filter((line) => line.includes(missed))).not.toEqual([]);
    expect(result.found.filter((line) => line.includes(found))).not.toEqual([]);
  });

  it("are missed by their text where no packet shows it: the route of the engine's own protocol, and the order", () => {
    const route = afterHarm("ip route flush table 198 proto 248");
    expect(route.missed).toEqual([]);
    expect(route.found.filter((line) => line.includes("203.0.113.100"))).toHaveLength(1);
    const chain = "iptables-legacy -w -t filter";
    const rule = "-d 192.0.2.10 -p udp --dport 9001 -m comment --comment somebody-else/rule -j RETURN";
    const order = afterHarm(`${chain} -D SOMEBODY-ELSE ${rule}; ${chain} -A SOMEBODY-ELSE ${rule}`);
    expect(order.found.map((line) => line.slice(0, 58))).toEqual([
      "belongs to somebody else and stands in another order among",
    ]);
  });
});
