import { parse } from "yaml";
import { z } from "zod";
import type { HarnessError } from "./harness-error.ts";

/**
 * Reads a text in YAML by a schema.
 *
 * @param bad - makes the error of what is wrong with it: no YAML, or every problem of the form
 */
export function readYaml<T>(
  text: string,
  schema: z.ZodType<T>,
  bad: (why: string, cause?: unknown) => HarnessError,
): T {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw bad(`is no YAML: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw bad(z.prettifyError(parsed.error));
  return parsed.data;
}
