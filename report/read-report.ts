import { z } from "zod";
import { parseYaml } from "./parse-yaml.ts";
import { type KnownReport, reportSchema, reportSchemaV1, reportSchemaV2 } from "./schema.ts";

const versioned = z.looseObject({ schemaVersion: z.number() });

/**
 * Reads the text of a `conformance-report.yaml` of any schema version that there was.
 *
 * @returns the report, or why it is none: a sentence
 */
export function parseReport(text: string): KnownReport | string {
  let content: unknown;
  try {
    content = parseYaml(text);
  } catch (error) {
    return `no YAML: ${error instanceof Error ? error.message : String(error)}`;
  }
  const version = versioned.safeParse(content).data?.schemaVersion;
  const earlier = version === 1 ? reportSchemaV1 : version === 2 ? reportSchemaV2 : undefined;
  const parsed = (earlier ?? reportSchema).safeParse(content);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error).split("\n").slice(0, 6).join("\n");
}
