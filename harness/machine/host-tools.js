// Plain JavaScript: the set-up needs it before Node 24 and the npm packages are there.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * @typedef {object} HostTool
 * @property {string} program
 * @property {string} debianPackage the package of Debian and Ubuntu that holds it
 * @property {readonly string[]} versionArgs prints the version on stdout; none where it works only on a kernel that this one need not be
 */

/** @type {(debianPackage: string, versionArgs: readonly string[], programs: readonly string[]) => HostTool[]} */
const from = (debianPackage, versionArgs, programs) =>
  programs.map((program) => ({ program, debianPackage, versionArgs }));

/**
 * Every program of the host that the sandbox runs.
 *
 * @type {readonly HostTool[]}
 */
export const hostTools = [
  ...from("iptables", ["--version"], ["iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy"]),
  ...from("iptables", ["--version"], ["iptables-legacy-save", "ip6tables-legacy-save", "iptables-nft"]),
  ...from("iptables", ["--version"], ["ip6tables-nft", "iptables-nft-save", "ip6tables-nft-save"]),
  // Its --version asks the kernel, which answers root alone.
  ...from("ipset", ["help"], ["ipset"]),
  ...from("iproute2", ["-Version"], ["ip"]),
  ...from("conntrack", ["--version"], ["conntrack"]),
  ...from("nftables", ["--version"], ["nft"]),
  ...from("strace", ["--version"], ["strace"]),
  ...from("util-linux", ["--version"], ["unshare", "nsenter", "setpriv", "flock"]),
  ...from("mount", ["--version"], ["mount"]),
  ...from("bubblewrap", ["--version"], ["bwrap"]),
];

const isArm = process.arch === "arm64";

/** QEMU for guests of this machine's own architecture. */
export const qemuProgram = isArm ? "qemu-system-aarch64" : "qemu-system-x86_64";

/**
 * What nodes that are guests take besides: QEMU, their first file system, and who asks their kernel.
 *
 * @type {readonly HostTool[]}
 */
export const guestTools = [
  ...from(isArm ? "qemu-system-arm" : "qemu-system-x86", ["--version"], [qemuProgram]),
  ...from("busybox-static", ["--help"], ["busybox"]),
  ...from("ipvsadm", [], ["ipvsadm"]),
];

/**
 * A PATH that also holds the folders of system programs, which ordinary users of Debian do not have in theirs.
 *
 * @param {string | undefined} path
 * @returns {string}
 */
export function withSystemFolders(path) {
  const folders = (path ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]) {
    if (!folders.includes(folder)) folders.push(folder);
  }
  return folders.join(delimiter);
}

/**
 * The first executable file of that name in `path`.
 *
 * @param {string} program
 * @param {string} path
 * @returns {string | undefined}
 */
export function findProgram(program, path) {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, program);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here, or not for us: the next folder.
    }
  }
  return undefined;
}

/**
 * @param {string} path
 * @param {readonly HostTool[]} [tools]
 * @returns {readonly HostTool[]}
 */
export function missingTools(path, tools = hostTools) {
  return tools.filter((tool) => findProgram(tool.program, path) === undefined);
}

/**
 * The packages that hold the tools, each once, sorted.
 *
 * @param {readonly HostTool[]} tools
 * @returns {readonly string[]}
 */
export function packagesOf(tools) {
  return [...new Set(tools.map((tool) => tool.debianPackage))].sort();
}

/**
 * The line that repairs missing tools on Debian and Ubuntu.
 *
 * @param {readonly HostTool[]} tools
 * @param {boolean} isRoot
 * @returns {string}
 */
export function aptLine(tools, isRoot) {
  const sudo = isRoot ? "" : "sudo ";
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packagesOf(tools).join(" ")}`;
}
