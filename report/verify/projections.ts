import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectionsOf } from "../projections.ts";
import type { KnownReport } from "../schema.ts";
import type { Failure } from "./checks.ts";

/** Whether the files beside the report say what it says; one that is not there says nothing wrong. */
export async function projectionFailures(
  directory: string,
  report: KnownReport,
): Promise<readonly Failure[]> {
  const found = await Promise.all(
    Object.entries(projectionsOf(report)).map(async ([name, text]): Promise<readonly Failure[]> => {
      const is = await readFile(join(directory, name), "utf8").catch(() => undefined);
      return is === undefined || is === text
        ? []
        : [{ check: "projections", what: `${name} is not what the report leads to.` }];
    }),
  );
  return found.flat();
}
