import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { eraOf, parseVersion, type Version } from "./eras.ts";

const release = z.string().refine((text) => eraOf(text) !== undefined, "no release that is supported");
const issue = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string().min(20),
  note: z.string().optional(),
  links: z.array(
    z.string().regex(/^https:\/\/github\.com\/cloudnativelabs\/kube-router\/(issues|pull)\/\d+$/),
  ),
  firstBad: release.optional(),
  lastBad: release,
  upgradeFrom: release.optional(),
  firstGood: release.optional(),
  shownOn: z.array(release),
  scenarios: z.array(z.string()),
});
const file = z.strictObject({
  schemaVersion: z.literal(1),
  engine: z.literal("kube-router"),
  issues: z.array(issue).min(1),
});

function order(one: string, other: string): number {
  const left: Version = parseVersion(one) ?? [0, 0, 0];
  const right: Version = parseVersion(other) ?? [0, 0, 0];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** Releases that are out of order, each as a sentence. */
function disorder(known: z.infer<typeof issue>): readonly string[] {
  const { id, firstBad = known.lastBad, lastBad, firstGood } = known;
  const outside = known.shownOn.filter(
    (seen) => order(seen, lastBad) > 0 || (known.firstBad !== undefined && order(seen, firstBad) < 0),
  );
  return [
    ...(order(firstBad, lastBad) > 0 ? [`${id}: firstBad comes after lastBad`] : []),
    ...(firstGood !== undefined && order(lastBad, firstGood) >= 0
      ? [`${id}: firstGood is no later than lastBad`]
      : []),
    ...outside.map((seen) => `${id}: shown on ${seen}, which is said to be good`),
  ];
}

const known = file.parse(parse(readFileSync(new URL("known-issues.yaml", import.meta.url), "utf8")));

describe("known-issues.yaml", () => {
  it("has its releases in order, and every id once", () => {
    expect(known.issues.flatMap(disorder)).toEqual([]);
    expect(new Set(known.issues.map(({ id }) => id)).size).toBe(known.issues.length);
  });

  it("names scenarios that there are", () => {
    const missing = known.issues
      .flatMap(({ scenarios }) => scenarios)
      .filter((name) => !existsSync(new URL(`../../scenarios/${name}.ts`, import.meta.url)));
    expect(missing).toEqual([]);
  });

  it("would tell disorder", () => {
    const [first] = known.issues;
    if (first === undefined) throw new Error("no issue");
    expect(disorder({ ...first, lastBad: "v2.10.0", firstGood: "v2.9.0" })).toHaveLength(1);
    expect(disorder({ ...first, firstBad: "v2.12.0" })).not.toEqual([]);
    expect(disorder({ ...first, shownOn: ["v2.12.0"] })).toEqual([
      `${first.id}: shown on v2.12.0, which is said to be good`,
    ]);
  });
});
