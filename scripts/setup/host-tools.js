import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  aptLine,
  findProgram,
  guestTools,
  hostTools,
  missingTools,
  packagesOf,
  withSystemFolders,
} from "../../harness/machine/host-tools.js";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { acquireFileLock } from "../../harness/process/file-lock.js";
import { runGuarded } from "../../harness/process/guard.js";
import { distribution, installPackages, unpackPackages } from "./apt.js";
import { report, withProgress } from "./progress.js";
import { SetupError } from "./setup-error.js";

/** @typedef {import("../../harness/machine/host-tools.js").HostTool} HostTool */

/**
 * The environment in which every tool is found that is on this machine or was unpacked by an earlier run.
 * Changes nothing.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(env = process.env) {
  const path = withSystemFolders(env["PATH"]);
  /** @type {NodeJS.ProcessEnv} */
  let found = { ...env, PATH: path };
  for (const tools of [hostTools, guestTools]) {
    const missing = missingTools(path, tools);
    const folder = toolFolder(missing);
    if (missing.length > 0 && existsSync(folder)) found = withUnpacked(found, folder);
  }
  return found;
}

/**
 * Makes sure that tools are there: installs packages where this is root, else unpacks them into the cache.
 *
 * @param {readonly HostTool[]} tools one of the lists of host-tools.js
 * @param {boolean} [isRoot]
 * @returns {Promise<NodeJS.ProcessEnv>} in which they are found
 * @throws {SetupError} `machine/tool-missing`, with the line that repairs it
 */
export async function ensureTools(tools, isRoot = process.getuid?.() === 0) {
  const stillMissing = (/** @type {NodeJS.ProcessEnv} */ env) => missingTools(env["PATH"] ?? "", tools);
  const env = toolEnvironment();
  if (stillMissing(env).length === 0) return env;
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", "host-tools"), {
    onWait: (pid) => report(`waiting for another run (process ${pid}) that gets the host tools`),
  });
  try {
    const isSettled = stillMissing(toolEnvironment()).length === 0;
    const problems = isSettled
      ? []
      : await obtain(missingTools(withSystemFolders(process.env["PATH"]), tools), isRoot);
    const now = toolEnvironment();
    const left = stillMissing(now);
    if (left.length > 0) throw toolsMissing(left, isRoot, problems);
    return now;
  } finally {
    lock.release();
  }
}

/**
 * @param {readonly HostTool[]} missing
 * @param {boolean} isRoot
 * @returns {Promise<readonly string[]>} what went wrong
 */
async function obtain(missing, isRoot) {
  const packages = packagesOf(missing);
  if (findProgram("apt-get", withSystemFolders(process.env["PATH"])) === undefined) {
    return ["this machine has no apt-get"];
  }
  const problems = [];
  if (isRoot) {
    const problem = await withProgress(
      `installing ${packages.join(", ")} with apt-get`,
      installPackages(packages),
    );
    if (problem === undefined) return [];
    problems.push(problem);
  }
  const problem = await withProgress(`unpacking ${packages.join(", ")} into the cache`, unpack(missing));
  return problem === undefined ? problems : [...problems, problem];
}

/**
 * @param {readonly HostTool[]} missing as seen on the bare host
 * @returns {string}
 */
function toolFolder(missing) {
  const key = createHash("sha256").update(packagesOf(missing).join(" ")).digest("hex").slice(0, 12);
  return join(cacheDirectory(), "tools", `${distribution()}-${key}`);
}

/**
 * @param {readonly HostTool[]} missing as seen on the bare host
 * @returns {Promise<string | undefined>} why it did not work
 */
async function unpack(missing) {
  const parent = join(cacheDirectory(), "tools");
  mkdirSync(parent, { recursive: true });
  // The lock is ours, so whatever is half made was left by a run that was killed.
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith("tmp-"))) {
    rmSync(join(parent, name), { recursive: true, force: true });
  }
  const temporary = mkdtempSync(join(parent, "tmp-"));
  try {
    const problem = await unpackPackages(packagesOf(missing), temporary);
    if (problem !== undefined) return problem;
    const unusable = await unusableTools(missing, withUnpacked(process.env, temporary));
    if (unusable.length > 0) return unusable.join("\n");
    const folder = toolFolder(missing);
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(temporary, "apt"), { recursive: true, force: true });
    renameSync(temporary, folder);
    return undefined;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Starts each tool once that says what it is: a library that was not unpacked shows here and not in the middle of a run.
 *
 * @param {readonly HostTool[]} tools
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly string[]>}
 */
async function unusableTools(tools, env) {
  const problems = [];
  for (const tool of tools.filter(({ versionArgs }) => versionArgs.length > 0)) {
    const { code, output } = await runGuarded([tool.program, ...tool.versionArgs], { env });
    if (code !== 0)
      problems.push(`${tool.program} ${tool.versionArgs.join(" ")}: ${output.trim().slice(-300)}`);
  }
  return problems;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} folder
 * @returns {NodeJS.ProcessEnv}
 */
function withUnpacked(env, folder) {
  const root = join(folder, "root");
  const libraries = ["usr/lib", "lib"].flatMap((name) => {
    const base = join(root, name);
    const triplets = existsSync(base)
      ? readdirSync(base).filter((entry) => entry.includes("-linux-gnu"))
      : [];
    return triplets.map((triplet) => join(base, triplet));
  });
  const plugins = libraries.map((library) => join(library, "xtables")).find((path) => existsSync(path));
  const programs = ["usr/sbin", "usr/bin", "sbin", "bin"].map((name) => join(root, name)).filter(existsSync);
  return {
    ...env,
    // Ours come last: a program that the host has is never replaced.
    PATH: [withSystemFolders(env["PATH"]), ...programs].join(delimiter),
    LD_LIBRARY_PATH: [...libraries, ...(env["LD_LIBRARY_PATH"] ? [env["LD_LIBRARY_PATH"]] : [])].join(
      delimiter,
    ),
    ...(plugins === undefined ? {} : { XTABLES_LIBDIR: plugins }),
  };
}

/**
 * @param {readonly HostTool[]} left
 * @param {boolean} isRoot
 * @param {readonly string[]} problems
 * @returns {SetupError}
 */
function toolsMissing(left, isRoot, problems) {
  const packages = packagesOf(left);
  return new SetupError(
    "machine/tool-missing",
    `not on this machine: ${left.map((tool) => tool.program).join(", ")}.\n` +
      `Saw: ${problems.join("\n") || "no problem, yet they are not found"}\n` +
      `Fix: ${aptLine(left, isRoot)}\n` +
      `(on other distributions than Debian and Ubuntu: the packages that hold these programs, ${packages.join(", ")} there)`,
  );
}
