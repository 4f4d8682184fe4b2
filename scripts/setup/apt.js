import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { runGuarded } from "../../harness/process/guard.js";

/** Packages that are never unpacked beside the host's own: another libc does not run under the host's loader. */
const neverUnpacked = ["libc6", "libc-bin"];

/**
 * Installs packages on the host, as root. The lists are renewed only where the packages are not found in them.
 *
 * @param {readonly string[]} packages
 * @returns {Promise<string | undefined>} why it did not work, or undefined
 */
export async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"];
  const options = ["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Options::=--force-confold"];
  const download = () => runGuarded([...install, ...options, "--download-only", ...packages], { env });
  let result = await download();
  if (/dpkg --configure -a/.test(result.output)) {
    // Somebody's dpkg was killed in the middle; this is the repair that apt itself asks for.
    await runUnguarded(["dpkg", "--configure", "-a"], env);
    result = await download();
  }
  if (result.code !== 0) {
    await runGuarded(["apt-get", "update", "-q"], { env });
    result = await download();
  }
  if (result.code === 0) result = await runUnguarded([...install, ...options, ...packages], env);
  return result.code === 0 ? undefined : result.output.trim().slice(-1000);
}

/**
 * Runs what must not be killed in the middle: a dpkg that dies while it writes leaves the host's package
 * system broken. It takes seconds, as everything is downloaded by then, and ends by itself when we are killed.
 *
 * @param {readonly string[]} argv
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number, output: string }>}
 */
async function runUnguarded(argv, env) {
  // `setsid --wait` takes it out of the group that the guard kills.
  return await runGuarded(["setsid", "--wait", ...argv], { env });
}

/**
 * Unpacks packages, and what they need that the host does not have, below `folder`. Needs no root: apt
 * downloads and checks them, dpkg only unpacks.
 *
 * @param {readonly string[]} packages
 * @param {string} folder empty, exists
 * @returns {Promise<string | undefined>} why it did not work, or undefined
 */
export async function unpackPackages(packages, folder) {
  const own = join(folder, "apt");
  for (const part of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(own, part), { recursive: true });
  const ownCache = ["-o", `Dir::Cache=${join(own, "cache")}`, "-o", "Debug::NoLocking=1"];
  const ownLists = [...ownCache, "-o", `Dir::State::Lists=${join(own, "lists")}`];
  const first = await downloadWithNeeds(packages, folder, ownCache);
  if (first === undefined) return await unpackAll(folder);
  // The host's package lists are missing or old, and only root may renew them: ours then.
  // Without the error mode an update that reached nobody ends with exit code 0.
  const strict = ["-o", "APT::Update::Error-Mode=any"];
  const update = await runGuarded(["apt-get", ...ownLists, ...strict, "update", "-q"], { cwd: folder });
  if (update.code !== 0) return `${first}\n${update.output.trim().slice(-1000)}`;
  return (await downloadWithNeeds(packages, folder, ownLists)) ?? (await unpackAll(folder));
}

/**
 * @param {readonly string[]} packages
 * @param {string} folder
 * @param {readonly string[]} options
 * @returns {Promise<string | undefined>}
 */
async function downloadWithNeeds(packages, folder, options) {
  const simulate = ["apt-get", ...options, "install", "--simulate", "--no-install-recommends", ...packages];
  const plan = await runGuarded(simulate, { cwd: folder, env: { ...process.env, LC_ALL: "C.UTF-8" } });
  if (plan.code !== 0) return plan.output.trim().slice(-1000);
  const needed = parseSimulation(plan.output, packages);
  const refused = needed.filter((name) => neverUnpacked.includes(name.split("=")[0] ?? ""));
  if (refused.length > 0) return `would need another ${refused.join(" and ")}`;
  const download = await runGuarded(["apt-get", ...options, "download", "-q", ...needed], { cwd: folder });
  return download.code === 0 ? undefined : download.output.trim().slice(-1000);
}

/**
 * What `apt-get --simulate` would install, as `name=version`; and the wanted packages even where dpkg
 * believes them installed, since their programs are not there.
 *
 * @param {string} text lines such as `Inst libipset13 (7.17-1 Debian:12.15/oldstable [amd64])`
 * @param {readonly string[]} wanted
 * @returns {readonly string[]}
 */
export function parseSimulation(text, wanted) {
  const planned = [...text.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].map(
    ([, name = "", version = ""]) => /** @type {const} */ ([name, version]),
  );
  const names = planned.map(([name]) => name.split(":")[0]);
  return [
    ...planned.map(([name, version]) => `${name}=${version}`),
    ...wanted.filter((name) => !names.includes(name)),
  ];
}

/**
 * @param {string} folder holds the .deb files
 * @returns {Promise<string | undefined>}
 */
async function unpackAll(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".deb"))) {
    const { code, output } = await runGuarded(["dpkg", "-x", join(folder, file), join(folder, "root")]);
    if (code !== 0) return output.trim();
    rmSync(join(folder, file));
  }
  linkAlternatives(join(folder, "root", "usr", "sbin"));
  return undefined;
}

/**
 * Makes the names that update-alternatives makes when the package is installed; iptables-nft is the default
 * of Debian and Ubuntu.
 *
 * @param {string} sbin
 */
function linkAlternatives(sbin) {
  for (const family of ["iptables", "ip6tables"]) {
    for (const suffix of ["", "-save", "-restore"]) {
      const link = join(sbin, `${family}${suffix}`);
      if (existsSync(join(sbin, `${family}-nft${suffix}`)) && !existsSync(link)) {
        symlinkSync(`${family}-nft${suffix}`, link);
      }
    }
  }
}

/** @returns {string} distribution and version, to tell caches of different hosts apart */
export function distribution() {
  const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const field = (/** @type {string} */ name) =>
    new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(text)?.[1] ?? "unknown";
  return `${field("ID")}-${field("VERSION_ID")}-${process.arch}`;
}
