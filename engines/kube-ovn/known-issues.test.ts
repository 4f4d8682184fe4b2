import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { compareReleases, parseRelease } from "./releases.ts";

const release = z.string().refine((text) => parseRelease(text) !== undefined, "is no release");
const link = /^https:\/\/github\.com\/kubeovn\/kube-ovn\/(issues\/\d+|pull\/\d+|blob\/v[\d.]+\/\S+)$/;
const issue = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string().min(20),
  note: z.string().optional(),
  links: z.array(z.string().regex(link)).min(1),
  firstBad: release.optional(),
  lastBad: release,
  firstGood: release.optional(),
  shownOn: z.array(release),
  absentOn: z.array(release),
  scenarios: z.array(z.string()).min(1),
});
const file = z.strictObject({
  schemaVersion: z.literal(1),
  engine: z.literal("kube-ovn"),
  issues: z.array(issue).min(1),
});

/** Releases that are out of order, each as a sentence. */
function disorder(known: z.infer<typeof issue>): readonly string[] {
  const { id, firstBad = known.lastBad, lastBad, firstGood } = known;
  const outside = known.shownOn.filter(
    (seen) =>
      compareReleases(seen, lastBad) > 0 ||
      (known.firstBad !== undefined && compareReleases(seen, known.firstBad) < 0),
  );
  const wrong = known.absentOn.filter(
    (seen) => firstGood === undefined || compareReleases(seen, firstGood) < 0,
  );
  return [
    ...(compareReleases(firstBad, lastBad) > 0 ? [`${id}: firstBad comes after lastBad`] : []),
    ...(firstGood !== undefined && compareReleases(lastBad, firstGood) >= 0
      ? [`${id}: firstGood is no later than lastBad`]
      : []),
    ...outside.map((seen) => `${id}: shown on ${seen}, which is said to be good`),
    ...wrong.map((seen) => `${id}: absent on ${seen}, which is said to be bad`),
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
    expect(disorder({ ...first, lastBad: "v1.13.10", firstGood: "v1.13.9" })).not.toEqual([]);
    expect(disorder({ ...first, firstBad: "v1.16.0" })).not.toEqual([]);
    expect(disorder({ ...first, shownOn: ["v1.16.2"], absentOn: ["v1.13.4"] })).toEqual([
      `${first.id}: shown on v1.16.2, which is said to be good`,
      `${first.id}: absent on v1.13.4, which is said to be bad`,
    ]);
  });
});
