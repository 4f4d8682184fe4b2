import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { SightProblem } from "../../harness/audit/audit.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { run } from "../../harness/process/run.ts";
import { readDump, renderDumpScript, type ReadDump } from "../../harness/state/dump.ts";
import { hidesNothing, legacyTablesScript, unaskedOfOthers } from "../../harness/state/partial-sight.ts";
import type { NodeSource } from "./nodes/open-nodes.ts";
import type { Source } from "./options.ts";

/** What one look at a source showed. */
export interface Look {
  /** For people, and to find the Node object by. */
  readonly name: string;
  readonly items: readonly StateItem[];
  readonly processes?: readonly string[];
  readonly problems: readonly SightProblem[];
  /** Of the look, ms since 1970. */
  readonly takenAt: number;
  /** Name of its Node object, where that is known. */
  readonly nodeObject?: string;
  /** Nothing at all could be seen, as `problems` say: there is nothing to judge. */
  readonly isBlind?: true;
}

/** Runs a shell script where the state is, and gives what it printed. */
type Ask = (script: string) => Promise<string>;

const timeoutMs = 120_000;
/** A dump that meets a write can fail (`ip` says that it was interrupted): that often it is taken again. */
const tries = 3;

function problemsOf(name: string, dump: ReadDump, legacyTables: string | undefined): readonly SightProblem[] {
  return dump.problems
    .filter((problem) => !hidesNothing(problem.name, legacyTables))
    .map(({ name: tool, error }) => ({
      where: name,
      what: `${tool}: ${error.message.replace(/^\[\S+\] /, "")}`,
    }));
}

/** Names of processes are all there are only where the kernel's own are among them; else this is a namespace. */
function processesIn(text: string): Pick<Look, "processes"> {
  const names = text.split("\n").filter((name) => name !== "");
  return names.includes("kthreadd") ? { processes: names } : {};
}

/** Asks this machine, or what is entered by a command. */
function askHere(name: string, enter: readonly string[]): Ask {
  const [program, ...rest] = [...enter, "sh", "-c"];
  return async (script) => {
    const answer = await run([program, ...rest, script], { timeoutMs, allowFailure: true });
    if (answer.exitCode !== 0 && answer.stdout === "")
      throw new HarnessError(
        "state/tool-failed",
        `${name} cannot be looked at: ${answer.stderr.trim().slice(-300)}`,
      );
    return answer.stdout;
  };
}

async function lookLive(name: string, ask: Ask): Promise<Look> {
  const legacyTables = await ask(legacyTablesScript);
  const take = async (): Promise<ReadDump> =>
    readDump(await ask(renderDumpScript(unaskedOfOthers)), unaskedOfOthers);
  let dump = await take();
  for (let left = tries - 1; left > 0 && dump.problems.length > 0; left--) {
    const again = await take();
    if (again.problems.length < dump.problems.length) dump = again;
    else break;
  }
  const processes = await ask("cat /proc/[0-9]*/comm 2>/dev/null; true");
  return {
    name,
    items: dump.items,
    problems: problemsOf(name, dump, legacyTables),
    takenAt: Date.now(),
    ...processesIn(processes),
  };
}

/** A node that does not answer hides what is on it, and nothing of the others. */
async function lookAtNode(node: NodeSource): Promise<Look> {
  const { name } = node;
  try {
    return { ...(await lookLive(name, (script) => node.ask(script))), nodeObject: name };
  } catch (thrown) {
    if (!(thrown instanceof HarnessError)) throw thrown;
    const what = `cannot be looked at: ${thrown.message.replace(/^\[\S+\] /, "").replaceAll("\n", " ")}`;
    return { name, items: [], problems: [{ where: name, what }], takenAt: Date.now(), isBlind: true };
  }
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
    throw thrown;
  }
}

async function lookAtSnapshot(directory: string): Promise<Look> {
  const dump = readDump(await readFile(join(directory, "dump.txt"), "utf8"), unaskedOfOthers);
  const about = (await readOptional(join(directory, "about.txt"))) ?? "";
  const field = (key: string): string | undefined => new RegExp(`^${key} (.+)$`, "m").exec(about)?.[1];
  const name = field("hostname") ?? directory;
  return {
    name,
    items: dump.items,
    problems: problemsOf(name, dump, await readOptional(join(directory, "legacy-tables.txt"))),
    takenAt: Date.parse(field("time") ?? "") || Date.now(),
    ...processesIn((await readOptional(join(directory, "processes.txt"))) ?? ""),
  };
}

/** The file that stands for a network namespace: of a process, or by its name. */
function namespaceFile(of: string): string {
  if (/^\d+$/.test(of)) return `/proc/${of}/ns/net`;
  return [`/run/netns/${of}`, `/var/run/netns/${of}`].find((path) => existsSync(path)) ?? `/run/netns/${of}`;
}

/** Problems of sources that cannot be looked at, before anything is started. */
export function sourceProblems(sources: readonly Source[]): readonly HarnessError[] {
  return sources.flatMap((source) => {
    if (source.kind === "host" || source.kind === "node") return [];
    const path = source.kind === "netns" ? namespaceFile(source.of) : join(source.directory, "dump.txt");
    if (existsSync(path)) return [];
    const fix =
      source.kind === "netns"
        ? "give the id of a process, or a name of `ip netns`."
        : "give a directory that scripts/audit/snapshot.sh made.";
    return [new HarnessError("args/bad-value", `${path} is not there.\nFix: ${fix}`)];
  });
}

/**
 * Looks at a source once. Only dump tools are run; nothing is changed.
 *
 * @throws {HarnessError} `state/*` where nothing at all can be seen; what single tools cannot show is
 *   among `problems`
 */
export async function lookAt(source: Source): Promise<Look> {
  switch (source.kind) {
    case "host":
      return await lookLive(hostname(), askHere("this host", []));
    case "netns":
      return await lookLive(
        `netns ${source.of}`,
        askHere(`netns ${source.of}`, ["nsenter", `--net=${namespaceFile(source.of)}`, "--"]),
      );
    case "node":
      return await lookAtNode(source);
    case "snapshot":
      return await lookAtSnapshot(source.directory);
  }
}
