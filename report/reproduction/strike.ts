import type { KernelWritePoint, PlannedFault } from "../../harness/model/fault.ts";
import { quoteGlob, quoteLiteral, type TextPart } from "./shell-text.ts";

/** Programs that engines start to write rules; every other writer is the engine itself. */
const tools =
  /^(?:ip6?tables|xtables|ebtables|arptables|ip|ipset|nft|ipvsadm|conntrack|sysctl|tc|bridge)(?:-.*)?$/;

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What strace's line of the call has in it. */
function lineWords(what: string): readonly string[] {
  const [first = "", ...rest] = what.split(" ");
  if (/^(?:IPT|IP6T|ARPT)_SO_|^EBT_SO_/.test(first)) return [first, ...rest.map((table) => `"${table}`)];
  if (first === "netlink") return [`NETLINK:[${rest.join(" ")}`];
  // The comma tells NFT_MSG_NEWSET from NFT_MSG_NEWSETELEM.
  return first === "IPVS" ? rest : [first, ...rest].map((type) => `${type},`);
}

/** The words as strace prints them in the line of an execve; where the program lies is another on every machine. */
function renderArgv(argv: readonly string[]): string {
  const words = argv.map((word) =>
    word.length > 256 && word.endsWith("...")
      ? `${JSON.stringify(word.slice(0, -3))}...`
      : JSON.stringify(word),
  );
  return words.join(", ").replace(/^"[^"]*?([^"/]*")/, "$1");
}

function program(argv: readonly string[], split: (text: string) => readonly TextPart[]): string | undefined {
  const [first] = argv;
  if (first === undefined || !tools.test(baseName(first))) return undefined;
  return quoteGlob(split(renderArgv(argv)));
}

/** Which line of strace is the write, the how many-th, and what is done then. */
export function strikeFunctions(
  point: KernelWritePoint,
  { action }: PlannedFault,
  split: (text: string) => readonly TextPart[],
): string {
  const wanted = program(point.argv, split);
  const conditions = [
    ...lineWords(point.what).map((word) => `$1 == *${quoteLiteral(word)}*`),
    ...(wanted === undefined ? [] : [`$2 == ${wanted}`]),
  ];
  // What is not a kill is done to an engine that stands still.
  const group = action.kind === "kill" && action.scope === "engine" ? "" : "-";
  const signal = action.kind === "kill" ? "KILL" : "STOP";
  const strike = `kill -${signal} -- "${group}$(engine_pid)"`;
  return [
    `is_the_write() { [[ ${conditions.join(" && ")} ]]; }`,
    `OCCURRENCE=${point.occurrence}`,
    `strike() { ${strike}; }`,
  ].join("\n");
}
