import { describe, expect, it } from "vitest";
import { isInside, parseNetwork } from "../state/address.ts";
import { addressTokensIn } from "../state/tokens.ts";
import type { DecoyCheck } from "./decoy-plan.ts";
import { checkScript, plantScript, readHits } from "./decoy-script.ts";
import { decoysFor, plantedItems } from "./decoys.ts";

const options = { routeTables: [198, 252], ownProtocolRoute: { table: 198, protocol: 248 } };
const before = decoysFor({ ...options, phase: "before" });
const during = decoysFor({ ...options, phase: "during" });
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map(
  parseNetwork,
);

/** One for each thing that is planted. */
function textsOf(plan: typeof before): readonly string[] {
  const isOrder = (line: string): boolean => !/^(?:\*\w+|COMMIT)$/.test(line);
  return plan.commands.flatMap(({ argv, input }) => input?.filter(isOrder) ?? [argv.join(" ")]);
}

describe("decoys", () => {
  it("are about documentation addresses only", () => {
    for (const text of [...textsOf(before), ...textsOf(during)]) {
      for (const token of addressTokensIn(text)) {
        const isDocumentation =
          token.kind === "addresses" && documentation.some((range) => isInside(token, range));
        expect(isDocumentation, text).toBe(true);
      }
    }
  });

  it("have nothing in common between the phases but the engine's tables", () => {
    expect(textsOf(before).filter((text) => textsOf(during).includes(text))).toEqual([]);
  });

  it("use the engine's own table and protocol only where asked to", () => {
    const isOwn = (text: string): boolean => text.includes("table 198 proto 248");
    expect(textsOf(before).filter(isOwn)).toHaveLength(2);
    const plain = decoysFor({ routeTables: [198], phase: "before" });
    expect(textsOf(plain).filter(isOwn)).toEqual([]);
    expect(textsOf(plain).some((text) => text.includes("table 198"))).toBe(true);
  });

  it("drop nothing", () => {
    expect(
      textsOf(before).filter((text) => /\b(?:DROP|REJECT|drop|reject)\b|blackhole|-P /.test(text)),
    ).toEqual([]);
  });

  it("are told from connections of others that came in the meantime", () => {
    const flow = (address: string) =>
      ({ family: "conntrack", kind: "flow", text: address, tokens: [parseNetwork(address)] }) as const;
    const rule = { family: "nftables", kind: "rule", text: "accept", tokens: [] } as const;
    const after = [rule, flow("172.30.0.9"), flow("192.0.2.21")];
    expect(plantedItems([], after)).toEqual([rule, flow("192.0.2.21")]);
    expect(plantedItems(after, after)).toEqual([]);
  });

  it("are told from what an engine notes of them meanwhile", () => {
    const member = (chain: string) =>
      ({
        family: "ipset",
        chain,
        kind: "member",
        text: `add ${chain} 192.0.2.138`,
        tokens: [parseNetwork("192.0.2.138")],
      }) as const;
    expect(plantedItems([], [member("latecomer"), member("local-ips")])).toEqual([member("latecomer")]);
  });
});

describe("decoy checks", () => {
  const counter: DecoyCheck = {
    kind: "counter",
    name: "rule",
    family: "nftables",
    read: ["a", "it's"],
    count: /^rule (\d+)/gm,
    send: { address: "192.0.2.10", port: 9 },
  };
  const answer: DecoyCheck = {
    kind: "answer",
    name: "route",
    family: "route",
    argv: ["c"],
    pattern: " table 198 ",
  };
  const list = "'a' 'it'\\''s'";
  const output = (was: string, is: string, said: string): string =>
    `@@decoy before ${list}\n${was}\n@@decoy after ${list}\n${is}\n@@decoy answer 'c'\n${said}\n`;

  it("hit when a counter rises and the answer has the text", () => {
    const hits = readHits(
      [counter, answer],
      output("# Warning: x\nrule 3", "rule 4", "x dev lo table 198 src y"),
    );
    expect(hits.map(({ hit }) => hit)).toEqual([true, true]);
    expect(hits[0]?.seen).toBe("3 packets before, 4 after");
  });

  it.each([
    ["a counter stands still", output("rule 3", "rule 3", "table 254 x"), "3 packets before, 3 after"],
    ["the rule is gone", output("rule 3", "", ""), "no such rule"],
    ["nothing was printed at all", "", "no such rule"],
  ])("miss when %s", (_, text, seen) => {
    const hits = readHits([counter, answer], text);
    expect(hits.map(({ hit }) => hit)).toEqual([false, false]);
    expect(hits[0]?.seen).toBe(seen);
  });

  it("add up what is listed several times", () => {
    const hits = readHits([counter], output("rule 3", "rule 2\nrule 3", ""));
    expect(hits[0]?.seen).toBe("3 packets before, 5 after");
  });

  it("are one script, with every word quoted, each list asked for twice and each datagram sent once", () => {
    const twice = checkScript([counter, { ...counter, name: "other" }]);
    expect(twice.split("\n").filter((line) => line.includes(`; ${list} `))).toHaveLength(2);
    expect(twice.match(/\/dev\/udp\/192\.0\.2\.10\/9\b/g)).toHaveLength(1);
    expect(plantScript([{ family: "route", argv: ["echo", "it's"] }])).toContain(`'echo' 'it'\\''s'`);
  });
});

describe("foreign virtual servers", () => {
  it("are there only where the node has ip_vs, of both families, each with a datagram of its own", () => {
    const plain = decoysFor({ routeTables: [], phase: "before" });
    const whole = decoysFor({ routeTables: [], phase: "before", hasIpvs: true });
    const isIpvs = ({ family }: { readonly family: string }): boolean => family === "ipvs";
    expect([...plain.commands, ...plain.checks].filter(isIpvs)).toEqual([]);
    expect(whole.commands.filter(isIpvs).map(({ argv }) => argv.join(" "))).toEqual([
      "ipvsadm -A -u 203.0.113.60:9005 -s rr",
      "ipvsadm -a -u 203.0.113.60:9005 -r 192.0.2.10:9005 -m -w 7",
      "ipvsadm -A -u [2001:db8:3::3c]:9005 -s rr",
      "ipvsadm -a -u [2001:db8:3::3c]:9005 -r [2001:db8::a]:9005 -m -w 7",
    ]);
    expect(whole.checks.filter(isIpvs).map(({ name }) => name)).toEqual([
      "somebody-else: IPv4 virtual server 203.0.113.60:9005",
      "somebody-else: IPv6 virtual server [2001:db8:3::3c]:9005",
    ]);
  });
});
