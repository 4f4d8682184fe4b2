import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "../../harness/model/plan.ts";
import { sha256 } from "../../report/canonical.ts";
import type { ReportedAttempt } from "../../report/schema.ts";
import { createForger } from "./forge.fixture.ts";
import { type UnpackedRun, unpackRun } from "./run.fixture.ts";
import { loadSpec } from "./spec.ts";

/** Text of another world: its addresses and those of its node are other ones, so that no two attempts are alike. */
function moved(text: string, world: number): string {
  const [high, low] = [world >> 8, world & 0xff];
  return text
    .replaceAll("172.31.", `10.${64 + high}.`)
    .replaceAll(/\b172\.30\.0\.(?=\d\d)/g, `172.29.${low}.`)
    .replaceAll(/\blp-(gone|kept|paused|canary)-/g, `lp-$1-${world}-`);
}

async function writeAttempt(
  from: string,
  to: string,
  { plan, world }: { readonly plan: Plan; readonly world: number },
): Promise<void> {
  await mkdir(join(to, "snapshots"), { recursive: true });
  let events = moved(await readFile(join(from, "recording.jsonl"), "utf8"), world);
  for (const name of await readdir(join(from, "snapshots"))) {
    const text = moved(await readFile(join(from, "snapshots", name), "utf8"), world);
    const digest = sha256(text.trimEnd());
    events = events.replaceAll(name.replace(".json", ""), digest);
    await writeFile(join(to, "snapshots", `${digest}.json`), text);
  }
  await writeFile(join(to, "recording.jsonl"), events);
  await writeFile(join(to, "plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
  const verdict = moved(await readFile(join(from, "verdict.json"), "utf8"), world);
  const { sensitivity, ...entry } = JSON.parse(verdict) as ReportedAttempt;
  const { id, seed } = plan;
  // Of an attempt that is repeated only the first is planted into.
  const own = /\.r\d+$/.test(id)
    ? { replay: `npm run replay -- attempts/${id}/plan.json` }
    : { ...(sensitivity && { sensitivity }) };
  await writeFile(
    join(to, "verdict.json"),
    JSON.stringify({ ...entry, id, seed, evidence: `attempts/${id}`, ...own }),
  );
}

/**
 * A run of some hundred attempts, made of the fixture's: as if it had been asked for with `--repeat`. Every attempt has
 * addresses, names and snapshots of its own.
 */
export async function makeLargeRun(repeat: number): Promise<UnpackedRun> {
  const run = await unpackRun();
  const [base, engine] = [run.manifest.attempts, run.manifest.engines[0]];
  const forger = createForger(run);
  const commandLine = [
    "--profile=route-table",
    "--engine=reference",
    // Those that leave a recording: an upgrade needs two programs.
    "--scenario=route-se*",
    "--crash-points=none",
    `--repeat=${repeat}`,
  ];
  const spec = await loadSpec();
  const { version, digest, spec: demands } = spec.profile(run.manifest.profile.name) ?? {};
  if (version === undefined || digest === undefined) throw new Error("the fixture's profile is gone");
  const profile = { ...run.manifest.profile, version, digest, ...(demands && { spec: demands }) };
  const asked = { ...run.manifest, profile, run: { ...run.manifest.run, commandLine } };
  const expected = await spec.expected(run.directory, asked, new Map());
  for (const [world, { entry, plan }] of expected.attempts.entries()) {
    const first = base.find(({ scenario, role }) => scenario === entry.scenario && role === undefined);
    const at = (id: string): string => join(run.directory, "attempts", id);
    if (first === undefined) throw new Error(`the fixture has no ${entry.scenario}`);
    if (first.id !== entry.id)
      await writeAttempt(at(first.id), at(entry.id), {
        world,
        plan: { ...plan, engineDigest: engine?.program.sha256 ?? "" },
      });
  }
  const due = new Set(expected.attempts.map(({ entry }) => entry.id));
  for (const { id } of base) if (!due.has(id)) await forger.forget(id);
  await forger.manifest(() => ({ ...asked, attempts: expected.attempts.map(({ entry }) => entry) }));
  await forger.seal();
  return run;
}
