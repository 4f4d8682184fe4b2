import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tried } from "./tally.ts";

/** What the inside has to tell, a line each, as soon as it is known: nothing is lost when it is ended. */
export type JournalLine =
  | { readonly kind: "fault-free"; readonly scenario: string; readonly keys: readonly string[] }
  | { readonly kind: "left-out"; readonly scenario: string; readonly why: string }
  | { readonly kind: "places"; readonly way: string; readonly count: number | null }
  | { readonly kind: "tried"; readonly tried: Tried };

/** Environment variable: the time of all ways together, in ms. */
export const timeVariable = "LEAKPROOF_POWER_MS";

const pathIn = (directory: string): string => join(directory, "journal.jsonl");

export async function appendJournal(directory: string, line: JournalLine): Promise<void> {
  await appendFile(pathIn(directory), `${JSON.stringify(line)}\n`);
}

/** What there is by now; a last line that was cut is left out, and a journal that was never begun is empty. */
export async function readJournal(directory: string): Promise<readonly JournalLine[]> {
  const text = await readFile(pathIn(directory), "utf8").catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return "";
    throw thrown;
  });
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalLine);
}
