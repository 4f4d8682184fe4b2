import { parseDocument } from "yaml";
import type { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { HarnessProblems } from "../../harness/errors/problems.ts";
import { checkEngineFile, type FileProblem } from "./checks.ts";
import { engineFile, type EngineFile } from "./schema.ts";

/** `["intent", "egress", 0, "text"]` as `intent.egress[0].text`. */
function renderPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** The problems of a zod error. */
export function problemsOf(error: z.ZodError): readonly FileProblem[] {
  return error.issues.map(({ path, message }) => ({ path: renderPath(path), message }));
}

/** All problems of an engine file, as one error of the command line. */
export function engineFileError(
  name: string,
  problems: readonly [FileProblem, ...FileProblem[]],
): HarnessProblems {
  const [first, ...rest] = problems;
  const errorOf = ({ path, message }: FileProblem): HarnessError => {
    const place = path === "" ? name : `${name}: ${path}`;
    return new HarnessError(
      "args/bad-engine-file",
      `${place}: ${message}\nFix: see docs/adding-an-engine.md.`,
    );
  };
  return new HarnessProblems([errorOf(first), ...rest.map(errorOf)]);
}

/**
 * Reads the text of an engine file.
 *
 * @param name - of the file, for messages
 * @throws {HarnessProblems} `args/bad-engine-file`, every problem at once
 */
export function parseEngineFile(text: string, name: string): EngineFile {
  const document = parseDocument(text);
  const [broken, ...others] = document.errors.map(({ message }) => ({
    path: "",
    message: `is no YAML: ${message}`,
  }));
  if (broken !== undefined) throw engineFileError(name, [broken, ...others]);
  const content: unknown = document.toJS();
  const parsed = engineFile.safeParse(content);
  const [first, ...rest] = [...(parsed.success ? [] : problemsOf(parsed.error)), ...checkEngineFile(content)];
  if (first !== undefined) throw engineFileError(name, [first, ...rest]);
  return engineFile.parse(content);
}
