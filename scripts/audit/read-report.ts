import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { AuditFinding } from "../../harness/audit/finding.ts";
import { auditKinds } from "../../harness/audit/finding.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { families } from "../../harness/model/state.ts";

const text = z.string();
const finding = z.object({
  kind: z.enum(auditKinds),
  engine: text,
  node: text,
  family: z.enum(families).exactOptional(),
  table: text.exactOptional(),
  chain: text.exactOptional(),
  text,
  why: text,
  owner: text.exactOptional(),
  left: text.exactOptional(),
  traffic: text.exactOptional(),
});
const report = z.object({ schemaVersion: z.literal(1), findings: z.array(finding) });

/**
 * Reads a report that was written with `--format json`.
 *
 * @throws {HarnessError} `args/bad-baseline` where it is none
 */
export async function readAuditReport(path: string): Promise<{ readonly findings: readonly AuditFinding[] }> {
  try {
    return report.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (thrown) {
    const seen = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown);
    throw new HarnessError(
      "args/bad-baseline",
      `${path} is no report of an audit: ${seen}\nFix: give a file that was written with --format json.`,
      { cause: thrown },
    );
  }
}
