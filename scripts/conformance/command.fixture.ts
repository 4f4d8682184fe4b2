import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { type ConformanceReport, reportSchema } from "../../report/schema.ts";

const entry = resolve(import.meta.dirname, "../conformance.ts");

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "leakproof-conformance-"));
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) };
}

/** Runs `conformance` to its end. */
export async function conformance(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, CI: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = await once(child, "close");
  return { code: code as number | null, stdout, stderr };
}

/** The directory of the one run that is in `out`. */
export async function runDirectory(out: string): Promise<string> {
  const [name = ""] = await readdir(out);
  return join(out, name);
}

/** The report of the one run whose directory is in `out`. */
export async function readReport(out: string): Promise<ConformanceReport> {
  const text = await readFile(join(await runDirectory(out), "conformance-report.yaml"), "utf8");
  return reportSchema.parse(parse(text));
}

/** The codes of the errors in a text, in order. */
export function codesIn(text: string): readonly string[] {
  return [...text.matchAll(/^\[([a-z-]+\/[a-z-]+)\]/gm)].map(([, code]) => code ?? "");
}

/** A control plane's programs that note when somebody starts them, and refuse. */
export async function writeAssets(
  folder: string,
): Promise<{ readonly started: () => Promise<readonly string[]> }> {
  for (const name of ["etcd", "kube-apiserver", "kube-proxy"]) {
    await writeFile(join(folder, name), `#!/bin/sh\ntouch "$0.started"\nexit 1\n`, { mode: 0o755 });
  }
  return { started: async () => (await readdir(folder)).filter((name) => name.endsWith(".started")) };
}
