import { asCalled } from "../../harness/errors/as-called.ts";
import { exitCodeFor, exitCodes, renderProblems } from "../../harness/errors/problems.ts";
import { asksForHelp } from "../setup/commands.js";
import { type CommandHelp, renderCommandHelp } from "./command-help.ts";

/**
 * What every command does: it tells how it is called where it is asked, else runs, and tells what went wrong.
 *
 * @param run - gets the arguments, gives the exit code
 */
export async function main(
  help: CommandHelp,
  run: (argv: readonly string[]) => number | Promise<number>,
): Promise<void> {
  const argv = process.argv.slice(2);
  if (asksForHelp(argv)) {
    process.stdout.write(asCalled(renderCommandHelp(help)));
    process.exitCode = exitCodes.conformant;
    return;
  }
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    process.stderr.write(`${renderProblems(error)}\n`);
    process.exitCode = exitCodeFor(error);
  }
}
