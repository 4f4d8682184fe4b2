// Plain JavaScript: the set-up needs it before Node 24 and the npm packages are there.
import { spawn } from "node:child_process";

/**
 * Runs as the leader of a process group of its own. The reader waits for the end of a pipe whose other end
 * only the parent holds, so it ends the whole group at the moment the parent dies, by whatever signal. The
 * pipe is already closed where the parent died before the reader began, so no moment is uncovered.
 */
const guardScript = `(read -r _ <&3; kill -KILL 0) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-`;

/**
 * @typedef {object} GuardedExit
 * @property {number} code exit code; 128 + signal number where a signal ended it, as a shell counts
 * @property {NodeJS.Signals | null} signal
 */

/**
 * @typedef {object} Guarded
 * @property {number} pid of the command, which is also its process group
 * @property {import("node:stream").Readable | null} stdout
 * @property {import("node:stream").Readable | null} stderr
 * @property {Promise<GuardedExit>} exited rejects only where no shell can be started
 * @property {(signal: NodeJS.Signals) => void} signal to the command alone
 * @property {() => void} killGroup SIGKILL to the command and all that it started in its group
 */

/** @type {Readonly<Record<string, number>>} */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/**
 * Starts a command that cannot outlive this process: when this process ends, SIGKILL included, the command
 * and everything in its process group is killed. What the command leaves running in its group when it ends
 * is killed too. Children that make a session of their own are beyond its reach.
 *
 * The command gets a session of its own, so that a Ctrl-C of the terminal reaches it only through `signal`.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: "inherit" | "pipe", input?: "inherit" | "ignore" }} [options]
 * @returns {Guarded}
 */
export function startGuarded(argv, options = {}) {
  const output = options.output ?? "pipe";
  const child = spawn("/bin/sh", ["-c", guardScript, "guard", ...argv], {
    detached: true,
    stdio: [options.input ?? "ignore", output, output, "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const pid = child.pid ?? 0;
  const killGroup = () => {
    if (pid === 0) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      // The whole group has ended already.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
    }
  };
  // Nobody else holds the reader's end: when it closes, the reader was killed, and nothing guards the group.
  const pipe = /** @type {import("node:net").Socket | null | undefined} */ (child.stdio[3]);
  pipe?.on("error", () => undefined).once("close", killGroup);
  pipe?.resume();
  /** @type {Promise<GuardedExit>} */
  const exited = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      killGroup();
      pipe?.off("close", killGroup).destroy();
      resolve({ code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0), signal });
    });
  });
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    signal: (signal) => void child.kill(signal),
    killGroup,
  };
}

/**
 * Runs a guarded command to its end and keeps what it prints.
 *
 * @param {readonly string[]} argv
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<{ code: number, output: string }>} `output` is stdout and stderr as they came, the last 256 KiB
 * @throws {unknown} the signal's reason when it is aborted; the group is killed then
 */
export async function runGuarded(argv, options = {}) {
  options.signal?.throwIfAborted();
  const guarded = startGuarded(argv, options);
  const abort = () => guarded.killGroup();
  options.signal?.addEventListener("abort", abort, { once: true });
  let output = "";
  let rest = "";
  const closed = [guarded.stdout, guarded.stderr].map(
    (stream) =>
      new Promise((resolve) => {
        stream?.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
          output = (output + chunk).slice(-256 * 1024);
          const lines = (rest + chunk).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) options.onLine?.(line);
        });
        stream?.once("close", resolve);
      }),
  );
  try {
    const { code } = await guarded.exited;
    await Promise.all(closed);
    options.signal?.throwIfAborted();
    return { code, output };
  } finally {
    options.signal?.removeEventListener("abort", abort);
  }
}
