import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareReleases, parseRelease, type Release } from "./release.ts";

describe("parseRelease", () => {
  it.each([
    ["v0.8.10", [0, 8, 10]],
    ["v1.1.0-rc.0", [1, 1, 0]],
    ["0.8.10", undefined],
    ["v0.8", undefined],
    ["main", undefined],
  ])("reads %s as %j", (text, release) => {
    expect(parseRelease(text)).toEqual(release);
  });
});

it("compares releases by their numbers, not by their text", () => {
  expect(compareReleases([2, 10, 0], [2, 9, 9])).toBeGreaterThan(0);
  const release: fc.Arbitrary<Release> = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99));
  const weight = ([major, minor, patch]: Release): number => major * 10_000 + minor * 100 + patch;
  fc.assert(
    fc.property(release, release, (one, other) => {
      expect(Math.sign(compareReleases(one, other))).toBe(Math.sign(weight(one) - weight(other)));
    }),
  );
});
