import { HarnessError } from "../../harness/errors/harness-error.ts";
import { run } from "../../harness/process/run.ts";
import { checkReportsHelp } from "../help/of-checkout.ts";
import { parseCommand } from "../help/parse-command.ts";

/** The folders of reports that these files lie in. Pure. */
export function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => {
    const [root, spec, engine, version, ...rest] = path.split("/");
    return root === "reports" && version !== undefined && rest.length > 0
      ? [`${spec}/${engine}/${version}`]
      : [];
  });
  return [...new Set(folders)].toSorted();
}

/**
 * The folders that a command line of `check-reports` is about.
 *
 * @throws {HarnessError} `args/unknown-option`, `args/bad-value`
 */
export async function newFolders(root: string, argv: readonly string[]): Promise<readonly string[]> {
  const { values, words } = parseCommand(checkReportsHelp, argv, {
    least: 0,
    most: Number.POSITIVE_INFINITY,
  });
  const { base = "origin/main" } = values;
  if (words.length > 0) return words.map((folder) => folder.replace(/^reports\/|\/$/g, ""));
  try {
    const { stdout } = await run(["git", "diff", "--name-only", "-z", `${base}...HEAD`, "--", "reports/"], {
      cwd: root,
      timeoutMs: 30_000,
    });
    return foldersOf(stdout.split("\0"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new HarnessError(
      "args/bad-value",
      `--base "${base}": ${why}\nFix: give a revision that is here, or folders.`,
      { cause },
    );
  }
}
