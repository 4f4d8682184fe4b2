import { describe, expect, it } from "vitest";
import type { Plan } from "../../harness/model/plan.ts";
import type { Recording } from "../../harness/model/recording.ts";
import type { Finding, Verdict } from "../../harness/model/verdict.ts";
import { engineProfile, entryOf, failed, finding, planOf } from "../../report/report.fixture.ts";
import { runsOf, selectCases } from "./cases.ts";
import { corpusExitCode, judgeCase, type JudgedCase } from "./judge.ts";
import { parseKnownIssues } from "./known-issues.ts";
import { parseCorpus } from "./options.ts";
import { planCorpus } from "./plan-corpus.ts";
import { renderCorpus, renderList } from "./render.ts";

const file = parseKnownIssues(
  `schemaVersion: 2
engine: kube-vip
issues:
  - id: leak
    title: Rules of an old pod stay behind
    links: []
    plans:
      - scenario: egress-sigterm
        finding: { oracle: retired-identity }
        expected: { v0.8.4: fail, v0.8.5: pass }
        ran: [v0.8.4]
      - scenario: route-several-services
        options: { svc_election: "false" }
        finding: { oracle: residue }
        expected: { v0.8.4: fail }
        ran: []
  - id: exit
    title: The process does not end by itself
    links: []
    plans:
      - scenario: egress-sigterm
        finding: { oracle: exit-policy }
        expected: { v0.8.4: fail }
        ran: []
      - scenario: egress-sigterm
        finding: { oracle: exit-policy }
        faults:
          - { action: { kind: terminate }, step: created, node: 0, trigger: { at: settled }, heal: same-step }
        expected: { v0.8.4: fail }
        ran: []
  - id: arp
    title: An address stays in ARP mode
    links: []
    plans: []
    notRun: there is no variant for it
`,
  "f.yaml",
);

const select = (...argv: readonly string[]) => selectCases([file], parseCorpus(argv));

/** Three writes of a step: a route, and two by iptables, of which the first adds rules. */
function writesOf(plan: Plan): Recording {
  const at = { atMs: 1, node: "n1" } as const;
  const made = [
    ["RTM_NEWROUTE", "ip"],
    ["NFT_MSG_NEWRULE", "iptables"],
    ["NFT_MSG_DELRULE", "iptables"],
  ] as const;
  const state = (index: number) =>
    ({
      kind: "kernel-state",
      ...at,
      step: "created",
      index,
      digest: `w${index}`,
      state: `w${index}`,
      heldMs: 1,
    }) as const;
  const nodes = [{ name: "n1", ipv4: "192.0.2.1", ipv6: "2001:db8::1" }];
  return {
    schemaVersion: 1,
    plan,
    events: [
      { kind: "begin", atMs: 0, nodes, engineProfile, networks: [] },
      { kind: "step", atMs: 1, step: "created", state: "begin" },
      state(0),
      ...made.flatMap(([what, program], place) => [
        {
          kind: "kernel-write",
          ...at,
          pid: 9,
          argv: [program],
          index: place + 1,
          call: "sendmsg",
          what,
          write: "rules",
        } as const,
        state(place + 1),
      ]),
      { kind: "step", atMs: 2, step: "created", state: "end" },
      { kind: "end", atMs: 3 },
    ],
    snapshots: { w0: [], w1: [], w2: [], w3: [] },
  };
}

describe("what is selected", () => {
  it("is every plan on every version that it names, and what has no plan", () => {
    const { cases, unplanned, problems } = select();
    expect(problems).toEqual([]);
    expect(
      cases.map(({ issue, version, expected, hasRun }) => [issue.id, version, expected, hasRun]),
    ).toEqual([
      ["leak", "v0.8.4", "fail", true],
      ["leak", "v0.8.5", "pass", false],
      ["leak", "v0.8.4", "fail", false],
      ["exit", "v0.8.4", "fail", false],
      ["exit", "v0.8.4", "fail", false],
    ]);
    expect(unplanned.map(({ issue }) => issue.id)).toEqual(["arp"]);
  });

  it("is what the options leave", () => {
    expect(select("--versions", "v0.8.5").cases).toHaveLength(1);
    expect(select("--issue", "ex*").cases).toHaveLength(2);
    expect(select("--engine", "kube-vip", "--versions=v0.8.4,v0.8.5").cases).toHaveLength(5);
  });

  it.each([
    [["--engine", "kube-vup"], "args/unknown-engine"],
    [["--versions", "v0.8.6"], "args/bad-value"],
    [["--issue", "lek"], "args/bad-value"],
    [["--issue", "arp"], "args/nothing-to-run"],
  ])("is a problem with %j", (argv, code) => {
    expect(select(...argv).problems.map((problem) => problem.code)).toEqual([code]);
  });

  it.each([
    [["--version", "v1"], "args/unknown-option"],
    [["--versions", "v1,,v2"], "args/bad-value"],
    [["word"], "args/unknown-option"],
  ])("%j cannot be read", (argv, code) => {
    expect(() => parseCorpus(argv)).toThrow(`[${code}]`);
  });
});

describe("runs", () => {
  it("are as few as options allow, and make an attempt once for all who ask for it", () => {
    const [plain, other, ...more] = runsOf(select().cases);
    expect(more).toEqual([]);
    expect(plain?.engines).toEqual(["kube-vip@v0.8.4", "kube-vip@v0.8.5"]);
    expect(plain?.cases).toHaveLength(4);
    const ids = plain?.attempts.map(({ id }) => id) ?? [];
    expect(ids.slice(0, 2)).toEqual(["kube-vip@v0.8.4.egress-sigterm", "kube-vip@v0.8.5.egress-sigterm"]);
    expect(ids[2]).toMatch(/^kube-vip@v0\.8\.4\.egress-sigterm\.[0-9a-f]{8}$/);
    expect(ids).toHaveLength(3);
    expect(other).toMatchObject({ options: { svc_election: "false" }, engines: ["kube-vip@v0.8.4"] });
  });

  it("are apart where another engine is beside, which their plans have", async () => {
    const text = `schemaVersion: 2
engine: kube-vip
issues:
  - id: sweep
    title: A sweep takes what is another engine's
    links: []
    plans:
      - { scenario: address-beside-service-rules, variant: arp, beside: kube-proxy/nftables,
          finding: { oracle: intent }, expected: { v0.8.4: fail }, ran: [] }
`;
    const [run] = runsOf(selectCases([parseKnownIssues(text, "f.yaml")], parseCorpus([])).cases);
    expect(run).toMatchObject({ beside: "kube-proxy/nftables", options: {} });
    const argv = ["--engine=kube-vip@v0.8.4/arp", "--beside=kube-proxy/nftables"];
    const [attempt] = (await planCorpus(argv, 7, run?.attempts ?? [])).selection.attempts;
    expect(attempt?.draft.beside?.name).toBe("kube-proxy");
  });

  it("plan exactly these attempts, with faults judged against an attempt without", async () => {
    const [run] = runsOf(select().cases);
    const argv = run?.engines.map((engine) => `--engine=${engine}`) ?? [];
    const { selection, problems, strikes } = await planCorpus(argv, 7, run?.attempts ?? []);
    expect(problems).toEqual([]);
    expect(strikes).toEqual([]);
    const fault = run?.attempts[2]?.id ?? "";
    expect(selection.attempts.map(({ draft, role }) => [draft.id, draft.world, role])).toEqual([
      ["kube-vip@v0.8.4.egress-sigterm", undefined, undefined],
      ["kube-vip@v0.8.5.egress-sigterm", undefined, undefined],
      [`${fault}.index`, fault, "index"],
    ]);
    const plan = planOf(`${fault}.index`, "egress-sigterm");
    const led = selection.attempts[2]?.leadsTo?.({ schemaVersion: 1, plan, events: [], snapshots: {} });
    expect(led).toMatchObject([{ id: fault, faults: [{ action: { kind: "terminate" } }] }]);
  });

  it.each([
    ["NFT_MSG_NEWRULE iptables", 1, "w2"],
    ["iptables", 2, "w3"],
    ["iptables", 3, undefined],
    ["^RTM_NEWROUTE ip$", 1, "w1"],
  ])("kill after the write that is meant: %s, %i", async (write, nth, state) => {
    const crash = { step: "created", write, nth, heal: "same-step" } as const;
    const attempt = { id: "a", engine: "reference", scenario: "egress-sigterm", crash };
    const { selection } = await planCorpus(["--engine=reference"], 7, [attempt]);
    const [index] = selection.attempts;
    expect(index).toMatchObject({ role: "index", draft: { id: "a.index", world: "a", indexed: true } });
    const led = index?.leadsTo?.(
      writesOf({ ...planOf("a.index", "egress-sigterm"), world: "a", indexed: true }),
    );
    expect(led?.map(({ id, faults }) => [id, faults?.[0]?.trigger])).toEqual(
      state === undefined
        ? []
        : [["a", expect.objectContaining({ point: expect.objectContaining({ state }) })]],
    );
  });

  it("begin an upgrade with a fresh installation", async () => {
    const attempt = { id: "a", engine: "kube-vip@v0.8.4..v0.8.5", scenario: "egress-upgrade-in-place" };
    const { selection } = await planCorpus(["--engine=kube-vip@v0.8.4..v0.8.5"], 7, [attempt]);
    const [fresh] = selection.attempts;
    expect(fresh).toMatchObject({ role: "fresh", draft: { id: "a.fresh", world: "a", fresh: true } });
    const led = fresh?.leadsTo?.({
      schemaVersion: 1,
      plan: planOf("a.fresh", "x"),
      events: [],
      snapshots: {},
    });
    expect(led).toMatchObject([{ id: "a" }]);
  });

  it("tell of a scenario that is not there", async () => {
    const attempt = { id: "a", engine: "reference", scenario: "egress-gone" };
    const { problems } = await planCorpus(["--engine=reference"], 7, [attempt]);
    expect(problems.map(({ code }) => code)).toEqual(["args/unknown-scenario"]);
  });
});

const attempt = (verdict: Verdict) => entryOf("kv.moves", verdict);
const failedBy = (...findings: readonly [Finding, ...Finding[]]) => attempt({ kind: "fail", findings });
const dead: Finding = { oracle: "liveness", level: "core", why: "it exits", step: "created" };
const wanted = {
  oracle: "retired-identity",
  family: "iptables-legacy",
  text: "-j MARK",
  step: "moved",
} as const;

describe("judgeCase", () => {
  it("finds the finding that is meant", () => {
    expect(judgeCase(wanted, attempt(failed)).found).toBe("fail");
    expect(judgeCase({ oracle: "retired-identity", text: "nothing has named" }, attempt(failed)).found).toBe(
      "fail",
    );
    // A dead engine may have left something before.
    expect(judgeCase(wanted, failedBy(finding, dead)).found).toBe("fail");
  });

  it.each([
    ["another oracle", { ...wanted, oracle: "residue" } as const],
    ["another family", { ...wanted, family: "route" } as const],
    ["another text", { ...wanted, text: "-j SNAT" }],
    ["another step", { ...wanted, step: "deleted" }],
  ])("takes %s for no such finding", (_, other) => {
    expect(judgeCase(other, attempt(failed))).toEqual({
      found: "pass",
      detail: "no such finding; 1 of retired-identity",
    });
  });

  it("takes a figure for no finding", () => {
    expect(judgeCase(wanted, failedBy({ ...finding, level: "observed" })).found).toBe("pass");
  });

  it.each([
    ["no verdict", undefined],
    [
      "an error",
      attempt({ kind: "error", cause: { code: "run/perturbed", message: "x" }, findings: [finding] }),
    ],
    ["a fault that did not come about", attempt({ kind: "not-exercised", reason: "overshoot", detail: "x" })],
    ["an engine that does not claim it", attempt({ kind: "unsupported", feature: "egress" })],
    ["an engine that did not live", failedBy(dead)],
  ])("cannot tell by %s", (_, entry) => {
    expect(judgeCase({ ...wanted, oracle: "residue" }, entry).found).toBe("could not tell");
  });
});

describe("what comes of it", () => {
  const [bad, good] = select().cases;
  if (bad === undefined || good === undefined) throw new Error("there are more");
  const judged = (one: typeof bad, found: JudgedCase["result"]["found"]): JudgedCase => ({
    case: one,
    result: { found, detail: "because" },
    evidence: "out/x",
  });

  it("is 0 where all is as expected, and a mismatch in either direction fails", () => {
    expect(corpusExitCode([judged(bad, "fail"), judged(good, "pass")])).toBe(0);
    expect(corpusExitCode([judged(bad, "pass"), judged(good, "pass")])).toBe(1);
    expect(corpusExitCode([judged(bad, "fail"), judged(good, "fail")])).toBe(1);
    expect(corpusExitCode([judged(bad, "fail"), judged(good, "could not tell")])).toBe(2);
    expect(corpusExitCode([judged(bad, "pass"), judged(good, "could not tell")])).toBe(1);
  });

  it("is printed issue by issue", () => {
    const text = renderCorpus([judged(bad, "fail"), judged(good, "fail")], select().unplanned);
    expect(text).toMatchInlineSnapshot(`
      "kube-vip leak
        as expected: kube-vip@v0.8.4 egress-sigterm: expected fail, found fail
          because
        OTHER THAN EXPECTED: kube-vip@v0.8.5 egress-sigterm: expected pass, found fail
          because
          evidence: out/x
      not run: kube-vip arp: there is no variant for it
      2 plans of 1 known issues: 1 as expected, 1 other than expected, 0 could not be told
      "
    `);
  });

  it("is listed with what was not run", () => {
    const lines = renderList(select()).split("\n");
    expect(lines).toContain("  kube-vip@v0.8.4 egress-sigterm: expected fail, by retired-identity");
    expect(lines).toContain(
      "  kube-vip@v0.8.5 egress-sigterm: expected pass, by retired-identity; was not run",
    );
    expect(lines).toContain("not run: kube-vip arp: there is no variant for it");
  });
});
