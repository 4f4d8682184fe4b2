import { resolve } from "node:path";
import { HarnessError } from "../../harness/errors/harness-error.ts";

/** How a value is written as options of `conformance`. */
type Form =
  /** One value; a path is taken from the user's workspace. */
  | { readonly kind: "value" | "path"; readonly option: string }
  /** A value a line. */
  | { readonly kind: "lines"; readonly option: string }
  /** `[NAME@VERSION=]PATH` a line. */
  | { readonly kind: "programs"; readonly option: string }
  /** An engine a line: a name, or the path of a file. */
  | { readonly kind: "engines"; readonly option: string }
  /** Whole options, a word a line. */
  | { readonly kind: "words" };

/** Every input of `action.yml` that becomes an option, by the variable that it is handed over in. */
export const inputForms: Readonly<Record<string, Form>> = {
  INPUT_ENGINE: { kind: "engines", option: "engine" },
  INPUT_ENGINE_BINARY: { kind: "programs", option: "engine-binary" },
  INPUT_ENGINE_OPTIONS: { kind: "lines", option: "engine-option" },
  INPUT_PROFILE: { kind: "value", option: "profile" },
  INPUT_SCENARIO: { kind: "lines", option: "scenario" },
  INPUT_CRASH_POINTS: { kind: "value", option: "crash-points" },
  INPUT_SEED: { kind: "value", option: "seed" },
  INPUT_CLUSTERS: { kind: "value", option: "clusters" },
  INPUT_BASELINE: { kind: "path", option: "baseline" },
  INPUT_WAIVERS: { kind: "path", option: "waivers" },
  INPUT_OUT: { kind: "path", option: "out" },
  INPUT_OPTIONS: { kind: "words" },
};

const isFile = (text: string): boolean => /\.(?:ya?ml|ts)(?:[@/][^/]*)*$/.test(text);

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The path behind `NAME@VERSION=`, or all of the text. */
function programPath(text: string, workspace: string): string {
  const [, selector = "", path = text] = /^([A-Za-z0-9-]+(?:@[^=/]+)?=)(.*)$/.exec(text) ?? [];
  return `${selector}${resolve(workspace, path)}`;
}

function wordsOf(form: Form, text: string, workspace: string): readonly string[] {
  if (form.kind === "words") return linesOf(text);
  const each = (values: readonly string[]) => values.map((value) => `--${form.option}=${value}`);
  switch (form.kind) {
    case "value":
      return each([text]);
    case "path":
      return each([resolve(workspace, text)]);
    case "lines":
      return each(linesOf(text));
    case "programs":
      return each(linesOf(text).map((line) => programPath(line, workspace)));
    case "engines":
      return each(linesOf(text).map((line) => (isFile(line) ? resolve(workspace, line) : line)));
  }
}

/** What the action was asked for. */
export interface ActionCall {
  /** For `conformance`. */
  readonly argv: readonly string[];
  /** Directory of `--out`. */
  readonly out: string;
}

/**
 * The inputs of the action as a command line. Paths are taken from the workspace of the workflow, since the
 * action itself runs in its own folder. Pure.
 *
 * @throws {HarnessError} `args/bad-value` where no engine is named; all else is judged by `conformance`
 */
export function actionCall(env: NodeJS.ProcessEnv): ActionCall {
  const workspace = env["GITHUB_WORKSPACE"] || process.cwd();
  const inputs: NodeJS.ProcessEnv = { ...env, INPUT_OUT: env["INPUT_OUT"]?.trim() || "leakproof-out" };
  const textOf = (name: string): string => inputs[name]?.trim() ?? "";
  if (textOf("INPUT_ENGINE") === "")
    throw new HarnessError(
      "args/bad-value",
      "the input `engine` is empty.\nFix: `engine: kube-vip@v0.8.5`, or the path of an engine file.",
    );
  const argv = Object.entries(inputForms).flatMap(([name, form]) =>
    textOf(name) === "" ? [] : wordsOf(form, textOf(name), workspace),
  );
  return { argv, out: resolve(workspace, textOf("INPUT_OUT")) };
}
