import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { inNamespace } from "./in-namespace.ts";
import { shimHome } from "./tool-shim.ts";

/** What an engine's process gets to see and may do. */
export interface Isolation {
  /** Network namespace, a name in /run/netns. */
  readonly namespace: string;
  readonly hostname: string;
  /** Host directory that appears as `engineHome`, writable. */
  readonly home: string;
  /** Host directory that appears where kubelet mounts the files of a pod's service account. */
  readonly serviceAccount?: string;
  /** Host file that appears as /run/xtables.lock; shared by all that change the node's tables. */
  readonly xtablesLock: string;
  /** Host path of the engine's program, free of links. It keeps its name, so that what lies beside it in a visible directory is found. */
  readonly program: string;
  /** Further host paths that stay visible, read-only, even where they lie in a hidden directory. */
  readonly readable: readonly string[];
  /** Host paths inside of `readable` ones that are hidden all the same. */
  readonly hidden: readonly string[];
  /** Where it is run in an image: then nothing else of this machine's files is seen. */
  readonly image?: {
    /** Host directory that is the engine's `/`. */
    readonly root: string;
    /** In place of what is inherited. */
    readonly env: Readonly<Record<string, string>>;
  };
  /** Host directory of the shims in front of the engine's tools, see harness/node/tool-shim.ts. */
  readonly tools?: string;
}

/** The engine's HOME and only writable directory, as the engine sees it. */
export const engineHome = "/run/engine";

/** The capabilities that vendors' manifests give to rule engines; nothing that reaches outside of the node. */
const capabilities = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE"] as const;

/** What an engine has no business in: homes, sockets, other people's files, credentials. Mapped root that is real root (`--as-root`) could read all of it. */
const coveredPaths: readonly string[] = [
  "/tmp",
  "/run",
  "/home",
  "/root",
  "/var/tmp",
  "/mnt",
  "/media",
  "/srv",
  "/boot",
  "/var/lib",
  "/var/log",
  "/var/spool",
  "/var/mail",
  "/var/backups",
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/etc/ssh",
  "/etc/ssl/private",
  "/etc/kubernetes",
  "/etc/rancher",
  "/etc/docker",
  "/etc/wireguard",
];

/** Parts of /proc that act on the whole machine: uid 0 writes them without any capability. */
const readOnlyProc: readonly string[] = ["sys", "sysrq-trigger", "irq", "bus", "fs"].map(
  (name) => `/proc/${name}`,
);

/** Covers what is there: a directory by an empty one, a file by nothing. */
function cover(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const place = realpathSync(path);
  return statSync(place).isDirectory() ? ["--tmpfs", place] : ["--ro-bind", "/dev/null", place];
}

/** Options of bwrap that show a path of this machine, a link as a link; none where nothing is there. */
export function show(path: string): readonly string[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}

/** Made anew for every engine. */
const ownPaths: readonly string[] = ["/dev", "/proc", "/run"];

/**
 * This machine's `/`, entry by entry. As a whole it would bring /run/netns along, of which another attempt may just be
 * unmounting something: bwrap looks at every mount below what it binds, and fails when one goes meanwhile.
 */
function rootFiles(): readonly (readonly string[])[] {
  const paths = readdirSync("/").map((name) => join("/", name));
  return paths.filter((path) => !ownPaths.includes(path)).map(show);
}

/** What is seen of this machine's files, and what of them is covered. */
function hostFiles({ readable, hidden, program }: Isolation): readonly (readonly string[])[] {
  return [
    ...coveredPaths.map(cover),
    ...readable.map((path) => ["--ro-bind", path, path]),
    ...hidden.map(cover),
    ["--ro-bind", program, program],
  ];
}

/** What /var/run is: mostly a link to /run; images may have a directory. */
function runOf({ image }: Isolation): string {
  const path = join(image?.root ?? "/", "var/run");
  return image !== undefined && existsSync(path) && lstatSync(path).isDirectory() ? "/var/run" : "/run";
}

/** An image brings all its files along; nothing of this machine's is seen but its kernel's. */
function imageFiles(isolation: Isolation): readonly (readonly string[])[] {
  // Where /var/run is a directory, tools of old look for their lock there.
  const scratch = [...new Set(["/tmp", "/run", "/var/tmp", runOf(isolation)])];
  return [
    ["--ro-bind", "/sys", "/sys"],
    ...scratch.map((path) => ["--tmpfs", path]),
    // Libraries of this machine are not there. The rest is set here and not around bwrap, which is a program of this machine.
    ...["LD_LIBRARY_PATH", "XTABLES_LIBDIR"].map((name) => ["--unsetenv", name]),
    ...Object.entries(isolation.image?.env ?? {}).map(([name, value]) => ["--setenv", name, value]),
  ];
}

function shimFiles(tools: string): readonly string[] {
  return ["--ro-bind", tools, shimHome, "--bind", join(tools, "state"), join(shimHome, "state")];
}

/**
 * The command line in front of an engine's: its node's network, a process tree of its own that dies with
 * us, the host's files read-only, homes, sockets, credentials and other scratch directories hidden, four
 * capabilities, no way to gain more. /proc/sys is read-only but for the node's own /proc/sys/net.
 *
 * In an image the engine sees the files of the image, read-only, and none of this machine's.
 *
 * @param tracer - a command line that runs the rest, outside of the engine's sight
 *
 * A session of its own, since kill(0) reaches the whole process group, also beyond the PID namespace.
 */
export function renderIsolation(
  isolation: Isolation,
  tracer: readonly string[],
): readonly [string, ...string[]] {
  const { namespace, hostname, home, xtablesLock } = isolation;
  const proc = readOnlyProc.filter((path) => existsSync(path));
  const options: readonly (readonly string[])[] = [
    [
      "--die-with-parent",
      "--new-session",
      "--unshare-pid",
      "--unshare-ipc",
      "--unshare-uts",
      "--hostname",
      hostname,
    ],
    ...(isolation.image === undefined ? rootFiles() : [["--ro-bind", isolation.image.root, "/"]]),
    ["--dev", "/dev", "--proc", "/proc"],
    ...proc.map((path) => ["--ro-bind", path, path]),
    ["--bind", "/proc/sys/net", "/proc/sys/net"],
    ...(isolation.image === undefined ? hostFiles(isolation) : imageFiles(isolation)),
    ["--bind", home, engineHome, "--bind", xtablesLock, "/run/xtables.lock"],
    ...(isolation.serviceAccount === undefined
      ? []
      : [
          [
            "--ro-bind",
            isolation.serviceAccount,
            join(runOf(isolation), "secrets/kubernetes.io/serviceaccount"),
          ],
        ]),
    ...(isolation.tools === undefined ? [] : [shimFiles(isolation.tools)]),
    // Without an image, what holds the entries of `/` is bwrap's own.
    ...(isolation.image === undefined ? [["--remount-ro", "/"]] : []),
    ["--chdir", engineHome, "--cap-drop", "ALL"],
    ...capabilities.map((name) => ["--cap-add", name]),
  ];
  // The tracer must not outlive us; bwrap dies with the tracer.
  return [...inNamespace(namespace), ...tracer, "bwrap", ...options.flat(), "--"];
}
