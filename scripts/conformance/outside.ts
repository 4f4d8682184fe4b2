import { launch } from "./launch.ts";
import { checkRequest } from "./request.ts";

/**
 * The part of a run that belongs to the host: checks everything, gets the control plane, and enters the
 * sandbox.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} before anything was started
 */
export async function runOutside(argv: readonly string[]): Promise<number> {
  const startedAt = new Date().toISOString();
  const request = await checkRequest(argv);
  const { options, selection, isOwn } = request.run;
  if (options.list) {
    for (const { draft, unsupported, missing } of selection.attempts.filter((one) => isOwn(one.draft.id))) {
      const why = unsupported === undefined ? missing : `unsupported: ${unsupported}`;
      console.log(`${draft.id}${why === undefined ? "" : ` (${why})`}`);
    }
    return 0;
  }
  const { exitCode } = await launch(request, startedAt);
  return exitCode;
}
