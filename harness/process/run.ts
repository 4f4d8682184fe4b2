import { execa } from "execa";
import { HarnessError } from "../errors/harness-error.ts";

export interface CommandOptions {
  /** The command is killed after this, and the promise rejects. */
  readonly timeoutMs: number;
  /** The whole environment where `extendEnv` is not set, else additions. */
  readonly env?: Readonly<Record<string, string>>;
  readonly extendEnv?: boolean;
  readonly cwd?: string;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** A non-zero exit is an answer, not an error. */
  readonly allowFailure?: boolean;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly durationMs: number;
}

/**
 * Runs a command to its end.
 *
 * @throws {HarnessError} `node/command-failed` when it cannot be started, is killed, runs out of time, or
 *   exits with another code than 0 (unless `allowFailure`); the message holds the command line and the end of stderr.
 */
export async function run(
  argv: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandResult> {
  const [program, ...args] = argv;
  const result = await execa(program, args, {
    timeout: options.timeoutMs,
    reject: false,
    extendEnv: options.extendEnv ?? true,
    maxBuffer: 512 * 1024 * 1024,
    stripFinalNewline: false,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: "ignore" } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const answered = result.exitCode !== undefined;
  if (!answered || (result.exitCode !== 0 && options.allowFailure !== true)) {
    const reason = result.timedOut
      ? `did not end within ${options.timeoutMs} ms`
      : (result.shortMessage ?? `exit code ${result.exitCode}`);
    throw new HarnessError(
      "node/command-failed",
      `\`${argv.join(" ").slice(0, 400)}\` failed: ${reason}\nSaw: ${(result.stderr || result.stdout).slice(-800).trim() || "no output"}`,
      { cause: result },
    );
  }
  return {
    stdout: result.stdout,
    stderr: result.stderr,
    exitCode: result.exitCode ?? -1,
    durationMs: Math.round(result.durationMs),
  };
}
