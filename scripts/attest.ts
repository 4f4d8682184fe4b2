import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { attestationFile, signReport } from "../report/attestation.ts";
import { parseReport } from "../report/read-report.ts";
import { main } from "./help/main.ts";
import { parseCommand } from "./help/parse-command.ts";
import { attestHelp } from "./help/small.ts";

async function sign(directory: string, key: string | undefined): Promise<void> {
  if (key === undefined) throw new Error("--key is missing.");
  const text = await readFile(join(directory, "conformance-report.yaml"), "utf8");
  const report = parseReport(text);
  if (typeof report === "string") throw new Error(report);
  const attestation = signReport(report, text, await readFile(key, "utf8"));
  await writeFile(join(directory, attestationFile), attestation);
}

await main(attestHelp, async (argv) => {
  const { values, words } = parseCommand(attestHelp, argv, { least: 1, most: 1 });
  try {
    await sign(words[0] ?? "", values["key"]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const fix = "npm run attest -- DIR --key FILE; --help has an example.";
    throw new HarnessError("args/bad-value", `${why}\nFix: ${fix}`, { cause });
  }
  return 0;
});
