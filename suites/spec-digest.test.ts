import { join } from "node:path";
import { expect, it } from "vitest";
import { oracles } from "../harness/oracle/all.ts";
import { scenarios } from "../scenarios/all.ts";
import { findProfile, loadProfiles } from "./profiles.ts";
import { specDigest } from "./spec-digest.ts";

it("follows from the profile, its scenarios and the oracles, and from no other scenario", async () => {
  const profile = findProfile(await loadProfiles(join(import.meta.dirname, "profiles")), "route-table");
  const parts = { scenarios, oracles };
  const digest = specDigest(profile, parts);
  const changed = (name: string) =>
    specDigest(profile, {
      oracles,
      scenarios: scenarios.map((one) => (one.name === name ? { ...one, settings: { routeTable: 7 } } : one)),
    });
  expect(specDigest(profile, { oracles, scenarios: scenarios.toReversed() })).toBe(digest);
  expect(changed("egress-ipv6")).toBe(digest);
  expect(changed("route-several-services")).not.toBe(digest);
  expect(specDigest({ ...profile, version: "9.9.9" }, parts)).not.toBe(digest);
  expect(specDigest(profile, { scenarios, oracles: oracles.slice(1) })).not.toBe(digest);
});
