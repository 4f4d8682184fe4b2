import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isMissing } from "../assemble.ts";
import { attestationFile, attestationProblems, type SignatureCheck } from "../attestation.ts";
import { sha256 } from "../canonical.ts";
import { manifestSchema, type RunManifest } from "../manifest-schema.ts";
import { parseYaml } from "../parse-yaml.ts";
import { parseReport } from "../read-report.ts";
import type { KnownReport } from "../schema.ts";
import { conclusionFailures, environmentFailures, resultFailures, runFailures } from "./against-report.ts";
import {
  coreFailures,
  declaredFailures,
  plannedFailures,
  specFailures,
  suiteFailures,
} from "./against-spec.ts";
import { type CheckName, type CheckResult, checks, type Failure } from "./checks.ts";
import { inspectAll } from "./inspect-all.ts";
import type { Inspected } from "./inspect-attempt.ts";
import { projectionFailures } from "./projections.ts";
import type { Spec } from "./spec.ts";

export interface VerifyOptions {
  /** Of the run. */
  readonly directory: string;
  readonly spec: Spec;
  /** A part of the profile (`--scenario`, a shard) is taken for what it is. */
  readonly isPartial: boolean;
  /** Says whether it is signed by whom it must be. */
  readonly signature?: SignatureCheck;
}

/** What a verification came to. */
export interface Verification {
  /** Every check, in the order in which they are told. */
  readonly results: readonly CheckResult[];
  /** Absent where it could not be read. */
  readonly report?: KnownReport;
  readonly manifest?: RunManifest;
}

/** What was found, and which checks could be made at all. */
interface Findings {
  readonly failures: readonly Failure[];
  readonly notReached: ReadonlySet<CheckName>;
}

const names = Object.keys(checks) as readonly CheckName[];

function resultsOf({ failures, notReached }: Findings): readonly CheckResult[] {
  return names.map((name) => {
    const problems = failures.filter(({ check }) => check === name).map(({ what }) => what);
    const state = problems.length > 0 ? "failed" : notReached.has(name) ? "not-reached" : "ok";
    return { name, ...checks[name], state, problems };
  });
}

/** Only this was found, and nothing else could be looked at. */
function stoppedAt(failure: Failure): readonly CheckResult[] {
  const before = names.slice(0, names.indexOf(failure.check));
  return resultsOf({
    failures: [failure],
    notReached: new Set(names.filter((name) => !before.includes(name))),
  });
}

async function readManifestText(
  directory: string,
): Promise<{ text: string; manifest: RunManifest } | Failure> {
  try {
    const text = await readFile(join(directory, "manifest.yaml"), "utf8");
    return { text, manifest: manifestSchema.parse(parseYaml(text)) };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n").slice(0, 4).join(" ") : String(error);
    return { check: "manifest", what: `manifest.yaml cannot be read: ${why}` };
  }
}

/** Checks that a report of schema version 1 has nothing for. */
const sinceVersion2 = ["digests"] as const satisfies readonly CheckName[];
const ofSpec = ["attempts", "crash-points", "skips", "seeds", "plans", "core-complete"] as const;

interface ReadRun {
  readonly report: KnownReport;
  readonly manifest: RunManifest;
  /** Of manifest.yaml. */
  readonly text: string;
  /** Threads are at it. */
  readonly inspecting: Promise<readonly Inspected[]>;
}

/** What can be told before the attempts have been looked at. */
function headFailures({ report, manifest, text }: ReadRun, spec: Spec): readonly Failure[] {
  const isSealed = report.schemaVersion === 1 || report.manifestDigest === sha256(text);
  return [
    ...(isSealed
      ? []
      : [{ check: "manifest", what: "manifest.yaml is not the one that the report names." } as const]),
    ...runFailures(report, manifest),
    ...environmentFailures(manifest),
    ...suiteFailures(manifest, spec),
    ...specFailures(manifest, spec),
    ...conclusionFailures(report, manifest),
  ];
}

async function lookAt({ directory, spec, isPartial }: VerifyOptions, run: ReadRun): Promise<Findings> {
  const { report, manifest } = run;
  const head = headFailures(run, spec);
  const [inspected, projected] = await Promise.all([run.inspecting, projectionFailures(directory, report)]);
  const known = new Map(inspected.map((one) => [one.id, one]));
  const judged = new Map(
    inspected.flatMap(({ id, entry }) =>
      entry === undefined || isMissing(entry) ? [] : [[id, entry] as const],
    ),
  );
  const expected = await spec.expected(directory, manifest, judged);
  const isExpected = expected.problems.length === 0;
  const directories = await readdir(join(directory, "attempts")).catch(() => []);
  const failures: readonly Failure[] = [
    ...head,
    ...expected.problems.map((what): Failure => ({ check: "attempts", what })),
    ...(isExpected ? plannedFailures(manifest, expected, known) : []),
    ...(isExpected && !isPartial ? coreFailures(manifest, expected, spec) : []),
    ...inspected.flatMap((one) => one.failures),
    ...declaredFailures(manifest, inspected, spec),
    ...resultFailures({ report, manifest, directories }, known),
    ...projected,
  ];
  return {
    failures,
    notReached: new Set<CheckName>([
      ...(report.schemaVersion > 1 ? [] : sinceVersion2),
      ...(isExpected ? [] : ofSpec),
      ...(isPartial ? (["core-complete"] as const) : []),
    ]),
  };
}

/**
 * Verifies the directory of a run, offline: everything in it is read, what should be there is worked out
 * from the profile and the recordings, and the oracles judge every recording again.
 *
 * It shows that the report follows from its evidence, not that the evidence is true: whoever makes up
 * recordings that hang together can make up a report. Nothing is written.
 */
export async function verifyRun(options: VerifyOptions): Promise<Verification> {
  const directory = resolve(options.directory);
  const text = await readFile(join(directory, "conformance-report.yaml"), "utf8").catch(() => undefined);
  const manifest = await readManifestText(directory);
  // Begun before the report is read, which takes this thread as long as hundreds of attempts take another.
  const inspecting =
    "check" in manifest
      ? Promise.resolve([])
      : inspectAll({
          directory,
          manifest: manifest.manifest,
          hasDigests: !/^schemaVersion: 1$/m.test(text ?? ""),
        });
  const report = text === undefined ? "it is not there." : parseReport(text);
  if (typeof report === "string") {
    await inspecting;
    return { results: stoppedAt({ check: "schema", what: `conformance-report.yaml: ${report}` }) };
  }
  if ("check" in manifest) return { report, results: stoppedAt(manifest) };
  const found = await lookAt({ ...options, directory }, { report, ...manifest, inspecting });
  const attestation = await readFile(join(directory, attestationFile), "utf8").catch(() => undefined);
  const signature = attestationProblems(text ?? "", attestation, options.signature);
  const signed = signature.map((what): Failure => ({ check: "attestation", what }));
  const findings = { ...found, failures: [...found.failures, ...signed] };
  return { report, manifest: manifest.manifest, results: resultsOf(findings) };
}
