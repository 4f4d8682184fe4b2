import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { conformance, readReport, temporaryFolder } from "./command.fixture.ts";

const example = resolve(import.meta.dirname, "../../engines/external/example-engine.yaml");

/** The example engine, quick to be given up on, with another program. */
async function writeEngine(folder: string, program: string): Promise<readonly string[]> {
  const file = parse(await readFile(example, "utf8")) as Record<string, unknown>;
  const path = join(folder, "engine.yaml");
  await writeFile(path, stringify({ ...file, worstCaseMs: 500, settleMs: 100 }));
  await writeFile(join(folder, "program"), `#!/bin/sh\n${program}\n`, { mode: 0o755 });
  return ["--engine", path, "--engine-binary", join(folder, "program")];
}

test.concurrent.for([
  {
    what: "hangs at its start and never calls the API",
    program: 'echo "waiting for a sign"; exec sleep 100000',
    // Each waits for its first call; one after the other shows no more.
    clusters: "2",
    verdict: "error",
    code: "engine/never-called-api",
    log: "waiting for a sign",
    exitCode: 2,
  },
  {
    what: "exits at once",
    program: 'echo "no licence found" >&2; exit 3',
    clusters: "1",
    verdict: "fail",
    code: undefined,
    log: "no licence found",
    exitCode: 1,
  },
])(
  "an engine that $what: each attempt says so, and the run goes on",
  async ({ program, clusters, verdict, code, log, exitCode }) => {
    await using folder = await temporaryFolder();
    const engine = await writeEngine(folder.path, program);
    const out = join(folder.path, "out");
    const scenarios = ["egress-service-deleted", "route-several-services"];
    const {
      code: ended,
      stderr,
      stdout,
    } = await conformance([
      ...engine,
      ...scenarios.flatMap((name) => ["--scenario", name]),
      "--clusters",
      clusters,
      "--out",
      out,
    ]);
    const { results } = await readReport(out).catch((cause: unknown) => {
      throw new Error(`no report; the run said: ${stderr}`, { cause });
    });
    expect(results.map(({ scenario }) => scenario)).toEqual(scenarios);
    for (const attempt of results) {
      const told = JSON.stringify(attempt.verdict);
      expect(attempt.verdict.kind, told).toBe(verdict);
      if (attempt.verdict.kind === "error") expect(attempt.verdict.cause.code).toBe(code);
      else expect(told).toContain("the engine exits by itself");
      expect(told).toContain(log);
      const evidence = join(out, (await readdir(out))[0] ?? "", attempt.evidence ?? "");
      const logs = (await readdir(evidence)).filter((name) => name.startsWith("engine-"));
      expect(logs.length).toBeGreaterThan(0);
      for (const name of logs) expect(await readFile(join(evidence, name), "utf8")).toContain(log);
    }
    expect(stdout).toContain(log);
    expect(ended, stderr).toBe(exitCode);
  },
);
