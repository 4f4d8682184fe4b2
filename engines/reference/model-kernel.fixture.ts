import { baseChains, egressTables, parseTable, type EgressTable, type FoundTable } from "./egress.ts";
import type { AddressFamily } from "./addresses.ts";
import type { ApplyOptions } from "./apply.ts";
import { type FoundInput, parseInput } from "./input.ts";
import type { KernelRoute } from "./routes.ts";
import type { KernelAddress } from "./vips.ts";

const modelTables = [...egressTables, "filter"] as const;
type ModelTable = (typeof modelTables)[number];
type Chains = Map<string, string[]>;

/** A kernel in memory, for tests: does what iptables-restore --noflush and ip -batch do, and refuses what they refuse. */
export class ModelKernel implements NonNullable<ApplyOptions["kernel"]> {
  readonly routes: Record<AddressFamily, KernelRoute[]> = { 4: [], 6: [] };
  readonly vips: KernelAddress[] = [];
  readonly endedFlows: string[] = [];
  writes = 0;
  readonly #tables = new Map<string, Chains>();

  constructor() {
    for (const table of egressTables) {
      for (const family of [4, 6]) this.#tables.set(`${table}${family}`, new Map([[baseChains[table], []]]));
    }
    for (const family of [4, 6]) {
      this.#tables.set(`filter${family}`, new Map(["INPUT", "FORWARD"].map((name) => [name, []])));
    }
  }

  /** The rules of a chain; undefined where there is none of that name. */
  chain(table: ModelTable, name: string, family: AddressFamily = 4): string[] | undefined {
    return this.#chains(table, family).get(name);
  }

  chainNames(table: EgressTable, family: AddressFamily = 4): readonly string[] {
    return [...this.#chains(table, family).keys()];
  }

  /** What -save prints of a table. */
  async saved(table: ModelTable, family: AddressFamily): Promise<string> {
    const chains = [...this.#chains(table, family)];
    const lines = [
      ...chains.map(([name]) => `:${name} - [0:0]`),
      ...chains.flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    ];
    return lines.join("\n");
  }

  async readTable(table: EgressTable, family: AddressFamily): Promise<FoundTable> {
    return parseTable(await this.saved(table, family));
  }

  async readInput(): Promise<FoundInput> {
    return parseInput(await this.saved("filter", 4));
  }

  async restore(lines: readonly string[], family: AddressFamily): Promise<void> {
    let table: ModelTable | undefined;
    for (const line of lines) {
      if (line === "COMMIT") table = undefined;
      else if (line.startsWith("*")) table = modelTables.find((name) => line === `*${name}`);
      else if (table === undefined) throw new Error(`no table: ${line}`);
      else this.#change(this.#chains(table, family), line);
    }
    if (lines.length > 0) this.writes += 1;
  }

  async readRoutes(_table: number, family: AddressFamily): Promise<readonly KernelRoute[]> {
    return [...this.routes[family]];
  }

  async writeRoutes(lines: readonly string[], family: AddressFamily): Promise<void> {
    for (const line of lines) this.#changeRoute(line, family);
    if (lines.length > 0) this.writes += 1;
  }

  async readVips(): Promise<readonly KernelAddress[]> {
    return [...this.vips];
  }

  async writeVips(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [, action, local = "", rest = ""] = /^addr (add|del) (\S+)\/32 dev \S+ ?(.*)$/.exec(line) ?? [];
      const index = this.vips.findIndex((address) => address.local === local);
      if (action === "add" && index < 0)
        this.vips.push({ local, prefixLength: 32, label: rest.replace("label ", "") });
      else if (action === "del" && index >= 0) this.vips.splice(index, 1);
      else throw new Error(`refused: ${line}`);
    }
    if (lines.length > 0) this.writes += 1;
  }

  async endFlows(pod: string): Promise<void> {
    this.endedFlows.push(pod);
  }

  #chains(table: ModelTable, family: AddressFamily): Chains {
    return this.#tables.get(`${table}${family}`) ?? new Map<string, string[]>();
  }

  #change(chains: Chains, line: string): void {
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined) {
      chains.set(declared, []);
      return;
    }
    const [, action = "", name = "", rest = ""] = /^-([AIDFX]) (\S+) ?(.*)$/.exec(line) ?? [];
    const rules = chains.get(name);
    if (rules === undefined) throw new Error(`no chain: ${line}`);
    if (action === "A") rules.push(rest);
    else if (action === "I") rules.unshift(rest.replace(/^1 /, ""));
    else if (action === "F") rules.length = 0;
    else if (action === "D" && /^\d+$/.test(rest) && rules.length >= Number(rest))
      rules.splice(Number(rest) - 1, 1);
    else if (action === "D" && rules.includes(rest)) rules.splice(rules.indexOf(rest), 1);
    else if (action === "X" && rules.length === 0) chains.delete(name);
    else throw new Error(`refused: ${line}`);
  }

  #changeRoute(line: string, family: AddressFamily): void {
    const routes = this.routes[family];
    const added = /^route add (\S+)\/(?:32|128) dev (\S+) table \d+ proto (\d+) /.exec(line);
    const removed = /^route del (\S+) (\S+) (?:dev (\S+) )?table \d+ proto (\d+)$/.exec(line);
    const index = routes.findIndex(({ type, dst }) => type === removed?.[1] && dst === removed[2]);
    if (added !== null) {
      const [, dst = "", dev = "", protocol = ""] = added;
      if (routes.some((route) => route.dst === dst)) throw new Error(`File exists: ${line}`);
      routes.push({ type: "unicast", dst, dev, protocol, gateway: undefined });
    } else if (index >= 0) routes.splice(index, 1);
    else throw new Error(`refused: ${line}`);
  }
}
