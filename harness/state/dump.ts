import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem } from "../model/state.ts";
import { parseConntrack } from "./conntrack.ts";
import { type DumpCommand, type DumpName, dumpCommands, dumpLanes } from "./dump-commands.ts";
import { createDumpMemory, type DumpMemory } from "./dump-memory.ts";
import { parseIpsetSave } from "./ipset.ts";
import { parseIptablesSave, type SavedTables } from "./iptables.ts";
import { parseIpvs } from "./ipvs.ts";
import { excerpt } from "./json.ts";
import { parseLinks, parseNeighbours } from "./links.ts";
import { type LossyRule, parseNftRuleset } from "./nftables.ts";
import { parseRoutes, parseRules } from "./routes.ts";
import { parseSysctls } from "./sysctl.ts";

const header = /^leakproof-dump 1 ([0-9a-f-]{36})\n/;

/** `run NAME COMMAND`: its stdout as it comes, then its stderr and its exit code. Each mark stands at the start of a line. */
const runFunction = `run() {
  printf '\\n%s begin %s\\n' "$m" "$1"
  e=$(eval "$2" 2>&1 >&3 3>&-); c=$?
  printf '\\n%s stderr\\n%s\\n%s exit %s\\n' "$m" "$e" "$m" "$c"
} 3>&1`;

/** A tool and its arguments: the shell that would wait for it can become it. */
const plainCommand = /^[\w -]+$/;

function renderRun({ name, command, onlyIfExists }: DumpCommand): string {
  const words = plainCommand.test(command) ? `exec ${command}` : command;
  const run = `run ${name} '${words.replaceAll("'", `'\\''`)}'`;
  return onlyIfExists === undefined
    ? run
    : `if [ -e ${onlyIfExists} ]; then ${run}; else printf '\\n%s absent %s\\n' "$m" ${name}; fi`;
}

/**
 * One POSIX sh script that prints the whole network state of the namespace that it runs in, for
 * `parseDump`. It exits with 0 also where a tool fails: the output says so.
 *
 * @param without - what nobody wants to know; its tools are not asked
 *
 * The lanes run side by side without temporary files: each lane writes into a pipe that the lane before
 * it reads once it is done itself. The mark between sections is random, so that no rule's comment can
 * imitate it.
 */
export function renderDumpScript(without: ReadonlySet<DumpName> = new Set()): string {
  const asked = dumpLanes.map((lane) => lane.filter(({ name }) => !without.has(name)));
  const lanes = asked.filter((lane) => lane.length > 0).map((lane) => lane.map(renderRun).join("\n"));
  const [first = "", ...others] = lanes;
  const piped = others.reduce((inner, lane) => `{\n${lane}\n} | {\n${inner}\ncat\n}`, first);
  return [
    'export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
    "m=$(cat /proc/sys/kernel/random/uuid)",
    `printf 'leakproof-dump 1 %s\\n' "$m"`,
    runFunction,
    piped,
    `printf '\\n%s end\\n' "$m"`,
    "",
  ].join("\n");
}

/** What the output of a dump ends with; undefined before its first line is there. */
export function dumpEnd(output: string): string | undefined {
  const mark = header.exec(output)?.[1];
  return mark === undefined ? undefined : `\n${mark} end\n`;
}

interface Section {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

function readSection(chunk: string, mark: string): Section {
  const [stdout = "", stderr] = chunk.split(`\n${mark} stderr\n`);
  const [, text = "", exitCode] = new RegExp(`^([^]*)\\n${mark} exit (\\d+)\\n?$`).exec(stderr ?? "") ?? [];
  if (exitCode === undefined)
    throw new HarnessError("state/unreadable", `the dump breaks off in ${excerpt(chunk)}.`);
  return { stdout, stderr: text, exitCode: Number(exitCode) };
}

/** Sections by name; a section that the script said is absent is undefined. */
function readSections(output: string): ReadonlyMap<string, Section | undefined> {
  const mark = header.exec(output)?.[1];
  if (mark === undefined)
    throw new HarnessError("state/unreadable", `no dump begins with ${excerpt(output)}.`);
  const end = `\n${mark} end\n`;
  if (!output.endsWith(end))
    throw new HarnessError(
      "state/unreadable",
      `the dump was cut short; it ends with ${excerpt(output.slice(-200))}.`,
    );
  const body = output.slice(output.indexOf("\n"), -end.length);
  const sections = new Map<string, Section | undefined>();
  for (const chunk of body.split(new RegExp(`\\n${mark} (?=begin |absent )`)).slice(1)) {
    const [, state = "", name = "", rest = ""] = /^(begin|absent) (\S+)(?:\n([^]*))?$/.exec(chunk) ?? [];
    sections.set(name, state === "begin" ? readSection(rest, mark) : undefined);
  }
  return sections;
}

/** The stdout of a tool that did what it was asked; empty where it says that there is nothing to ask. */
function expectSound(command: DumpCommand, sections: ReadonlyMap<string, Section | undefined>): string {
  const section = sections.get(command.name);
  if (!sections.has(command.name) || (section === undefined && command.onlyIfExists === undefined))
    throw new HarnessError("state/unreadable", `the dump has no section ${command.name}.`);
  if (section === undefined) return "";
  const { stderr, exitCode, stdout } = section;
  if (exitCode !== 0)
    throw new HarnessError(
      "state/tool-failed",
      `"${command.command}" exited with ${exitCode}: ${excerpt(stderr)}`,
    );
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const unknown = lines.find((line) => !command.harmless.some(({ pattern }) => pattern.test(line)));
  if (unknown !== undefined)
    throw new HarnessError(
      "state/tool-failed",
      `"${command.command}" exited with 0 but says ${excerpt(unknown)}, which is not known to be harmless.`,
    );
  return stdout;
}

/** Without the rules that iptables-nft-save printed wrongly, where it printed the same chain that nft did. */
function withoutLossy(saved: SavedTables, lossy: readonly LossyRule[]): readonly StateItem[] {
  if (lossy.length === 0) return saved.items;
  const chainOf = (item: StateItem): string => `${item.table ?? ""} ${item.chain ?? ""}`;
  const rules = saved.items.filter((item) => item.kind === "rule");
  const wrong = new Set<StateItem>();
  for (const { table, chain, index, of } of lossy) {
    const printed = rules.filter((item) => chainOf(item) === `${table} ${chain}`);
    const item = printed.length === of ? printed[index] : undefined;
    if (item !== undefined) wrong.add(item);
  }
  return saved.items.filter((item) => !wrong.has(item));
}

/** What a dump shows, and what it cannot show. */
export interface ReadDump {
  /** Items of one chain stand in kernel order. */
  readonly items: readonly StateItem[];
  /** Tools that failed or said what nobody understands: of what they were asked, nothing is among the items. */
  readonly problems: readonly { readonly name: DumpName; readonly error: HarnessError }[];
}

/** Runs one reader; where it throws, the problem is kept and nothing was read. */
function reading(problems: { name: DumpName; error: HarnessError }[]) {
  return <T>(name: DumpName, read: () => T): T | undefined => {
    if (problems.some((problem) => problem.name === name)) return undefined;
    try {
      return read();
    } catch (thrown) {
      if (!(thrown instanceof HarnessError)) throw thrown;
      problems.push({ name, error: thrown });
      return undefined;
    }
  };
}

const noTables: SavedTables = { items: [], tables: new Set(), incompatible: new Set() };

/**
 * What can be read of the output of `renderDumpScript()`, tool by tool.
 *
 * @param without - sections that are not read, whether they are there or not
 * @param memory - of the node's earlier dumps
 * @throws {HarnessError} `state/unreadable` where the dump is cut short or is none
 */
export function readDump(
  output: string,
  without: ReadonlySet<DumpName> = new Set(),
  memory: DumpMemory = createDumpMemory(),
): ReadDump {
  const sections = readSections(output);
  const problems: { name: DumpName; error: HarnessError }[] = [];
  const attempt = reading(problems);
  const wanted = dumpCommands.filter(({ name }) => !without.has(name));
  const texts = new Map(
    wanted.map((command) => [
      command.name,
      attempt(command.name, () => expectSound(command, sections)) ?? "",
    ]),
  );
  const recall = <T>(name: DumpName, inputs: readonly unknown[], read: (text: string) => T): T => {
    const text = texts.get(name) ?? "";
    return memory.recall(name, [text, ...inputs], () => read(text));
  };
  const tables = (name: "iptables-legacy" | "ip6tables-legacy" | "iptables-nft" | "ip6tables-nft") =>
    attempt(name, () => recall(name, [], (text) => parseIptablesSave(name, text))) ?? noTables;
  const items = (name: DumpName, parse: (text: string) => readonly StateItem[]): readonly StateItem[] =>
    without.has(name) ? [] : (attempt(name, () => recall(name, [], parse)) ?? []);
  const legacy = [...tables("iptables-legacy").items, ...tables("ip6tables-legacy").items];
  const ip = tables("iptables-nft");
  const ip6 = tables("ip6tables-nft");
  const nft = attempt("nftables", () =>
    recall("nftables", [ip, ip6], (text) => parseNftRuleset(text, { ip, ip6 })),
  );
  const ipvsTable = texts.get("ipvs-table") ?? "";
  const ipvs = without.has("ipvs")
    ? []
    : (attempt("ipvs", () => recall("ipvs", [ipvsTable], (text) => parseIpvs(text, ipvsTable))) ?? []);
  const lossy = (family: LossyRule["family"]): readonly LossyRule[] =>
    (nft?.lossy ?? []).filter((rule) => rule.family === family);
  const all = [
    ...legacy,
    ...withoutLossy(ip, lossy("ip")),
    ...withoutLossy(ip6, lossy("ip6")),
    ...(nft?.items ?? []),
    ...items("ipset", parseIpsetSave),
    ...ipvs,
    ...items("links", parseLinks),
    ...items("routes-4", (text) => parseRoutes(4, text)),
    ...items("routes-6", (text) => parseRoutes(6, text)),
    ...items("rules-4", (text) => parseRules(4, text)),
    ...items("rules-6", (text) => parseRules(6, text)),
    ...items("neighbours", parseNeighbours),
    ...items("proxies", parseNeighbours),
    ...items("conntrack", parseConntrack),
    ...items("sysctls", parseSysctls),
  ];
  return { items: all, problems };
}

/**
 * The canonical state of a node from the output of `renderDumpScript()`. Items of one chain stand in
 * kernel order.
 *
 * @param memory - of the node's earlier dumps
 * @throws {HarnessError} `state/tool-failed` where a tool failed, said something on stderr that is not
 *   known to be harmless, or cannot show what is there: never read as an empty state;
 *   `state/unreadable` where the dump is cut short or a parser does not understand a text
 */
export function parseDump(output: string, memory?: DumpMemory): readonly StateItem[] {
  const { items, problems } = readDump(output, undefined, memory);
  if (problems[0] !== undefined) throw problems[0].error;
  return items;
}
