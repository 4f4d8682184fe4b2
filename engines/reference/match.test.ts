import { describe, expect, test } from "vitest";
import { isMatch } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { parseIptablesSave } from "../../harness/state/iptables.ts";
import { parseRoutes } from "../../harness/state/routes.ts";
import { nothing } from "./desired.ts";
import { egressChain, egressTables, wantedRules } from "./egress.ts";
import { match } from "./match.ts";

const context = {
  selection: { name: "reference", variant: "default", options: {} },
  settings: {},
  namespace: "lp-1",
};
const wishes = [
  { owner: "lp-1/web", pod: "10.1.0.5", vip: "192.0.2.1" },
  { owner: "lp-1/six", pod: "fd00::5", vip: "fd00:9::1" },
  {
    owner: "lp-1/ported",
    pod: "10.1.0.8",
    vip: "192.0.2.8",
    ports: [
      { protocol: "udp", port: 53 },
      { protocol: "tcp", port: 443 },
    ],
  },
] as const;
const ported = { kind: "egress-port", node: "n1", pod: "10.1.0.8", vip: "192.0.2.8" } as const;

/** What the harness reads of a node on which the engine programmed `wishes`. */
const items: readonly StateItem[] = [
  ...([4, 6] as const).flatMap((family) => {
    const desired = { ...nothing, egress: wishes, exempt: ["10.1.0.0/16", "fd00::/48"] };
    const saved = egressTables.flatMap((table) => [
      `*${table}`,
      `:${egressChain} - [0:0]`,
      ...wantedRules(desired, table, family),
      "COMMIT",
      "",
    ]);
    return parseIptablesSave(family === 4 ? "iptables-nft" : "ip6tables-nft", saved.join("\n")).items;
  }),
  ...parseRoutes(
    4,
    '[{"type":"1","dst":"192.0.2.7","dev":"eth0","table":"200","protocol":"200","scope":"0","flags":[]}]',
  ),
];

function found(intent: Intent, backend = "nft"): readonly number[] {
  const selection = { ...context.selection, options: { backend } };
  return match(intent, { ...context, selection }).map(
    (matcher) => items.filter((item) => isMatch(matcher, item)).length,
  );
}

describe("match finds, in what the harness reads,", () => {
  test.each<[string, Intent, readonly number[]]>([
    ["mark and SNAT of a pod", { kind: "egress", node: "n1", pod: "10.1.0.5", vip: "192.0.2.1" }, [1, 1]],
    ["the same in v6", { kind: "egress", node: "n1", pod: "fd00::5", vip: "fd00:9::1" }, [1, 1]],
    ["nothing of another pod", { kind: "egress", node: "n1", pod: "10.1.0.6", vip: "192.0.2.1" }, [0, 0]],
    ["no SNAT to another VIP", { kind: "egress", node: "n1", pod: "10.1.0.5", vip: "192.0.2.2" }, [1, 0]],
    ["a port of a pod", { ...ported, protocol: "UDP", port: 53 }, [1]],
    ["no port of another protocol", { ...ported, protocol: "TCP", port: 53 }, [0]],
    ["no port that is not listed", { ...ported, protocol: "TCP", port: 80 }, [0]],
    ["an exempt network", { kind: "egress-exempt", node: "n1", cidr: "10.1.0.0/16" }, [1]],
    ["an exempt network in v6", { kind: "egress-exempt", node: "n1", cidr: "fd00:0::/48" }, [1]],
    ["no exemption of a part of it", { kind: "egress-exempt", node: "n1", cidr: "10.1.0.0/17" }, [0]],
    ["a route", { kind: "route", node: "n1", vip: "192.0.2.7" }, [1]],
    ["no route in another table", { kind: "route", node: "n1", vip: "192.0.2.7", table: 177 }, [0]],
    ["nothing for a node port", { kind: "node-port", node: "n1", protocol: "TCP", nodePort: 30080 }, []],
  ])("%s", (_, intent, counts) => {
    expect(found(intent)).toEqual(counts);
  });

  test("nothing where the other backend is asked for", () => {
    expect(found({ kind: "egress", node: "n1", pod: "10.1.0.5", vip: "192.0.2.1" }, "legacy")).toEqual([
      0, 0,
    ]);
  });
});
