import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "../../harness/model/plan.ts";
import { attemptFigures } from "../../report/figure-schema.ts";
import type { ReportedAttempt } from "../../report/schema.ts";
import type { CheckName } from "../../report/verify/checks.ts";
import { without } from "../../report/verify/data.ts";
import type { Forger } from "./forge.fixture.ts";

const figuresOfAttempts = Object.keys(attemptFigures) as readonly (keyof typeof attemptFigures)[];

/** Changes the entry of an attempt. */
export function entry(
  forger: Forger,
  id: string,
  change: (entry: ReportedAttempt) => ReportedAttempt,
): Promise<void> {
  return forger.json<ReportedAttempt>(id, "verdict.json", change);
}

/** Something that somebody might do, and the check that alone is to see it. */
export interface Tampering {
  readonly check: CheckName;
  readonly what: string;
  readonly tamper: (forger: Forger) => Promise<void>;
}

/** What somebody might do to a report, and the check that alone is to see it. */
export const runTamperings: readonly Tampering[] = [
  {
    check: "schema",
    what: "a field that no version knows",
    tamper: (forger) => forger.text("conformance-report.yaml", (text) => `${text}approved: true\n`),
  },
  {
    check: "manifest",
    what: "a manifest with a comment in it",
    tamper: (forger) => forger.text("manifest.yaml", (text) => `# as it should be\n${text}`),
  },
  {
    check: "run",
    what: "a slower engine in the report",
    tamper: (forger) =>
      forger.report((report) => ({
        ...report,
        engines: report.engines.map((engine) => ({ ...engine, worstCaseMs: 30_000 })),
      })),
  },
  {
    check: "environment",
    what: "another kernel in the report",
    tamper: (forger) =>
      forger.report((report) => ({ ...report, environment: { ...report.environment, kernel: "7.0.0" } })),
  },
  {
    check: "environment",
    what: "a tool without a version",
    async tamper(forger) {
      await forger.manifest((manifest) => ({
        ...manifest,
        environment: { ...manifest.environment, tools: { ...manifest.environment.tools, nft: "" } },
      }));
      await forger.seal();
    },
  },
  {
    check: "suite",
    what: "a run of another version of the suite",
    async tamper(forger) {
      await forger.manifest((manifest) => ({ ...manifest, run: { ...manifest.run, suiteVersion: "9.9.9" } }));
      await forger.seal();
    },
  },
  {
    check: "spec",
    what: "another version of the profile",
    async tamper(forger) {
      await forger.manifest((manifest) => ({
        ...manifest,
        profile: { ...manifest.profile, version: "9.9.9" },
      }));
      await forger.seal();
    },
  },
  {
    check: "core-complete",
    what: "a run that was asked for a part of Core",
    async tamper(forger) {
      const { attempts } = forger.run;
      for (const { id, scenario, role } of attempts)
        if (role !== undefined || scenario !== "route-several-services") await forger.forget(id);
      await forger.manifest((manifest) => ({
        ...manifest,
        run: {
          ...manifest.run,
          commandLine: ["--profile=route-table", "--engine=reference", "--scenario=route-several-services"],
        },
      }));
      await forger.seal();
    },
  },
  {
    check: "attempts",
    what: "an attempt of Core that was taken out",
    async tamper(forger) {
      await forger.forget(forger.core);
      await forger.seal();
    },
  },
  {
    check: "crash-points",
    what: "a crash point that was taken out",
    async tamper(forger) {
      const point = forger.run.attempts.find(({ role }) => role === "crash-point");
      await forger.forget(point?.id ?? "");
      await forger.seal();
    },
  },
  {
    check: "skips",
    what: "a scenario of Core that is called unsupported",
    async tamper(forger) {
      await forger.manifest((manifest) => ({
        ...manifest,
        attempts: manifest.attempts.map((one) =>
          one.id === forger.core ? { ...one, unsupported: "route-table" } : one,
        ),
      }));
      for (const name of await readdir(join(forger.directory, "attempts", forger.core)))
        if (name !== "plan.json" && name !== "verdict.json")
          await rm(join(forger.directory, "attempts", forger.core, name), { recursive: true });
      await entry(forger, forger.core, (told) => ({
        ...without(told, "traced", "halfLives", ...figuresOfAttempts),
        verdict: { kind: "unsupported", feature: "route-table" },
      }));
      await forger.seal();
    },
  },
  {
    check: "seeds",
    what: "a seed that was chosen",
    async tamper(forger) {
      await forger.manifest((manifest) => ({
        ...manifest,
        attempts: manifest.attempts.map((one) => (one.id === forger.core ? { ...one, seed: 1 } : one)),
      }));
      await forger.json<Plan>(forger.core, "plan.json", (plan) => ({ ...plan, seed: 1 }));
      await entry(forger, forger.core, (told) => ({ ...told, seed: 1 }));
      await forger.seal();
    },
  },
  {
    check: "plans",
    what: "a plan with a limit of its own",
    async tamper(forger) {
      await forger.json<Plan>(forger.core, "plan.json", (plan) => ({
        ...plan,
        limits: { ...plan.limits, apiOutageMs: 60_000 },
      }));
      await forger.seal();
    },
  },
  {
    check: "programs",
    what: "another program in the report",
    async tamper(forger) {
      await forger.manifest((manifest) => ({
        ...manifest,
        engines: manifest.engines.map((engine) => ({
          ...engine,
          program: { ...engine.program, sha256: "0".repeat(64) },
        })),
      }));
      await forger.seal();
    },
  },
];
