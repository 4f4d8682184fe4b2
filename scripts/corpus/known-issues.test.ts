import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { engines } from "../../engines/registry.ts";
import { compareReleases, parseRelease } from "../../engines/release.ts";
import { scenarios } from "../../scenarios/all.ts";
import { type KnownIssue, knownIssuesPaths, parseKnownIssues } from "./known-issues.ts";

const files = await Promise.all(
  knownIssuesPaths().map(async (path) => {
    const name = basename(dirname(path));
    const engine = engines.find((known) => known.name === name);
    if (engine === undefined) throw new Error(`${path} is of no engine`);
    return { ...parseKnownIssues(await readFile(path, "utf8"), path), name, engine };
  }),
);

/** Where their issues are. */
const repositories: Readonly<Record<string, string>> = {
  "kube-ovn": "kubeovn/kube-ovn",
  "kube-router": "cloudnativelabs/kube-router",
  "kube-vip": "kube-vip/kube-vip",
};

/** Negative where `one` is older than `other`. */
function order(one: string, other: string): number {
  return compareReleases(parseRelease(one) ?? [0, 0, 0], parseRelease(other) ?? [0, 0, 0]);
}

/** Releases that are out of order, each as a sentence. */
function disorder({ id, firstBad, lastBad, firstGood, plans }: KnownIssue): readonly string[] {
  const isGood = (version: string): boolean =>
    (firstBad !== undefined && order(version, firstBad) < 0) ||
    (firstGood !== undefined && order(version, firstGood) >= 0);
  const isBad = (version: string): boolean =>
    lastBad !== undefined && order(version, lastBad) <= 0 && !isGood(version);
  const judged = plans.flatMap(({ expected }) =>
    typeof expected === "string" ? [] : Object.entries(expected),
  );
  return [
    ...(firstBad !== undefined && lastBad !== undefined && order(firstBad, lastBad) > 0
      ? [`${id}: firstBad comes after lastBad`]
      : []),
    ...(firstGood !== undefined && lastBad !== undefined && order(lastBad, firstGood) >= 0
      ? [`${id}: firstGood is no later than lastBad`]
      : []),
    ...judged.flatMap(([version, expected]) =>
      expected === "fail" && isGood(version) ? [`${id}: ${version} is said to be good, and to fail`] : [],
    ),
    ...judged.flatMap(([version, expected]) =>
      expected === "fail" && !isBad(version) && !isGood(version)
        ? [`${id}: ${version} comes after lastBad, and is said to fail`]
        : [],
    ),
  ];
}

describe.each(files)("engines/$name/known-issues.yaml", ({ name, engine, engine: { variants }, issues }) => {
  it("links to its upstream alone", () => {
    const page = String.raw`(issues/\d+|pull/\d+|blob/v[\d.]+/\S+)`;
    const link = new RegExp(`^https://github\\.com/${repositories[name] ?? "none"}/${page}$`);
    expect(issues.flatMap(({ links }) => links.filter((each) => !link.test(each)))).toEqual([]);
  });

  it("is of that engine, with its releases in order", () => {
    expect(engine.name).toBe(name);
    expect(issues.flatMap(disorder)).toEqual([]);
  });

  it("names scenarios, variants, versions and options that there are", () => {
    const problems = issues.flatMap(({ id, firstBad, lastBad, firstGood, plans }) => [
      ...plans.flatMap(({ scenario, variant, options = {}, from = [], expected }) => {
        const versions = typeof expected === "string" ? [] : Object.keys(expected);
        const known = scenarios.find((each) => each.name === scenario);
        return [
          ...(known === undefined ? [`${id}: no scenario ${scenario}`] : []),
          ...((known?.upgrades === true) === from.length > 0 ? [] : [`${id}: ${scenario} and "from"`]),
          ...(variant === undefined || variants.includes(variant) ? [] : [`${id}: no variant ${variant}`]),
          ...[...from, ...versions].flatMap((version) =>
            engine.problems({ name, version, variant: variant ?? variants[0], options }),
          ),
        ];
      }),
      ...[firstBad, lastBad, firstGood].flatMap((version) =>
        version === undefined ? [] : engine.problems({ name, version, variant: variants[0], options: {} }),
      ),
    ]);
    expect(problems).toEqual([]);
  });

  it("names steps that its scenarios have", () => {
    const text = issues.flatMap(({ plans }) => plans);
    for (const { scenario, finding, faults = [], crash } of text) {
      const source = scenarios.find((each) => each.name === scenario)?.steps.toString() ?? "";
      const steps = [finding.step, crash?.step, ...faults.map(({ step }) => step)];
      // Steps that are counted have their name in another form in the program.
      for (const step of steps.filter((each) => each !== undefined && !/^<|-\d+$/.test(each)))
        expect(source, `${scenario}: ${step}`).toContain(String(step));
    }
  });
});

it("tells disorder", () => {
  const finding = { oracle: "residue" } as const;
  const issue: KnownIssue = {
    id: "x",
    title: "something that is wrong",
    links: [],
    firstBad: "v2.8.0",
    lastBad: "v2.9.0",
    firstGood: "v2.10.0",
    plans: [
      {
        scenario: "egress-sigterm",
        finding,
        expected: { "v2.7.0": "pass", "v2.9.0": "fail", "v2.10.0": "pass" },
        ran: [],
      },
    ],
  };
  const [plan] = issue.plans;
  if (plan === undefined) throw new Error("there is one");
  expect(disorder(issue)).toEqual([]);
  expect(disorder({ ...issue, firstGood: "v2.9.0" })).toContain("x: firstGood is no later than lastBad");
  expect(disorder({ ...issue, firstBad: "v2.10.0" })).toContain("x: firstBad comes after lastBad");
  const wrong = { ...plan, expected: { "v2.7.0": "fail", "v2.9.1": "fail", "v2.10.0": "fail" } as const };
  expect(disorder({ ...issue, plans: [wrong] })).toEqual([
    "x: v2.7.0 is said to be good, and to fail",
    "x: v2.10.0 is said to be good, and to fail",
    "x: v2.9.1 comes after lastBad, and is said to fail",
  ]);
});

const good = `schemaVersion: 2
engine: kube-x
issues:
  - id: leak
    title: Something is left behind
    links: [https://example.org/1]
    lastBad: v1.0.0
    plans:
      - scenario: egress-sigterm
        finding: { oracle: residue, text: -j MARK }
        expected: { v1.0.0: fail, v1.1.0: pass }
        ran: [v1.0.0]
`;

describe("parseKnownIssues", () => {
  it("reads what is right, for engines without versions too", () => {
    expect(parseKnownIssues(good, "f.yaml").issues[0]?.plans[0]?.ran).toEqual(["v1.0.0"]);
    const plain = good.replace(/expected: .*/, "expected: fail").replace(/ran: .*/, "ran: true");
    expect(parseKnownIssues(plain, "f.yaml").issues[0]?.plans[0]?.expected).toBe("fail");
  });

  it.each<[string, (text: string) => string, string]>([
    ["no YAML", () => "a: [", "is no YAML"],
    ["an earlier form", (text) => text.replace("Version: 2", "Version: 1"), "schemaVersion"],
    ["an oracle that is none", (text) => text.replace("residue", "residues"), "oracle"],
    ["an expression that is none", (text) => text.replace("-j MARK", '"("'), "no regular expression"],
    ["an outcome that is none", (text) => text.replace("v1.0.0: fail", "v1.0.0: error"), "expected"],
    [
      "a run of a version of which nothing is expected",
      (text) => text.replace("ran: [v1.0.0]", "ran: [v9.0.0]"),
      "of which nothing",
    ],
    ["`ran` in another way", (text) => text.replace("ran: [v1.0.0]", "ran: true"), "in another way"],
    ["no `ran`", (text) => text.replace(/ +ran: .*\n/, ""), "ran"],
    ["no plans and no reason", (text) => text.replace(/plans:[^]*/, "plans: []\n"), "notRun"],
    ["plans and a reason against them", (text) => `${text}    notRun: because of something\n`, "notRun"],
    ["a word that is unknown", (text) => text.replace("lastBad", "lastbad"), "lastbad"],
    ["an id twice", (text) => text + text.slice(text.indexOf("  - id")), "twice"],
    [
      "faults and a crash",
      (text) =>
        text.replace(
          "        finding",
          "        crash: { step: a, write: b, heal: same-step }\n        faults: [{ action: { kind: terminate }, step: a, node: 0, trigger: { at: settled }, heal: same-step }]\n        finding",
        ),
      "both faults and a crash",
    ],
  ])("refuses %s", (_, change, names) => {
    const text = change(good);
    expect(text).not.toBe(good);
    expect(() => parseKnownIssues(text, "f.yaml")).toThrow(names);
    expect(() => parseKnownIssues(text, "f.yaml")).toThrow("[args/bad-known-issues] f.yaml");
  });
});
