import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout. */
export const root = resolve(import.meta.dirname, "../..");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as somebody would whose shell knows nothing of this checkout. */
export async function run(argv: readonly [string, ...string[]], cwd: string): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(registry|cache)$)/.test(name)),
  );
  const child = spawn(argv[0], argv.slice(1), {
    cwd,
    env: { ...env, CI: "true", npm_config_loglevel: "error" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const [code] = await once(child, "close");
  return { code: code as number | null, stdout, stderr };
}

/** A project that was empty before the package was installed in it. */
export interface Installed extends AsyncDisposable {
  readonly project: string;
  /** Runs a command of the package, in the project. */
  readonly leakproof: (...args: readonly string[]) => Promise<Ended>;
}

async function must(argv: readonly [string, ...string[]], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await run(argv, cwd);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${stdout}${stderr}`);
}

/** Packs this checkout, and installs the tarball as npm does. Needs the registry for what npm has not in its cache. */
export async function installPackage(): Promise<Installed> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "leakproof-package-")));
  const project = join(folder, "project");
  await mkdir(project);
  await must(["npm", "pack", "--pack-destination", folder], root);
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(project, "package.json"), '{"type":"module"}');
  await must(
    ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball)],
    project,
  );
  return {
    project,
    leakproof: (...args) => run([join(project, "node_modules/.bin/leakproof"), ...args], project),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
