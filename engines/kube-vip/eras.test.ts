import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Era, eraOf } from "./eras.ts";

/** A setting on both sides of the release that changed it. */
const boundaries: readonly (readonly [
  before: string,
  since: string,
  key: keyof Era,
  was: unknown,
  is: unknown,
])[] = [
  ["v0.7.0", "v0.7.1", "routeProtocol", "boot", "248"],
  ["v0.7.2", "v0.8.0", "identity", "hostname", "vip_nodename"],
  ["v0.8.2", "v0.8.3", "cidrDiscovery", false, true],
  ["v0.8.2", "v0.8.3", "egressIpv6", false, true],
  ["v0.8.7", "v0.8.8", "mayListPods", false, true],
  ["v0.8.9", "v0.8.10", "debugLevel", "5", "-4"],
  ["v0.8.10", "v0.9.0", "vipSubnet", undefined, "32,128"],
  ["v0.9.2", "v1.0.0", "backends", "endpoints", "endpointslices"],
  ["v0.9.2", "v1.0.0", "egressInternal", false, true],
  ["v1.0.2", "v1.0.3", "electionDelayMs", 0, 60_000],
  ["v1.1.1", "v1.1.2", "electionDelayMs", 60_000, 0],
  ["v1.2.1", "v1.2.2", "egress", "iptables-legacy", "nftables"],
  ["v1.2.1", "v1.2.2", "egressWithNftables", "iptables-nft", "nftables"],
];

describe("eraOf", () => {
  it.each(boundaries)("%s and %s differ in %s", (before, since, key, was, is) => {
    expect(eraOf(before)?.[key]).toBe(was);
    expect(eraOf(since)?.[key]).toBe(is);
  });

  it("changes nothing else at a boundary", () => {
    const pairs = [...new Set(boundaries.map(([before, since]) => `${before} ${since}`))];
    for (const pair of pairs) {
      const [before = "", since = ""] = pair.split(" ");
      const named = boundaries.filter((row) => row[1] === since).map((row) => row[2]);
      const changed = Object.entries(eraOf(since) ?? {}).filter(
        ([key, value]) => eraOf(before)?.[key as keyof Era] !== value,
      );
      expect(changed.map(([key]) => key).toSorted(), pair).toEqual(named.toSorted());
    }
  });

  it("takes a candidate for its release, and the newest era for what comes later", () => {
    expect(eraOf("v1.2.0-rc.0")).toEqual(eraOf("v1.2.0"));
    expect(eraOf("v3.0.0")).toEqual(eraOf("v1.2.3"));
  });

  it.each(["v0.6.4", "v0.0.0", "0.8.4", "v0.8", "main", "v0.8.4 ", "v1.2.3.4", "", "v1.-2.3"])(
    "refuses %j",
    (text) => {
      expect(eraOf(text)).toBeUndefined();
    },
  );

  it("never goes back: from v1.2.2 on every release has the same era", () => {
    const number = fc.nat({ max: 40 });
    fc.assert(
      fc.property(number, number, number, (major, minor, patch) => {
        fc.pre(major > 1 || (major === 1 && (minor > 2 || (minor === 2 && patch >= 2))));
        expect(eraOf(`v${major}.${minor}.${patch}`)).toEqual(eraOf("v1.2.2"));
      }),
    );
  });
});

it("compares numbers, not letters: v0.8.10 comes after v0.8.9", () => {
  expect(eraOf("v0.8.10")?.debugLevel).not.toBe(eraOf("v0.8.9")?.debugLevel);
});
