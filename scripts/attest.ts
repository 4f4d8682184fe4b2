import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { exitCodeFor, exitCodes, renderProblems } from "../harness/errors/problems.ts";
import { attestationFile, signReport } from "../report/attestation.ts";
import { parseReport } from "../report/read-report.ts";

const help = `Usage: npm run attest -- DIR --key FILE

Signs the report in DIR as an in-toto test result (attestation.json), with a private key of your own (Ed25519, PEM); no network.
The report names the digests of all its evidence, so that the signature is about every file.

  openssl genpkey -algorithm ed25519 -out key.pem && openssl pkey -in key.pem -pubout -out public.pem
  npm run attest -- out/20261122T114611Z-7 --key key.pem
  npm run verify -- out/20261122T114611Z-7 --key public.pem

Exit codes: 0 signed, 64 bad arguments.
`;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help")) {
    process.stdout.write(help);
    return exitCodes.conformant;
  }
  const bad = (what: string, cause?: unknown): HarnessError =>
    new HarnessError(
      "args/bad-value",
      `${what}\nFix: npm run attest -- DIR --key FILE; --help has an example.`,
      { cause },
    );
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { key: { type: "string" } },
      allowPositionals: true,
    });
    const [directory] = positionals;
    if (directory === undefined || positionals.length > 1 || values.key === undefined)
      throw new Error("one directory and --key are needed.");
    const text = await readFile(join(directory, "conformance-report.yaml"), "utf8");
    const report = parseReport(text);
    if (typeof report === "string") throw new Error(report);
    await writeFile(
      join(directory, attestationFile),
      signReport(report, text, await readFile(values.key, "utf8")),
    );
  } catch (cause) {
    throw bad(cause instanceof Error ? cause.message : String(cause), cause);
  }
  return exitCodes.conformant;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exitCode = exitCodeFor(error);
}
