import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { renderVisiblePaths } from "./visible-paths.ts";

/** Whom root becomes where no SUDO_UID says who asked: nobody. */
const nobodyId = 65534;

export interface SandboxEntry {
  /** Program and arguments to run as the first process inside; it gets fd 3, see `enterSandbox`. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute paths that must be readable inside, also for the ordinary user that root becomes. */
  readonly readable: readonly string[];
  /** Whether /dev/net/tun and /dev/kvm are needed; root opens them to the ordinary user that it becomes, and to nobody else. */
  readonly guests?: boolean;
  /** Keep root: where user namespaces are forbidden. Mapped root that is real root can write /proc/sys and files. */
  readonly asRoot: boolean;
}

/** The sandbox from outside. */
export interface EnteredSandbox {
  /** Asks the program inside to end; it hears `interrupt` on fd 3. */
  interrupt(): void;
  /** A command line that opens a shell inside. */
  readonly wayIn: string;
  /** Ends every process inside at once. */
  kill(): void;
  /** Exit code of the program inside; 128 + n where signal n ended it. */
  readonly exited: Promise<number>;
}

/**
 * The user id that a root-started run becomes: SUDO_UID's, else nobody's.
 *
 * @returns undefined where nothing changes: not root, or `asRoot`
 */
export function ordinaryUserId(asRoot: boolean): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0 || asRoot) return undefined;
  const uid = Number(process.env["SUDO_UID"] ?? nobodyId);
  const gid = Number(process.env["SUDO_GID"] ?? nobodyId);
  return uid > 0 ? { uid, gid } : { uid: nobodyId, gid: nobodyId };
}

/** First process inside: private /run, loopback up, then the program; it reaps what engines leave behind. */
const insideScript = `
set -e
mount -t tmpfs -o mode=0755,size=8g tmpfs /run
ip link set lo up
"$@" &
wait $!
`;

/** In a user namespace of our own nobody needs a further one, which would give an engine every capability in it. */
const noFurtherUsers = "echo 0 >/proc/sys/user/max_user_namespaces";

/**
 * For root in a private mount namespace, with a tmpfs of its own on /run: devices that root alone may use are
 * covered by nodes with other permissions. Without the right to make nodes (in some containers) all stays as it was.
 */
const openDevices = `
for device in net/tun kvm; do
  [ -c /dev/$device ] || continue
  node=/run/device-$(basename $device)
  mknod -m 0666 $node c $(stat -c '0x%t 0x%T' /dev/$device) && mount --bind $node /dev/$device || :
done`;

/** What root prepares for the ordinary user that it becomes. */
function renderPreparation({ readable, guests }: SandboxEntry): string {
  const visible = renderVisiblePaths(readable);
  if (guests !== true) return visible;
  return `${visible === "" ? "mount -t tmpfs -o mode=0755 tmpfs /run" : visible}\n${openDevices}`;
}

/** The command line that leads from here into the namespaces. */
export function renderEntry(entry: SandboxEntry): readonly [string, ...string[]] {
  const user = ordinaryUserId(entry.asRoot);
  const isRoot = process.getuid?.() === 0;
  const keepsRoot = isRoot && !user;
  const inside = [
    "sh",
    "-ec",
    `${keepsRoot ? "" : noFurtherUsers}${insideScript}`,
    "leakproof",
    ...entry.argv,
  ];
  const namespaces = [
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--uts",
    "--ipc",
  ];
  const unshare = [
    "unshare",
    ...(keepsRoot ? [] : ["--user", "--map-root-user"]),
    ...namespaces,
    "--",
    ...inside,
  ];
  const withParent = ["setpriv", "--pdeathsig", "KILL", "--"] as const;
  if (!user) return [...withParent, ...unshare];
  const become = ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"];
  const asUser = [...become, "--pdeathsig", "KILL", "--", ...unshare];
  // Root first makes the project's own paths visible to that user, in a mount namespace of its own.
  const script = `${renderPreparation(entry)}\nexec "$@"`;
  return [
    ...withParent,
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-ec",
    script,
    "leakproof",
    ...asUser,
  ];
}

/**
 * Runs a program in private user, network, mount, PID, IPC and UTS namespaces. When any process of the
 * chain dies, by whatever signal, the kernel ends everything inside and takes its rules with it.
 *
 * Inside, fd 3 gives the line `interrupt` on request and ends when this process dies. The sandbox has a
 * session of its own, so that Ctrl-C reaches only the outside, which then asks.
 */
export function enterSandbox(entry: SandboxEntry): EnteredSandbox {
  const [program, ...args] = renderEntry(entry);
  const child = spawn(program, args, {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { ...process.env, ...entry.env },
    detached: true,
  });
  const control = child.stdio[3] as Writable;
  control.on("error", () => undefined); // The inside is gone: `exited` says so.
  return {
    interrupt: () => void control.write("interrupt\n"),
    // The first process inside is the only child of the one that made the namespaces.
    wayIn: `sudo sh -c 'nsenter --target $(cat /proc/${child.pid}/task/${child.pid}/children) --all'`,
    kill: () => void child.kill("SIGKILL"),
    exited: once(child, "exit").then(([code, signal]: unknown[]) =>
      typeof code === "number" ? code : 128 + (signal === "SIGKILL" ? 9 : 15),
    ),
  };
}
