import { describe, expect, it } from "vitest";
import { type Era, eraOf } from "./eras.ts";

/** A setting on both sides of the release that changed it. */
const boundaries: readonly (readonly [before: string, since: string, keys: readonly (keyof Era)[]])[] = [
  ["v1.6.1", "v2.0.0", ["choosesFamilies", "clusterIpComment", "acceptComment"]],
  ["v2.0.1", "v2.1.0", ["allocates"]],
  ["v2.5.0", "v2.6.0", ["commonChains"]],
  ["v2.7.1", "v2.8.0", ["validatesExternalIps", "nodePortProtocols"]],
  ["v2.9.0", "v2.10.0", ["commonChains"]],
];

describe("eraOf", () => {
  it.each(boundaries)("%s and %s differ in %s, and in nothing else", (before, since, keys) => {
    const was = eraOf(before);
    const changed = Object.entries(eraOf(since) ?? {}).filter(
      ([key, value]) => JSON.stringify(was?.[key as keyof Era]) !== JSON.stringify(value),
    );
    expect(changed.map(([key]) => key).toSorted()).toEqual([...keys].toSorted());
  });

  it("takes a candidate for its release", () => {
    expect(eraOf("v2.0.0-rc5")).toEqual(eraOf("v2.0.1"));
  });

  it.each(["v1.5.2", "v0.0.0", "2.1.3", "v2.1", "master", "v2.1.3 ", ""])("refuses %j", (text) => {
    expect(eraOf(text)).toBeUndefined();
  });
});
