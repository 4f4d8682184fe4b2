import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";
import type { Engine } from "../model/engine.ts";

/** Directory beside a program that has what the engine needs besides: `/engines/kube-ovn-v1.13.8.d`. */
export function filesDirectory(program: string): string {
  return `${existsSync(program) ? realpathSync(program) : program}.d`;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not to be run: either way it is of no use.
    return false;
  }
}

function hasTool(name: string, searchPath: string): boolean {
  return searchPath.split(delimiter).some((directory) => isRunnable(join(directory, name)));
}

/**
 * What an engine needs beside its program and does not have here.
 *
 * @param program - host path of its program
 * @param searchPath - as PATH
 * @returns `engine/files-missing`, `machine/tool-missing`, each with all that is missing
 */
export function missingNeeds(
  { name, needs }: Pick<Engine, "name" | "needs">,
  program: string,
  searchPath: string = process.env["PATH"] ?? "",
): readonly HarnessError[] {
  const directory = filesDirectory(program);
  const files = (needs?.files ?? []).filter((file) => !existsSync(join(directory, file.name)));
  const tools = (needs?.tools ?? []).filter((tool) => !hasTool(tool.name, searchPath));
  const problems: HarnessError[] = [];
  if (files.length > 0) {
    const list = files.map((file) => `  ${file.name}: ${file.what}`).join("\n");
    problems.push(
      new HarnessError(
        "engine/files-missing",
        `${name} needs more of its vendor's than the program; missing in ${directory}:\n${list}\nFix: put these files there, of the same release as the program.`,
      ),
    );
  }
  if (tools.length > 0) {
    const list = tools.map((tool) => `${tool.name} (package ${tool.package})`).join(", ");
    problems.push(
      new HarnessError(
        "machine/tool-missing",
        `${name} needs tools that this machine lacks: ${list}.\nFix: apt-get install ${[...new Set(tools.map((tool) => tool.package))].join(" ")}`,
      ),
    );
  }
  return problems;
}
