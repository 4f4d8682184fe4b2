import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { attestationFile } from "../report/attestation.ts";
import { parseReport } from "../report/read-report.ts";
import { type Signing, signingWithKey, signReport } from "../report/sign-report.ts";
import { keylessSigning } from "./attest/keyless.ts";
import { main } from "./help/main.ts";
import { type ParsedCommand, parseCommand } from "./help/parse-command.ts";
import { attestHelp } from "./help/small.ts";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function signingOf({ values, switches }: ParsedCommand): Promise<Signing> {
  const { key, ...services } = values;
  const isKeyless = switches.has("keyless");
  if ((key !== undefined) === isKeyless) throw new Error("one of --key FILE and --keyless is needed.");
  if (key === undefined) return keylessSigning(services);
  if (Object.keys(services).length > 0)
    throw new Error("--fulcio and --rekor go with --keyless: with a key of one's own nobody else is asked.");
  return signingWithKey(await readFile(key, "utf8"));
}

async function read(parsed: ParsedCommand) {
  try {
    const text = await readFile(join(parsed.words[0] ?? "", "conformance-report.yaml"), "utf8");
    const report = parseReport(text);
    if (typeof report === "string") throw new Error(report);
    return { text, report, signing: await signingOf(parsed) };
  } catch (cause) {
    const fix = "npm run attest -- DIR --key FILE; --help has an example.";
    throw new HarnessError("args/bad-value", `${messageOf(cause)}\nFix: ${fix}`, { cause });
  }
}

await main(attestHelp, async (argv) => {
  const parsed = parseCommand(attestHelp, argv, { least: 1, most: 1 });
  const { text, report, signing } = await read(parsed);
  try {
    const signed = await signReport(report, text, signing);
    await writeFile(join(parsed.words[0] ?? "", attestationFile), signed);
  } catch (cause) {
    throw new HarnessError(
      "attest/not-signed",
      `the report was not signed: ${messageOf(cause)}\nFix: --keyless needs a CI job with an identity (GitHub Actions: id-token: write) and the network; --key needs neither.`,
      { cause },
    );
  }
  return 0;
});
