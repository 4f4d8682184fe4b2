import { describe, expect, it } from "vitest";
import { profile } from "./profile.ts";
import { select } from "./testing.ts";

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
