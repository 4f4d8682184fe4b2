import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { type Night, nightSchema } from "./night.ts";

/** So many nights are kept. */
export const keptNights = 400;

/**
 * Reads `history.jsonl`, a night a line, the oldest first.
 *
 * @throws {HarnessError} `args/bad-run` where a line is no night: a history that cannot be read is no empty one
 */
export function parseHistory(text: string): readonly Night[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, at) => {
      const parsed = nightSchema.safeParse(parseJson(line));
      if (parsed.success) return parsed.data;
      const why = z.prettifyError(parsed.error).split("\n").slice(0, 4).join("\n");
      throw new HarnessError("args/bad-run", `line ${at + 1} of the history is no night: ${why}`);
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Told as the form that it does not have.
    return undefined;
  }
}

/** The latest night before that one: a night that is run again is compared with the one before it. */
export function nightBefore(history: readonly Night[], night: string): Night | undefined {
  return history.findLast((known) => known.night < night);
}

/** The history with tonight in it, in place of an earlier run of the same night; the oldest nights go. */
export function addNight(history: readonly Night[], tonight: Night): readonly Night[] {
  return [...history.filter(({ night }) => night !== tonight.night), tonight]
    .toSorted((one, other) => (one.night < other.night ? -1 : 1))
    .slice(-keptNights);
}

export function renderHistory(history: readonly Night[]): string {
  return history.map((night) => `${JSON.stringify(night)}\n`).join("");
}
