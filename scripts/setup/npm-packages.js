import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { acquireFileLock } from "../../harness/process/file-lock.js";
import { runGuarded } from "../../harness/process/guard.js";
import { report, withProgress } from "./progress.js";
import { SetupError } from "./setup-error.js";

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 */

/**
 * Makes sure that the npm packages of package-lock.json are installed and that a Node that can run the
 * project is there. Does nothing, and starts nothing, where both are so.
 *
 * @param {string} root of the checkout
 * @returns {Promise<string>} absolute path of a Node >= 24.12
 * @throws {SetupError} `setup/npm-failed`
 */
export async function ensureNpmPackages(root) {
  const ready = readyRuntime(root);
  if (ready !== undefined) return ready;
  const key = createHash("sha256").update(realpathSync(root)).digest("hex").slice(0, 16);
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", `npm-${key}`), {
    onWait: (pid) => report(`waiting for another run (process ${pid}) that installs the npm packages`),
  });
  try {
    return readyRuntime(root) ?? (await install(root));
  } finally {
    lock.release();
  }
}

/**
 * Whether this is a checkout. The published package has no lock file, and npm has installed what it needs.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function isCheckout(root) {
  return existsSync(join(root, "package-lock.json"));
}

/**
 * The Node that the published package runs on: the host's where it is new enough, else one in the cache,
 * fetched once, of the version that the project is tested with.
 *
 * @param {string} root
 * @returns {Promise<string>} absolute path of a Node >= 24.12
 * @throws {SetupError} `setup/npm-failed`
 */
export async function ensureRuntime(root) {
  if (isNewEnough(process.version)) return process.execPath;
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return await fetchNode(root, devDependencies.node);
}

/**
 * @param {string} root
 * @returns {string | undefined}
 */
function readyRuntime(root) {
  return isInstalled(root) ? usableRuntime(root) : undefined;
}

/**
 * Compares what npm wrote as the last step of its last installation with what the lock file asks for. An
 * installation that was killed has no such file, since `npm ci` begins by removing node_modules.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  if (wanted === undefined)
    throw new SetupError("setup/npm-failed", `${root}/package-lock.json cannot be read.`);
  const present = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (present === undefined) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, os, cpu, libc }]) => {
    if (path === "") return true;
    const found = present[path];
    if (found === undefined) return optional === true && !isForThisPlatform(os, cpu, libc);
    return found.version === version && found.integrity === integrity;
  });
}

/**
 * Whether npm installs an optional package here: only then is its absence a fault.
 *
 * @param {readonly string[] | undefined} os
 * @param {readonly string[] | undefined} cpu
 * @param {readonly string[] | undefined} libc
 * @returns {boolean}
 */
function isForThisPlatform(os, cpu, libc) {
  // Without a list it may still belong below a package of another platform.
  if (os === undefined || cpu === undefined) return false;
  return (
    os.includes(process.platform) &&
    cpu.includes(process.arch) &&
    (libc === undefined || libc.includes("glibc"))
  );
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    // Missing or half written: for the caller the same as never installed.
    return undefined;
  }
}

/**
 * @param {string} root
 * @returns {string} where the `node` package keeps its program
 */
function bundledRuntime(root) {
  return join(root, "node_modules", "node", "bin", "node");
}

/**
 * @param {string} path
 * @param {string} root
 * @returns {boolean}
 */
function isInside(path, root) {
  return path.startsWith(join(root, "node_modules"));
}

/**
 * The host's Node where it is new enough, else the one that the `node` package brings.
 *
 * @param {string} root
 * @returns {string | undefined}
 */
function usableRuntime(root) {
  if (isNewEnough(process.version) && !isInside(process.execPath, root)) return process.execPath;
  const bundled = bundledRuntime(root);
  try {
    accessSync(bundled, constants.X_OK);
    return bundled;
  } catch {
    // Not there: the caller fetches it.
    return undefined;
  }
}

/**
 * @param {string} version as in `process.version`
 * @returns {boolean}
 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 12);
}

/**
 * @param {string} root
 * @returns {Promise<string>}
 */
async function install(root) {
  const isHostNodeUsable = isNewEnough(process.version) && !isInside(process.execPath, root);
  const version = readPackages(join(root, "package-lock.json"))?.["node_modules/node"]?.version;
  const node = isHostNodeUsable ? process.execPath : await fetchNode(root, `${version}`);
  if (!isInstalled(root)) {
    // No install script is needed but that of `node`, whose work fetchNode does.
    const argv = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    // npm leaves out optional packages that do not fit the Node that it runs on, native code for this one among them.
    const env = npmEnvironment(root, dirname(node));
    const what = "installing the npm packages of package-lock.json (once, about a minute)";
    const { code, output } = await withProgress(what, runGuarded(argv, { cwd: root, env }));
    if (code !== 0) throw npmFailed(argv, code, output);
    if (!isInstalled(root)) {
      throw new SetupError(
        "setup/npm-failed",
        "`npm ci` ended well, but node_modules/.package-lock.json does not hold what package-lock.json asks for.\n" +
          `Saw: ${output.trim() || "no output"}\nFix: use npm 9 or newer, without install-strategy or omit settings.`,
      );
    }
  }
  if (!isHostNodeUsable) placeRuntime(root, node);
  return isHostNodeUsable ? node : bundledRuntime(root);
}

/**
 * Fetches a Node into the cache, with the npm of the host.
 *
 * @param {string} root
 * @param {string} version
 * @returns {Promise<string>} path of the program
 */
async function fetchNode(root, version) {
  const nodes = join(cacheDirectory(), "node");
  const folder = join(nodes, `v${version}-${process.arch}`);
  const program = join(folder, "bin", "node");
  // Other checkouts share the cache.
  const lock = await acquireFileLock(join(cacheDirectory(), "locks", "node"));
  try {
    if (existsSync(program)) return program;
    const temporary = join(nodes, "tmp");
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true });
    const fetched = await installNode(root, version, temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fetched, folder);
    rmSync(temporary, { recursive: true, force: true });
    return program;
  } finally {
    lock.release();
  }
}

/**
 * @param {string} root
 * @param {string} version
 * @param {string} folder exists, and is empty
 * @returns {Promise<string>} the folder of Node's package, once its program has run
 */
async function installNode(root, version, folder) {
  // Without a package.json of its own, npm would take a folder further up for the project.
  writeFileSync(join(folder, "package.json"), "{}");
  const name = `node-${process.platform}-${process.arch}`;
  const argv = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`];
  const { code, output } = await withProgress(
    `fetching Node ${version}, since the host's is older than 24.12`,
    runGuarded(argv, { cwd: folder, env: npmEnvironment(root) }),
  );
  if (code !== 0) throw npmFailed(argv, code, output);
  const fetched = join(folder, "node_modules", name);
  const program = join(fetched, "bin", "node");
  const check = await runGuarded([program, "--version"]);
  if (check.code !== 0 || !isNewEnough(check.output.trim())) {
    throw npmFailed([program, "--version"], check.code, check.output);
  }
  return fetched;
}

/**
 * Puts the program where the `node` package's own install script would.
 *
 * @param {string} root
 * @param {string} program
 */
function placeRuntime(root, program) {
  const target = bundledRuntime(root);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(program, `${target}.new`, constants.COPYFILE_FICLONE);
  renameSync(`${target}.new`, target);
  linkRuntime(root);
}

/**
 * Makes node_modules/.bin/node, which npm leaves out where the program is fetched after it: with it every
 * `npm run` uses this Node.
 *
 * @param {string} root
 */
function linkRuntime(root) {
  const link = join(root, "node_modules", ".bin", "node");
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(join("..", "node", "bin", "node"), link);
}

/**
 * The environment in which npm runs: without node_modules/.bin, since npm must not run on a Node that it is
 * about to remove.
 *
 * @param {string} root
 * @param {string} [nodeFolder] of the Node that runs it; by default the host's
 * @returns {NodeJS.ProcessEnv}
 */
function npmEnvironment(root, nodeFolder) {
  const { npm_node_execpath: npmNode, PATH: path, ...rest } = process.env;
  const own = [npmNode, process.execPath].find((node) => node !== undefined && !isInside(node, root));
  const first = [nodeFolder, own === undefined ? undefined : dirname(own)].filter(
    (folder) => folder !== undefined,
  );
  const folders = (path ?? "").split(delimiter).filter((folder) => !isInside(folder, root));
  return { ...rest, PATH: [...first, ...folders].join(delimiter) };
}

/**
 * @param {readonly string[]} argv
 * @param {number} code
 * @param {string} output
 * @returns {SetupError}
 */
function npmFailed(argv, code, output) {
  const missing = code === 127;
  return new SetupError(
    "setup/npm-failed",
    `\`${argv.join(" ")}\` ended with exit code ${code}.\nSaw: ${output.trim().slice(0, 1500) || "no output"}\n` +
      (missing
        ? "Fix: install npm (`apt-get install npm`, or Node from https://nodejs.org), then run this again."
        : "Fix: see that the npm registry is reachable (`npm ping`) and the checkout is writable, then run this again."),
  );
}
