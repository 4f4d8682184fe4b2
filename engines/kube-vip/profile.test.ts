import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";
import { isMatch } from "../../harness/model/matcher.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { select, selectArp } from "./testing.ts";

describe("profile", () => {
  it("claims what the release has", () => {
    expect(profile(select("v0.8.2")).features).toEqual([
      "egress",
      "egress-ports",
      "route-table",
      "leader-election",
    ]);
    expect(profile(select("v0.8.3")).features).toEqual(
      expect.arrayContaining(["egress-ipv6", "egress-cidr-discovery"]),
    );
    expect(profile(select("v1.2.3")).features).not.toContain("service-rules");
  });

  it("has addresses or routes, by its variant", () => {
    const { features, sharedRoutes } = profile(selectArp("v1.2.3"));
    expect(features).toEqual(expect.arrayContaining(["service-address", "control-plane-address", "egress"]));
    expect(features).not.toContain("route-table");
    expect(sharedRoutes).toBeUndefined();
    expect(profile(select("v1.2.3")).features).not.toContain("service-address");
  });

  it("keeps the address of the API server and no other", () => {
    const { keeps } = profile(selectArp("v1.2.3"), undefined, { controlPlaneVip: "172.30.255.250" });
    const item = (address: string) => ({
      family: "address" as const,
      kind: "address" as const,
      text: `${address}/32 dev eth0 scope global`,
      tokens: [parseNetwork(address)],
    });
    const isKept = (address: string) => keeps.some((kept) => isMatch(kept, item(address)));
    expect([isKept("172.30.255.250"), isKept("172.31.4.4")]).toEqual([true, false]);
    expect(profile(selectArp("v1.2.3")).keeps.some((kept) => isMatch(kept, item("172.31.4.4")))).toBe(false);
  });

  it("derives its times from the lease, the sweep and the release", () => {
    expect(profile(select("v0.8.5"))).toMatchObject({ worstCaseMs: 12_200, settleMs: 2_700 });
    expect(profile(select("v0.8.5", { vip_leaseduration: "15" })).worstCaseMs).toBe(22_200);
    expect(profile(select("v0.8.5", { vip_retryperiod: "2" })).settleMs).toBe(4_900);
    expect(profile(select("v0.7.1", { vip_cleanroutingtable: "true" })).worstCaseMs).toBe(22_200);
    expect(profile(select("v1.1.0")).worstCaseMs).toBe(72_200);
  });

  it("does not excuse networks that nobody configured", () => {
    expect(profile(select("v0.8.4")).constants).toEqual([]);
  });

  it("gives a reason for everything that it keeps", () => {
    for (const version of ["v0.7.0", "v1.2.3"]) {
      const { keeps, keepsObjects, exit } = profile(select(version));
      expect(exit).toMatchObject({ policy: "cleans", except: keeps });
      for (const kept of [...keeps, ...keepsObjects]) expect(kept.reason.length).toBeGreaterThan(20);
    }
  });

  it("keeps leases of elections and of nobody else", () => {
    const names = profile(select("v1.2.3")).keepsObjects.map(({ name }) => new RegExp(`^(?:${name})$`));
    const isKept = (lease: string): boolean => names.some((name) => name.test(lease));
    expect(["kubevip-web", "plndr-svcs-lock", "plndr-cp-lock"].every(isKept)).toBe(true);
    expect(["web", "my-kubevip-web", "kube-scheduler"].some(isKept)).toBe(false);
  });
});
