import type { Argv, DecoyCheck, DecoyCommand } from "./decoy-plan.ts";

/** What a check showed, as the recording's `decoy-hit` events have it. */
export interface DecoyHit {
  readonly decoy: string;
  readonly hit: boolean;
  readonly seen: string;
}

/** Stands on a line of its own in front of each answer; nothing that the tools print looks like it. */
const mark = "@@decoy";

function quote(argv: Argv): string {
  return argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}

/**
 * One shell script that plants everything, so that a node is entered once. It stops at the first command
 * that fails, with that command on stderr and exit code 1.
 */
export function plantScript(commands: readonly DecoyCommand[]): string {
  return commands
    .map(({ argv }) => `${quote(argv)} >/dev/null || { echo failed: ${quote(argv)} >&2; exit 1; }`)
    .join("\n");
}

/** One shell script that does all checks: counters, then every datagram once, then counters again, then questions. */
export function checkScript(checks: readonly DecoyCheck[]): string {
  const counters = checks.flatMap((check, index) => (check.kind === "counter" ? [{ check, index }] : []));
  const read = (when: string): readonly string[] =>
    counters.map(({ check, index }) => `echo '${mark} ${when} ${index}'; ${quote(check.read)} 2>/dev/null`);
  const sends = new Set(counters.map(({ check }) => `${quote(check.send)} 2>/dev/null`));
  const answers = checks.flatMap((check, index) =>
    check.kind === "answer" ? [`echo '${mark} after ${index}'; ${quote(check.argv)} 2>&1`] : [],
  );
  return [...read("before"), ...sends, ...read("after"), ...answers, "true"].join("\n");
}

/** Texts of the script's output by what stands in front of them: `before 3`, `after 3`. */
function sections(output: string): ReadonlyMap<string, string> {
  const parts = output.split(new RegExp(`^${mark} (.*)\n`, "m")).slice(1);
  return new Map(
    parts.flatMap((part, position) =>
      position % 2 === 0 ? [[part, parts[position + 1] ?? ""] as const] : [],
    ),
  );
}

function counterOf(text: string): number | undefined {
  const numbers = text.split("\n").filter((line) => /^\d+$/.test(line));
  return numbers.length === 0 ? undefined : numbers.reduce((sum, line) => sum + Number(line), 0);
}

function hitOf(check: DecoyCheck, before: string, after: string): DecoyHit {
  if (check.kind === "answer") {
    return { decoy: check.name, hit: after.includes(check.pattern), seen: after.trim() };
  }
  const [was, is] = [counterOf(before), counterOf(after)];
  // A rule that is gone prints no counter.
  if (is === undefined) return { decoy: check.name, hit: false, seen: "no such rule" };
  return { decoy: check.name, hit: is > (was ?? 0), seen: `${was ?? "no"} packets before, ${is} after` };
}

/**
 * Reads the output of `checkScript` of the same checks. A check without an answer is a miss.
 *
 * @param output - stdout of the script
 */
export function readHits(checks: readonly DecoyCheck[], output: string): readonly DecoyHit[] {
  const texts = sections(output);
  return checks.map((check, index) =>
    hitOf(check, texts.get(`before ${index}`) ?? "", texts.get(`after ${index}`) ?? ""),
  );
}
