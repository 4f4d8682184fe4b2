import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { asCalled } from "../../harness/errors/as-called.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { type ExitCode, exitCodes } from "../../harness/errors/problems.ts";
import { renderVerification } from "../../report/verify/render.ts";
import { type Verification, verifyRun } from "../../report/verify/verify.ts";
import { parseVerify } from "./options.ts";
import { loadSpec } from "./spec.ts";

/** The exit code of a verification by itself. */
function exitCodeOf({ results, report }: Verification): ExitCode {
  if (results.some(({ state }) => state === "failed")) return exitCodes.notConformant;
  // Without digests nobody can say that the files are the run's own.
  return report === undefined || report.schemaVersion === 1 ? exitCodes.couldNotTell : exitCodes.conformant;
}

/**
 * Verifies the directory of a run. What signs and what runs engines is loaded where it is asked for: it is two thirds
 * of all modules.
 *
 * @returns the exit code
 * @throws {HarnessProblems | HarnessError} `args/` where there is nothing to verify
 */
export async function runVerify(argv: readonly string[]): Promise<number> {
  const { directory, isPartial, isJson, signed, rerun, rest, seed = randomInt(2 ** 32) } = parseVerify(argv);
  if (
    !existsSync(join(directory, "manifest.yaml")) &&
    !existsSync(join(directory, "conformance-report.yaml"))
  )
    throw new HarnessError(
      "args/bad-run",
      `${directory} has neither manifest.yaml nor conformance-report.yaml.\nFix: give the directory of a run, out/RUN-ID.`,
    );
  const signature =
    signed === undefined ? undefined : await (await import("./signature-check.ts")).signatureCheck(signed);
  const spec = await loadSpec();
  const verification = await verifyRun({ directory, spec, isPartial, ...(signature && { signature }) });
  process.stdout.write(
    isJson
      ? `${JSON.stringify(verification.results, undefined, 2)}\n`
      : asCalled(renderVerification(verification)),
  );
  const code = exitCodeOf(verification);
  const { report } = verification;
  if (rerun === 0 || report === undefined || code === exitCodes.notConformant) return code;
  const { rerunSample } = await import("./rerun.ts");
  const again = await rerunSample({ directory, report, count: rerun, seed, rest });
  return again === exitCodes.conformant ? code : again;
}
