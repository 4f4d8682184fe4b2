import { spawn } from "node:child_process";
import { once } from "node:events";

export interface ExitStatus {
  readonly exitCode?: number;
  readonly signal?: string;
}

/** A program that runs on, with the end of what it printed. */
export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
  hasExited(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** The last lines that it printed on stdout and stderr, oldest first. */
  tail(lines: number): string;
  /** All that it printed, up to `logLimitBytes` from the end. */
  log(): string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly extendEnv?: boolean;
  readonly cwd?: string;
  /** More of its output than this is dropped from the front. Default: 4 MiB. */
  readonly logLimitBytes?: number;
  readonly onLine?: (line: string) => void;
}

/** How long a process may take to vanish after SIGKILL, in ms. */
const killDeadlineMs = 5_000;

/** Of a line that goes on, more than this is forgotten, in characters. */
const longestLine = 64 * 1024;

/** Keeps the end of a stream of text. */
function createLog(limitBytes: number): { append(text: string): void; text(): string } {
  let chunks: string[] = [];
  let size = 0;
  return {
    append(text) {
      chunks.push(text);
      size += text.length;
      if (size > limitBytes * 2) {
        chunks = [chunks.join("").slice(-limitBytes)];
        size = limitBytes;
      }
    },
    text: () => chunks.join("").slice(-limitBytes),
  };
}

/**
 * Starts a program that is killed (SIGKILL) when it is disposed, and that the kernel kills when this
 * process dies, where `argv` begins with something that sees to it (bwrap, setpriv).
 *
 * @throws {Error} what the operating system said when the program cannot be started
 */
export async function startProcess(
  argv: readonly [string, ...string[]],
  options: StartOptions,
): Promise<RunningProcess> {
  const [program, ...args] = argv;
  const log = createLog(options.logLimitBytes ?? 4 * 1024 * 1024);
  // Not execa: its result waits for the end of the output, which something that the program left running may hold open.
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...(options.extendEnv === true ? process.env : {}), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let isGone = false;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once("exit", (exitCode, signal) => {
      isGone = true;
      resolve({ ...(exitCode === null ? {} : { exitCode }), ...(signal === null ? {} : { signal }) });
    });
  });
  let rest = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      log.append(chunk);
      if (!options.onLine) return;
      const lines = (rest + chunk).split("\n");
      // A program that never ends its line must not fill our memory.
      rest = (lines.pop() ?? "").slice(-longestLine);
      for (const line of lines) options.onLine(line);
    });
  }
  await once(child, "spawn");
  if (child.pid === undefined) throw new Error(`${program} was started but has no process id`);
  return {
    pid: child.pid,
    exited,
    hasExited: () => isGone,
    kill: (signal) => void child.kill(signal),
    tail: (lines) => log.text().trimEnd().split("\n").slice(-lines).join("\n"),
    log: () => log.text(),
    async [Symbol.asyncDispose]() {
      if (!isGone) child.kill("SIGKILL");
      await Promise.race([exited, new Promise((done) => setTimeout(done, killDeadlineMs).unref())]);
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}
