import { HarnessError } from "../../errors/harness-error.ts";
import { type CommandOptions, type CommandResult, run } from "../../process/run.ts";

/** Runs a command of the host: `run`, or what a test has in its place. */
export type RunTool = (
  argv: readonly [string, ...string[]],
  options: CommandOptions,
) => Promise<CommandResult>;

/** docker itself is slow on a busy machine. */
const askTimeoutMs = 120_000;

/**
 * Asks the docker daemon for its version, before anything is made.
 *
 * @returns "20.10.24"
 * @throws {HarnessError} `kind/no-docker`
 */
export async function expectDocker(runTool: RunTool = run): Promise<string> {
  const argv = ["docker", "version", "--format", "{{.Server.Version}}"] as const;
  const seen = await runTool(argv, { timeoutMs: askTimeoutMs, allowFailure: true }).catch(
    (thrown: unknown) => ({
      exitCode: -1,
      stdout: "",
      stderr: thrown instanceof Error ? thrown.message : String(thrown),
    }),
  );
  const version = seen.stdout.trim();
  if (seen.exitCode === 0 && version !== "") return version;
  throw new HarnessError(
    "kind/no-docker",
    `clusters of kind need a docker daemon, and none answers.\nSaw: ${(seen.stderr || seen.stdout).trim().slice(-500) || "nothing"}\n` +
      "Fix: start one (`sudo systemctl start docker`, or `sudo dockerd`), be in its group, and see that `docker version` shows a server.",
  );
}

/** The id of an image that the daemon has, `sha256:` and 64 hexadecimal digits; undefined where it has none of that name. */
export async function findImage(reference: string, runTool: RunTool = run): Promise<string | undefined> {
  const argv = ["docker", "image", "inspect", "--format", "{{.Id}}", reference] as const;
  const { exitCode, stdout } = await runTool(argv, { timeoutMs: askTimeoutMs, allowFailure: true });
  return exitCode === 0 ? stdout.trim() : undefined;
}
