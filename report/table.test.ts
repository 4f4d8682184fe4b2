import { describe, expect, it } from "vitest";
import type { Finding } from "../harness/model/verdict.ts";
import { entryOf, failed, finding, manifest, markRule } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";
import { renderMatrix, renderReport, renderSummary } from "./table.ts";

describe("the end of a run", () => {
  it("has the table, every finding with its proof and the command that repeats it, and the conclusion", () => {
    expect(renderReport(reportOf())).toMatchInlineSnapshot(`
      "SCENARIO        LEVEL     kube-vip@v0.8.4/rt
      egress-moves    core      FAIL (1)
      egress-deleted  core      pass
      egress-race     extended  not-exercised
      egress-ipv6     core      unsupported

      FAIL (1)  egress-moves  kube-vip@v0.8.4/rt
        1. retired-identity: the rule names 10.244.0.7, which nothing has named since step moved.
           rule       [iptables-legacy mangle] -A KUBE-VIP-EGRESS -s 10.244.0.7/32 -m comment --comment "a & b" -j MARK --set-xmark 0x40/0x40
           owner      Service lp-a1/web, whose endpoint is 10.244.0.9 now
           node       n1
           first seen in step "created", 1.2 s after the start
           judged     in step "moved"
           packet     10.244.0.7 -> 203.0.113.9 leaves with the source 172.30.1.200
           snapshot   bbb
        evidence: attempts/kv.moves
        again:    npm run conformance -- --engine kube-vip@v0.8.4/rt --engine-binary '/opt/kube vip' --profile egress-snat --scenario egress-moves --seed 7

      not-exercised  egress-race  kube-vip@v0.8.4/rt
        overshoot: two writes landed.
        evidence: attempts/kv.race
        again:    npm run conformance -- --engine kube-vip@v0.8.4/rt --engine-binary '/opt/kube vip' --profile egress-snat --scenario egress-race --seed 7

      NOT CONFORMANT  profile egress-snat 1, seed 7
        1 attempt of Core failed.
        1 attempt of Core: the engine does not claim the feature, so that Core is not shown.
        core: 1 pass, 1 fail, 1 unsupported
        extended: 1 not-exercised
      "
    `);
  });

  it("tells errors with their message, known and minor findings as such", () => {
    const known = { ...finding, known: true };
    const minor: Finding = { ...finding, level: "observed" };
    const text = renderReport(
      reportOf([
        { ...entryOf("kv.moves", { kind: "pass" }), verdict: { kind: "fail", findings: [known, minor] } },
        entryOf("kv.deleted", {
          kind: "error",
          cause: { code: "x/y", message: "[x/y] no.\nFix: do." },
          findings: [],
        }),
      ]),
    );
    expect(text).toContain("1. retired-identity (known): ");
    expect(text).toContain("2. retired-identity (observed): ");
    expect(text).toContain("ERROR  egress-deleted  kube-vip@v0.8.4/rt\n  [x/y] no.\n  Fix: do.\n");
    expect(text).toContain("NOT CONFORMANT");
  });

  it("tells of an attempt with faults what was done, and the command that works from here", () => {
    const point = {
      ...entryOf("kv.moves", failed),
      id: "kv.moves.crash-005",
      level: "extended" as const,
      role: "crash-point" as const,
      evidence: "attempts/kv.moves.crash-005",
      replay: "npm run replay -- attempts/kv.moves.crash-005/plan.json",
      faults: [
        {
          what: "killed after kernel write 5: RTM_NEWROUTE, by ip route",
          fired: true,
          evidence: "exit by SIGKILL",
        },
      ],
    };
    const text = renderReport(reportOf([entryOf("kv.moves", { kind: "pass" }), point]), "/tmp/my runs/1");
    expect(text).toContain("egress-moves  core   pass");
    expect(text).toContain(`FAIL (1)  kv.moves.crash-005  kube-vip@v0.8.4/rt
  fault:    killed after kernel write 5: RTM_NEWROUTE, by ip route
            fired: exit by SIGKILL
  1. retired-identity`);
    expect(text).toContain(
      "again:    npm run replay -- '/tmp/my runs/1/attempts/kv.moves.crash-005/plan.json'",
    );
    expect(renderReport(reportOf([point]))).toContain("replay -- attempts/kv.moves.crash-005/plan.json");
  });

  it("names the kernel of a node that is a guest; that of the others is the machine's", () => {
    const guest = { node: "n1", name: "Linux 6.1.0-18-amd64", kind: "guest-tcg" } as const;
    const host = { node: "n2", name: "Linux 6.18.0", kind: "host" } as const;
    const text = renderReport(reportOf([{ ...entryOf("kv.moves", failed), kernels: [guest, host] }]));
    expect(text).toContain("\n  kernel:   n1: Linux 6.1.0-18-amd64 (guest-tcg)\n");
    expect(text).not.toContain("6.18.0 (host)");
  });

  it("has a line for the crash points of an engine, and is not flooded by them", () => {
    const points = Array.from({ length: 9 }, (_, index) => ({
      ...entryOf("kv.moves", failed),
      id: `kv.moves.crash-00${index}`,
      role: "crash-point" as const,
    }));
    const report = reportOf(points);
    const crashPoints = {
      indexed: 12,
      effective: 9,
      distinct: 7,
      fired: 9,
      passed: 0,
      failed: 9,
      notExercised: 0,
    };
    const text = renderReport({ ...report, engines: report.engines.map((one) => ({ ...one, crashPoints })) });
    expect(text.match(/again:/g)).toHaveLength(6);
    expect(text).toContain("... and 3 more crash points of kube-vip@v0.8.4/rt, in the report.");
    expect(text).toContain(
      "crash points of kube-vip@v0.8.4/rt: 9 fired, 0 passed, 9 failed, 0 not exercised (12 writes seen, 9 effective, 7 distinct)",
    );
  });

  it("shows the worst round of an attempt that was repeated", () => {
    const round = (id: string, kind: "pass" | "fail") => ({
      ...entryOf("kv.moves", kind === "pass" ? { kind } : failed),
      id,
    });
    const text = renderMatrix(
      reportOf([round("kv.moves", "pass"), round("kv.moves.r2", "fail"), round("kv.moves.r3", "pass")]),
    );
    expect(text).toContain("FAIL (1) 1/3");
    expect(renderMatrix(reportOf([round("kv.moves", "pass"), round("kv.moves.r2", "pass")]))).toContain(
      "pass 2/2",
    );
  });

  it("tells what several oracles say of one rule once", () => {
    const again = { ...finding, oracle: "residue", step: "<empty>" } as const;
    const text = renderReport(reportOf([entryOf("kv.moves", { kind: "fail", findings: [finding, again] })]));
    expect(text).toContain('also       residue in step "<empty>"');
    expect(text).not.toContain("  2. ");
  });

  it("is not flooded by one attempt, nor by what was not reached", () => {
    const findings = Array.from({ length: 20 }, (_, index) => ({
      ...finding,
      item: { ...markRule, text: `number ${index}` },
    }));
    const text = renderReport(
      reportOf([
        entryOf("kv.moves", { kind: "fail", findings: [finding, ...findings] }),
        entryOf("kv.deleted", { kind: "not-exercised", reason: "interrupted", detail: "later" }),
      ]),
    );
    expect(text).toContain("... and 13 more, in the report.");
    expect(text).toContain("FAIL (21)");
    expect(text).not.toContain("later");
    expect(text.match(/again:/g)).toHaveLength(1);
  });
});

it("has a column for every engine, and a dash where a scenario is not for it", () => {
  const [engine] = manifest.engines;
  if (engine === undefined) throw new Error("the fixture has an engine");
  const other = { ...engine, label: "kube-proxy/nftables", conformant: true };
  const report = reportOf([
    entryOf("kv.moves", { kind: "pass" }),
    { ...entryOf("kv.moves", { kind: "unsupported", feature: "egress" }), engine: other.label },
    entryOf("kv.deleted", { kind: "pass" }),
  ]);
  expect(renderMatrix({ ...report, engines: [...report.engines, other] })).toMatchInlineSnapshot(`
    "SCENARIO        LEVEL  kube-vip@v0.8.4/rt  kube-proxy/nftables
    egress-moves    core   pass                unsupported
    egress-deleted  core   pass                -"
  `);
});

it("says in the summary how the run stands to its baseline", () => {
  const baseline = { path: "r.yaml", runId: "r1", known: 2, new: 1, gone: 3 };
  expect(renderSummary({ ...reportOf(), baseline })).toContain("baseline r1: 1 new, 2 known, 3 gone");
  expect(renderSummary(reportOf([entryOf("kv.moves", { kind: "pass" })]))).toContain(
    "CONFORMANT  profile egress-snat 1, seed 7",
  );
});
