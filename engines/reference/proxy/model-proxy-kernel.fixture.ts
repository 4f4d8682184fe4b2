import { ModelKernel } from "../model-kernel.fixture.ts";
import { serviceDevice } from "./names.ts";

/** A kernel in memory with sets, addresses and virtual servers: does what the tools do, and refuses what they refuse. */
export class ModelProxyKernel extends ModelKernel {
  readonly sets = new Map<string, Set<string>>();
  /** Interface -> addresses. */
  readonly links = new Map<string, string[]>([
    ["lo", ["127.0.0.1"]],
    ["eth0", ["172.30.0.10", "fd00:30::a", "fe80::1"]],
  ]);
  readonly servers: string[] = [];
  /** What was done, in order: sets, rules, the rest. */
  readonly calls: string[] = [];
  readonly routes4: string[] = [];

  /** Texts of the members of a set; undefined where there is none. */
  members(name: string): readonly string[] | undefined {
    const set = this.sets.get(name);
    return set === undefined ? undefined : [...set].toSorted();
  }

  async command(argv: readonly [string, ...string[]], input = ""): Promise<string> {
    const [program, ...args] = argv;
    const text = args.join(" ");
    if (text === "save" || text === "-json addr show" || text === "-Sn") return this.#print(program);
    this.writes += 1;
    this.calls.push([program, text, input.trim()].join(" ").trim());
    if (program === "ipset") for (const line of input.trim().split("\n")) this.#changeSet(line);
    else if (program === "ipvsadm") this.#changeServer(text);
    else this.#changeAddress(text);
    return "";
  }

  #print(program: string): string {
    if (program === "ipvsadm") return this.servers.join("\n");
    if (program === "ipset") {
      const lines = [...this.sets].flatMap(([name, members]) => [
        `create ${name} hash:ip family inet hashsize 1024`,
        ...[...members].map((member) => `add ${name} ${member}`),
      ]);
      return lines.join("\n");
    }
    const scopeOf = (address: string): string =>
      address.startsWith("127.") ? "host" : address.startsWith("fe80:") ? "link" : "global";
    return JSON.stringify(
      [...this.links].map(([ifname, addresses]) => ({
        ifname,
        addr_info: addresses.map((local) => ({ local, scope: scopeOf(local) })),
      })),
    );
  }

  #changeSet(line: string): void {
    const [action = "", name = "", member = ""] = line.split(" ");
    const set = this.sets.get(name);
    const isUsed = [4, 6].some((family) =>
      ["INPUT", "LEAKPROOF-SERVICES"].some((chain) =>
        this.chain("filter", chain, family === 4 ? 4 : 6)?.some((rule) => rule.includes(` ${name} `)),
      ),
    );
    const other = this.sets.get(member);
    if (action === "create" && set === undefined) this.sets.set(name, new Set());
    else if (action === "create") return;
    else if (action === "swap" && set !== undefined && other !== undefined) {
      this.sets.set(name, other);
      this.sets.set(member, set);
    } else if (set === undefined) throw new Error(`no set: ${line}`);
    else if (action === "add") set.add(member);
    else if (action === "del") set.delete(member);
    else if (action === "flush") set.clear();
    else if (action === "destroy" && !isUsed) this.sets.delete(name);
    else throw new Error(`refused: ${line}`);
  }

  #changeServer(text: string): void {
    const key = /^-[AaDd] (-[tu] \S+)/.exec(text)?.[1] ?? "";
    const isThere = this.servers.some((line) => line.startsWith(`-A ${key} `));
    const index = this.servers.findIndex((line) => line.startsWith(`${text.replace(/^-d/, "-a")} `));
    if (text.startsWith("-A ") && !isThere) this.servers.push(text);
    else if (text.startsWith("-a ") && isThere && !this.servers.includes(text)) this.servers.push(text);
    else if (text.startsWith("-D ") && isThere)
      this.servers.splice(0, Infinity, ...this.servers.filter((line) => !line.includes(` ${key} `)));
    else if (text.startsWith("-d ") && index >= 0) this.servers.splice(index, 1);
    else throw new Error(`refused: ipvsadm ${text}`);
  }

  #changeAddress(text: string): void {
    const [, action, address = "", device = ""] =
      /^addr (add|del) ([^/ ]+)\/(?:32|128) dev (\S+)/.exec(text) ?? [];
    const there = this.links.get(device);
    if (text === `link add ${serviceDevice} type dummy`) this.links.set(serviceDevice, []);
    else if (text === `link del ${serviceDevice}` && this.links.delete(serviceDevice)) return;
    else if (text === `link set ${serviceDevice} up` && this.links.has(serviceDevice)) return;
    else if (text.startsWith("route replace local ")) this.routes4.push(text);
    else if (action === "add" && there?.includes(address) === false) there.push(address);
    else if (action === "del" && there?.includes(address) === true) there.splice(there.indexOf(address), 1);
    else throw new Error(`refused: ip ${text}`);
  }
}
