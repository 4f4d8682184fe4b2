import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { composeReport } from "../../report/assemble.ts";
import { writeSums } from "../../report/evidence-sums.ts";
import type { RunManifest } from "../../report/manifest-schema.ts";
import { sha256 } from "../../report/canonical.ts";
import { projectionsOf } from "../../report/projections.ts";
import type { ConformanceReport, ReportedAttempt } from "../../report/schema.ts";
import type { UnpackedRun } from "./run.fixture.ts";

/** Somebody who changes one thing in the directory of a run, and everything that is made from it. */
export interface Forger {
  readonly directory: string;
  /** As it was. */
  readonly run: RunManifest;
  /** Id of the attempt of Core that something is done to. */
  readonly core: string;
  /** Changes a file of JSON below the attempt's directory. */
  json<T>(id: string, file: string, change: (value: T) => T): Promise<void>;
  text(path: string, change: (text: string) => string): Promise<void>;
  /** Changes the report, and the files that are made from it. */
  report(change: (report: ConformanceReport) => ConformanceReport): Promise<void>;
  manifest(change: (manifest: RunManifest) => RunManifest): Promise<void>;
  /** Takes an attempt out of the manifest, and off the disk. */
  forget(id: string): Promise<void>;
  /** Sums, entries, report and all that is made from it, anew: nothing shows any more but what was changed. */
  seal(): Promise<void>;
}

/** Of the fixture the one that has crash points; of another run the first. */
function chosenOf({ attempts }: RunManifest): string {
  const whole = attempts.filter(
    ({ level, role, unsupported }) => level === "core" && role === undefined && unsupported === undefined,
  );
  const known = whole.find(({ id }) => id === "reference-default.route-service-deleted-while-down");
  return (known ?? whole[0])?.id ?? "";
}

/** The one to change things in a run. */
export function createForger({
  directory,
  manifest: run,
}: Pick<UnpackedRun, "directory" | "manifest">): Forger {
  const at = (path: string): string => join(directory, path);
  const read = (path: string): Promise<string> => readFile(at(path), "utf8");
  const readManifest = async () => parse(await read("manifest.yaml")) as RunManifest;
  const readReport = async () => parse(await read("conformance-report.yaml")) as ConformanceReport;
  const writeReport = async (report: ConformanceReport): Promise<void> => {
    await writeFile(
      at("conformance-report.yaml"),
      stringify(report, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
    for (const [name, text] of Object.entries(projectionsOf(report))) await writeFile(at(name), text);
  };
  const forger: Forger = {
    directory,
    run,
    core: chosenOf(run),
    async json(id, file, change) {
      const path = at(`attempts/${id}/${file}`);
      await writeFile(path, `${JSON.stringify(change(JSON.parse(await readFile(path, "utf8"))), null, 2)}\n`);
    },
    async text(path, change) {
      await writeFile(at(path), change(await read(path)));
    },
    report: async (change) => writeReport(change(await readReport())),
    async manifest(change) {
      await writeFile(at("manifest.yaml"), stringify(change(await readManifest()), { lineWidth: 0 }));
    },
    async forget(id) {
      await forger.manifest((manifest) => ({
        ...manifest,
        attempts: manifest.attempts.filter((entry) => entry.id !== id),
      }));
      await rm(at(`attempts/${id}`), { recursive: true });
    },
    async seal() {
      const manifest = await readManifest();
      const found: ReportedAttempt[] = [];
      for (const { id } of manifest.attempts) {
        const evidenceDigest = await writeSums(at(`attempts/${id}`));
        await forger.json<ReportedAttempt>(id, "verdict.json", (entry) => ({ ...entry, evidenceDigest }));
        found.push(JSON.parse(await read(`attempts/${id}/verdict.json`)) as ReportedAttempt);
      }
      const { run } = await readReport();
      const manifestDigest = sha256(await read("manifest.yaml"));
      await writeReport(
        composeReport(
          { manifest, manifestDigest, found },
          { endedAt: new Date(run.endedAt), interrupted: false },
        ),
      );
    },
  };
  return forger;
}
