import type { Argv, Datagram, DecoyCheck, DecoyCommand } from "./decoy-plan.ts";

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

/** Ends what goes to a command's stdin; no order looks like it. */
const endOfInput = "@@end";

function renderPlant({ argv, input }: DecoyCommand): string {
  const orElse = `>/dev/null || { echo failed: ${quote(argv)} >&2; exit 1; }`;
  if (input === undefined) return `${quote(argv)} ${orElse}`;
  return [`${quote(argv)} <<'${endOfInput}' ${orElse}`, ...input, endOfInput].join("\n");
}

/**
 * One shell script that plants everything, so that a node is entered once. It stops at the first command
 * that fails, with that command on stderr and exit code 1.
 */
export function plantScript(commands: readonly DecoyCommand[]): string {
  return commands.map(renderPlant).join("\n");
}

function datagram({ address, port }: Datagram): string {
  return `echo leakproof > /dev/udp/${address}/${port}`;
}

/** One shell script that does all checks: counters, then every datagram once, then counters again, then every question once. */
export function checkScript(checks: readonly DecoyCheck[]): string {
  const counters = checks.filter((check) => check.kind === "counter");
  const lists = new Set(counters.map(({ read }) => quote(read)));
  const questions = new Set(checks.flatMap((check) => (check.kind === "answer" ? [quote(check.argv)] : [])));
  const say = (when: string, command: string): string => `echo "${mark} ${when} "${quote([command])}`;
  const read = (when: string): readonly string[] =>
    [...lists].map((list) => `${say(when, list)}; ${list} 2>/dev/null`);
  const sends = new Set(counters.map(({ send }) => datagram(send)));
  const answers = [...questions].map((question) => `${say("answer", question)}; ${question} 2>&1`);
  // /dev/udp is of bash; a datagram that cannot be sent is seen by its counter.
  const send = `bash -c ${quote([["exec 2>/dev/null", ...sends].join("\n")])}`;
  return [...read("before"), send, ...read("after"), ...answers, "true"].join("\n");
}

/** Texts of the script's output by what stands in front of them: `before 'nft' 'list'`. */
function sections(output: string): ReadonlyMap<string, string> {
  const parts = output.split(new RegExp(`^${mark} (.*)\n`, "m")).slice(1);
  return new Map(
    parts.flatMap((part, position) =>
      position % 2 === 0 ? [[part, parts[position + 1] ?? ""] as const] : [],
    ),
  );
}

type CounterCheck = Extract<DecoyCheck, { readonly kind: "counter" }>;

function packetsIn(list: string, { count }: CounterCheck): number | undefined {
  const numbers = [...list.matchAll(count)].map(([, packets = "1"]) => Number(packets));
  return numbers.length === 0 ? undefined : numbers.reduce((sum, packets) => sum + packets, 0);
}

/**
 * Reads the output of `checkScript` of the same checks. A check without an answer is a miss.
 *
 * @param output - stdout of the script
 */
export function readHits(checks: readonly DecoyCheck[], output: string): readonly DecoyHit[] {
  const texts = sections(output);
  return checks.map((check): DecoyHit => {
    if (check.kind === "answer") {
      const text = texts.get(`answer ${quote(check.argv)}`) ?? "";
      return { decoy: check.name, hit: text.includes(check.pattern), seen: text.trim() };
    }
    const listed = (when: string): number | undefined =>
      packetsIn(texts.get(`${when} ${quote(check.read)}`) ?? "", check);
    const [was, is] = [listed("before"), listed("after")];
    // A rule that is gone has no counter.
    if (is === undefined) return { decoy: check.name, hit: false, seen: "no such rule" };
    return { decoy: check.name, hit: is > (was ?? 0), seen: `${was ?? "no"} packets before, ${is} after` };
  });
}
