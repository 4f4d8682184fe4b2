import { expect, it } from "vitest";
import type { StateItem } from "../../harness/model/state.ts";
import { isKept } from "../../harness/oracle/residue.ts";
import { profile } from "./profile.ts";

const { keeps } = profile({ name: "kube-router", version: "v2.6.2", variant: "service-proxy", options: {} });

const rule = (comment: string, network: string): StateItem => ({
  family: "iptables-nft",
  table: "filter",
  chain: "KUBE-ROUTER-INPUT",
  kind: "rule",
  text: `-A KUBE-ROUTER-INPUT -d ${network} -m comment --comment "${comment} - KLMGZA6OGRSGVCGY" -j RETURN`,
  tokens: [],
});

it("keeps the exemptions of networks that are on its command line, and of no other", () => {
  const pool = "allow traffic to load balancer IP range: 172.29.0.7/32";
  expect(isKept(keeps, rule(pool, "172.29.0.7/32"))).toBe(true);
  expect(isKept(keeps, rule("allow traffic to external IP range: fd00::/112", "fd00::/112"))).toBe(true);
  // v1.x; v2 has other words.
  expect(isKept(keeps, rule("allow traffic to cluster IP", "10.97.0.0/16"))).toBe(false);
});
