import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { compareReleases, parseRelease } from "./release.ts";

export interface KnownIssues {
  readonly engine: string;
  /** Repository of its issues, as in `kube-vip/kube-vip`. */
  readonly repository: string;
  /** Whether the adapter supports it. */
  readonly isRelease: (text: string) => boolean;
}

function schemaOf({ engine, repository, isRelease }: KnownIssues) {
  const release = z.string().refine(isRelease, "no release that is supported");
  const page = String.raw`(issues/\d+|pull/\d+|blob/v[\d.]+/\S+)`;
  const link = z.string().regex(new RegExp(`^https://github\\.com/${repository}/${page}$`));
  const issue = z.strictObject({
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    title: z.string().min(20),
    note: z.string().exactOptional(),
    links: z.array(link),
    firstBad: release.exactOptional(),
    lastBad: release,
    firstGood: release.exactOptional(),
    /** It shows in an upgrade from there. */
    upgradeFrom: release.exactOptional(),
    shownOn: z.array(release),
    absentOn: z.array(release).default([]),
    scenarios: z.array(z.string()),
  });
  return z.strictObject({
    schemaVersion: z.literal(1),
    engine: z.literal(engine),
    issues: z.array(issue).min(1),
  });
}

type Issue = z.infer<ReturnType<typeof schemaOf>>["issues"][number];

/** Negative where `one` is older than `other`. */
function order(one: string, other: string): number {
  return compareReleases(parseRelease(one) ?? [0, 0, 0], parseRelease(other) ?? [0, 0, 0]);
}

/** Releases that are out of order, each as a sentence. */
function disorder({ id, firstBad, lastBad, firstGood, shownOn, absentOn }: Issue): readonly string[] {
  const good = shownOn.filter(
    (seen) => order(seen, lastBad) > 0 || (firstBad !== undefined && order(seen, firstBad) < 0),
  );
  const bad = absentOn.filter((seen) => firstGood === undefined || order(seen, firstGood) < 0);
  return [
    ...(firstBad !== undefined && order(firstBad, lastBad) > 0
      ? [`${id}: firstBad comes after lastBad`]
      : []),
    ...(firstGood !== undefined && order(lastBad, firstGood) >= 0
      ? [`${id}: firstGood is no later than lastBad`]
      : []),
    ...good.map((seen) => `${id}: shown on ${seen}, which is said to be good`),
    ...bad.map((seen) => `${id}: absent on ${seen}, which is said to be bad`),
  ];
}

/** The tests of an engine's `known-issues.yaml`, which lies beside the test that calls this. */
export function testKnownIssues(folder: string, about: KnownIssues): void {
  const text = readFileSync(new URL("known-issues.yaml", folder), "utf8");
  const { issues } = schemaOf(about).parse(parse(text));

  describe("known-issues.yaml", () => {
    it("has its releases in order, and every id once", () => {
      expect(issues.flatMap(disorder)).toEqual([]);
      expect(new Set(issues.map(({ id }) => id)).size).toBe(issues.length);
    });

    it("names scenarios that there are", () => {
      const named = issues.flatMap(({ scenarios }) => scenarios);
      const isThere = (name: string): boolean =>
        existsSync(new URL(`../scenarios/${name}.ts`, import.meta.url));
      expect(named.filter((name) => !isThere(name))).toEqual([]);
    });

    it("would tell disorder", () => {
      const [issue] = issues;
      if (issue === undefined) throw new Error("no issue");
      const first: Issue = { ...issue, firstBad: "v2.8.0", lastBad: "v2.9.0", firstGood: "v2.10.0" };
      const sound = { ...first, shownOn: ["v2.8.0", "v2.9.0"], absentOn: ["v2.10.0"] };
      expect(disorder(sound)).toEqual([]);
      expect(disorder({ ...sound, firstGood: "v2.9.0" })).toEqual([
        `${issue.id}: firstGood is no later than lastBad`,
      ]);
      expect(disorder({ ...sound, firstBad: "v2.10.0", shownOn: [] })).toEqual([
        `${issue.id}: firstBad comes after lastBad`,
      ]);
      expect(disorder({ ...sound, shownOn: ["v2.7.0"], absentOn: ["v2.9.0"] })).toEqual([
        `${issue.id}: shown on v2.7.0, which is said to be good`,
        `${issue.id}: absent on v2.9.0, which is said to be bad`,
      ]);
    });
  });
}
