import { isMissing, composeReport } from "../assemble.ts";
import { describeMissing, evidencePath } from "../attempt-entry.ts";
import { findingsOf } from "../baseline.ts";
import type { RunManifest } from "../manifest-schema.ts";
import { markFindings } from "../mark-findings.ts";
import type { KnownReport, ReportedAttempt } from "../schema.ts";
import type { CheckName, Failure } from "./checks.ts";
import { asData, isSame, without } from "./data.ts";
import type { Inspected } from "./inspect-attempt.ts";

/** Whether report and manifest tell of one run, on one machine. */
export function runFailures(report: KnownReport, manifest: RunManifest): readonly Failure[] {
  const run = without(report.run, "endedAt");
  const engines = report.engines.map((engine) => without(engine, "conformant", "crashPoints", "inferred"));
  const facts: readonly (readonly [check: CheckName, what: string, is: unknown, due: unknown])[] = [
    ["run", "run", run, manifest.run],
    // Each version begins with the manifest: a report of another one would tell less than was recorded.
    ["run", "schemaVersion", report.schemaVersion >= 3, manifest.schemaVersion >= 3],
    ["run", "profile", report.profile, manifest.profile],
    ["run", "limits", report.limits, manifest.limits],
    ["run", "engines", engines, manifest.engines],
    ["environment", "environment", report.environment, manifest.environment],
  ];
  return facts.flatMap(([check, what, is, due]) =>
    isSame(is, due) ? [] : [{ check, what: `\`${what}\` of the report is not that of the manifest.` }],
  );
}

/** Programs that every run uses: each must say which version it is. */
const neededTools = ["iptables-legacy", "iptables-nft", "nft", "ipset", "ip", "conntrack", "node"];

/** Facts of the machine without which a report cannot be compared with another. */
export function environmentFailures({ environment }: RunManifest): readonly Failure[] {
  const { tools, kernel, os, kubernetes, etcd } = environment;
  const facts = Object.entries({ kernel, os, kubernetes, etcd });
  const unnamed = facts.filter(([, value]) => value.trim() === "").map(([name]) => name);
  const lacking = neededTools.filter((name) => (tools[name] ?? "").trim() === "");
  return [...unnamed, ...lacking].map((name) => ({
    check: "environment",
    what: `the version of ${name} is not told.`,
  }));
}

/** An entry as verdict.json has it: without what baseline and waivers say of its findings. */
function unmarked(attempt: ReportedAttempt): ReportedAttempt {
  return markFindings(attempt, (finding) => without(finding, "known", "waived"));
}

/** The report's results against what the attempts left, and what lies in the directory. */
export function resultFailures(
  {
    report,
    manifest,
    directories,
  }: { report: KnownReport; manifest: RunManifest; directories: readonly string[] },
  inspected: ReadonlyMap<string, Inspected>,
): readonly Failure[] {
  const failures: Failure[] = [];
  const fail = (check: CheckName, what: string): void => void failures.push({ check, what });
  const told = new Map(report.results.map((entry) => [entry.id, entry]));
  if (
    !isSame(
      report.results.map(({ id }) => id),
      manifest.attempts.map(({ id }) => id),
    )
  )
    fail("results", "the results are not of the manifest's attempts, each once and in their order.");
  for (const planned of manifest.attempts) {
    const given = told.get(planned.id);
    if (given === undefined) continue;
    const entry = inspected.get(planned.id)?.entry;
    const isThere = directories.includes(planned.id);
    if (given.evidence !== undefined && !isThere)
      fail("evidence", `${planned.id}: ${evidencePath(planned.id)} is not there.`);
    const isUnsupported = given.verdict.kind === "unsupported";
    if (isUnsupported !== (planned.unsupported !== undefined))
      fail("skips", `${planned.id}: unsupported in ${isUnsupported ? "the report" : "the manifest"} only.`);
    // Where verdict.json is missing or broken, another check says so.
    const due = entry ?? (isThere ? undefined : describeMissing(manifest, planned, given.verdict));
    const isOpen = isMissing(given) || isUnsupported || entry !== undefined || given.evidence !== undefined;
    if (!isOpen) fail("evidence", `${planned.id} has a verdict, ${given.verdict.kind}, without evidence.`);
    else if (
      due !== undefined &&
      given.evidence === entry?.evidence &&
      !isSame(unmarked(given), unmarked(due))
    )
      fail("results", `${planned.id}: the report does not say what its verdict.json says.`);
  }
  const planned = new Set(manifest.attempts.map(({ id }) => id));
  for (const name of directories)
    if (!planned.has(name)) fail("evidence", `${evidencePath(name)} is of no attempt of the manifest.`);
  return failures;
}

/** Which part of a report each check is about. */
const parts = {
  conclusion: ["conformant", "reasons", "interrupted", "statistics"],
  sums: ["halfLife", "availability", "bystanders", "residue"],
  "detection-power": ["detectionPower", "oracleSensitivity"],
} as const satisfies Partial<Record<CheckName, readonly (keyof KnownReport)[]>>;

function baselineFailures(report: KnownReport): readonly Failure[] {
  const findings = report.results.flatMap(findingsOf);
  const count = (known: boolean): number => findings.filter((one) => one.known === known).length;
  const { baseline } = report;
  const isTold =
    baseline === undefined
      ? count(true) + count(false) === 0
      : baseline.known === count(true) && baseline.new === count(false);
  return isTold
    ? []
    : [{ check: "waivers", what: "findings are called known that the baseline does not count." }];
}

/** The report that manifest and results lead to. */
function dueReport(report: KnownReport, manifest: RunManifest): KnownReport {
  const { waivers, interrupted, run } = report;
  const found = report.results.map((attempt) => markFindings(attempt, (one) => without(one, "waived")));
  const list = waivers?.list.map((waiver) => without(waiver, "state", "findings"));
  const options = {
    endedAt: new Date(run.endedAt),
    interrupted,
    ...(waivers && list ? { waivers: { path: waivers.path, list } } : {}),
  };
  return asData(composeReport({ manifest, manifestDigest: "", found }, options));
}

/**
 * What the report says of its results together, made again from them.
 *
 * What a baseline has is in another file: the marks that it gave are taken as they are, and counted.
 */
export function conclusionFailures(report: KnownReport, manifest: RunManifest): readonly Failure[] {
  const due = dueReport(report, manifest);
  const wrong = Object.entries(parts).flatMap(([check, fields]) =>
    fields.flatMap((field) =>
      isSame(report[field], due[field])
        ? []
        : [{ check: check as CheckName, what: `\`${field}\` is not what the results lead to.` }],
    ),
  );
  const engines = report.engines.flatMap(
    ({ label, conformant, crashPoints, inferred }): readonly Failure[] => {
      const now = due.engines.find((engine) => engine.label === label);
      const fail = (check: CheckName, field: string): Failure => ({
        check,
        what: `\`${field}\` of ${label} is not what the results lead to.`,
      });
      return [
        ...(now?.conformant === conformant ? [] : [fail("conclusion", "conformant")]),
        ...(isSame(now?.crashPoints, crashPoints) ? [] : [fail("sums", "crashPoints")]),
        ...(isSame(now?.inferred, inferred) ? [] : [fail("sums", "inferred")]),
      ];
    },
  );
  const isWaived = isSame(report.waivers, due.waivers) && isSame(report.results, due.results);
  const what = "findings are waived by nothing that the report's waivers say.";
  return [
    ...wrong,
    ...engines,
    ...(isWaived ? [] : [{ check: "waivers", what } as const]),
    ...baselineFailures(report),
  ];
}
