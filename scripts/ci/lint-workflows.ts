import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findGo, type GoToolchain } from "../../harness/cluster/control-plane/go-build.ts";
import { findProgram, withSystemFolders } from "../../harness/machine/host-tools.js";
import { run } from "../../harness/process/run.ts";
import { checkout } from "../conformance/plan-run.ts";

/** The Go module that pins actionlint. */
const moduleFolder = join(checkout, ".github", "actionlint");
/** The oldest Go that its go.mod takes. */
const oldestGo = "1.25.0";
/** The first build fetches and compiles; later ones are answered by Go's cache, in ms. */
const timeoutMs = 10 * 60_000;

/** How actionlint can be run here, or why it cannot. */
export type Linter =
  | { readonly kind: "found"; readonly argv: readonly [string, ...string[]]; readonly cwd: string }
  | { readonly kind: "missing"; readonly reason: string };

/** Where programs are looked for. */
export interface Lookups {
  readonly go: () => Promise<GoToolchain>;
  /** Path of an actionlint that is installed. */
  readonly installed: () => string | undefined;
}

const machine: Lookups = {
  go: () => findGo(moduleFolder, oldestGo),
  installed: () => findProgram("actionlint", withSystemFolders(process.env["PATH"])),
};

/** Prefers the pinned version, which Go builds; without Go, takes one that is installed. */
export async function findLinter({ go: lookForGo, installed }: Lookups = machine): Promise<Linter> {
  const go = await lookForGo();
  if (go.kind === "found") return { kind: "found", argv: [go.path, "tool", "actionlint"], cwd: moduleFolder };
  const path = installed();
  return path === undefined
    ? { kind: "missing", reason: `${go.reason}, and no actionlint on the PATH` }
    : { kind: "found", argv: [path], cwd: checkout };
}

/** What the linter has against these files; nothing where it has nothing. */
export async function lintFiles(
  { argv, cwd }: Extract<Linter, { kind: "found" }>,
  files: readonly string[],
): Promise<string> {
  // Every step is one line that calls a script: there is no shell or Python in YAML to look at.
  const options = ["-shellcheck=", "-pyflakes=", "-no-color", "--"];
  const env = { GOFLAGS: "", GOWORK: "off" };
  const { exitCode, stdout, stderr } = await run([...argv, ...options, ...files], {
    timeoutMs,
    cwd,
    env,
    allowFailure: true,
  });
  return exitCode === 0 ? "" : stdout || stderr || `exit code ${exitCode}`;
}

/** Lints every workflow of this project, or says why not. @returns the exit code */
export async function lintWorkflows(): Promise<number> {
  const linter = await findLinter();
  if (linter.kind === "missing") {
    console.log(`workflows: not linted: ${linter.reason}`);
    return 0;
  }
  const folder = join(checkout, ".github", "workflows");
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
  const problems = await lintFiles(
    linter,
    files.map((name) => join(folder, name)),
  );
  console.log(problems === "" ? `workflows: ${files.length} linted, nothing to say` : problems);
  return problems === "" ? 0 : 1;
}
