import { type AddressFamily, familyOf } from "../addresses.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Kernel } from "../kernel.ts";
import { parseChain, renderChain } from "../own-chain.ts";
import { type Frontend, frontendsOf } from "./frontends.ts";
import { servicesChain, serviceDevice, setKinds, setName } from "./names.ts";
import { type NodeAddress, parseNodeAddresses } from "./node-addresses.ts";
import type { ProxiedService, ProxiedSlice } from "./objects.ts";
import { servicesJump, servicesRules } from "./rules.ts";
import { serviceAddresses } from "./service-addresses.ts";
import { parseSets, renderAdditions, renderRemovals, type Sets, wantedSets } from "./sets.ts";
import { namedServers, parseServers, renderServers, wantedServers } from "./virtual-servers.ts";

interface ServiceProxyOptions {
  readonly kernel: Pick<Kernel, "saved" | "restore" | "command">;
  readonly behaviour: Pick<
    Behaviour,
    "clusterAddresses" | "ownAddresses" | "ownServers" | "nextServers" | "setMembers" | "setInput"
  >;
  /** The node's addresses in the API; those of other families are none of its business. */
  readonly nodeAddresses: readonly [string, ...string[]];
  /** Whether virtual servers lead to the pods as well. */
  readonly isIpvs: boolean;
}

const everyFamily = [4, 6] as const;

/**
 * Services of the node: sets that say what they come in at and what is the node's own, a chain in front of
 * what comes in that asks them, and virtual servers. Like the rest of the engine it reads what is there first,
 * always.
 */
export class ServiceProxy {
  readonly #options: ServiceProxyOptions;
  readonly #families: readonly AddressFamily[];
  /** What this process wanted last, by set; only behaviours look at it. */
  #before: Sets = new Map();
  #serversBefore: readonly string[] = [];

  constructor(options: ServiceProxyOptions) {
    this.#options = options;
    this.#families = [...new Set(options.nodeAddresses.map(familyOf))];
  }

  async apply(services: readonly ProxiedService[], slices: readonly ProxiedSlice[]): Promise<void> {
    const { behaviour, nodeAddresses, isIpvs } = this.#options;
    const families = this.#families;
    const proxied = services.map((service) => ({
      ...service,
      clusterAddresses: behaviour.clusterAddresses(service.clusterAddresses),
    }));
    const frontends = frontendsOf({ services: proxied, slices, nodeAddresses, families });
    const found = await this.#readSets();
    const addresses = await this.#readAddresses();
    const own = addresses.filter((each) => each.interface !== serviceDevice);
    const next = this.#nextSets(
      found,
      wantedSets(frontends, behaviour.ownAddresses(own, services), families),
    );
    const added = renderAdditions(found, next);
    await this.#writeSets(behaviour.setInput(added, [...found.keys()]));
    for (const family of families) await this.#writeRules(family, servicesRules(family));
    // What the set of ports names is ours: it names a server before it is there, and until it is gone.
    if (isIpvs) await this.#serve(frontends, { addresses, members: membersOf(found, next) });
    await this.#writeSets(renderRemovals(found, next));
  }

  /** Takes all that is ours away: what leads to something before what it leads to. */
  async clean(): Promise<void> {
    const found = await this.#readSets();
    for (const family of everyFamily) await this.#writeRules(family, []);
    if (this.#options.isIpvs)
      await this.#serve([], { addresses: await this.#readAddresses(), members: membersOf(found) });
    const sets = everyFamily.flatMap((family) => setKinds.map((kind) => setName(kind, family)));
    await this.#writeSets(sets.filter((name) => found.has(name)).map((name) => `destroy ${name}`));
  }

  #nextSets(found: Sets, wanted: Sets): Sets {
    const { behaviour } = this.#options;
    const next = [...wanted].map(([set, members]) => {
      const before = this.#before.get(set) ?? [];
      return [
        set,
        behaviour.setMembers({ set, found: found.get(set) ?? [], wanted: members, before }),
      ] as const;
    });
    this.#before = wanted;
    return new Map(next);
  }

  async #readSets(): Promise<Sets> {
    return parseSets(await this.#options.kernel.command(["ipset", "save"]));
  }

  async #readAddresses(): Promise<readonly NodeAddress[]> {
    return parseNodeAddresses(await this.#options.kernel.command(["ip", "-json", "addr", "show"]));
  }

  async #writeSets(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#options.kernel.command(["ipset", "-exist", "restore"], `${lines.join("\n")}\n`);
  }

  async #writeRules(family: AddressFamily, rules: readonly string[]): Promise<void> {
    const { kernel } = this.#options;
    const found = parseChain(await kernel.saved("filter", family), servicesChain);
    await kernel.restore(renderChain(servicesJump(family), found, rules), family);
  }

  /** Brings virtual servers, and the addresses that they need, to what is wanted. */
  async #serve(
    frontends: readonly Frontend[],
    there: { readonly addresses: readonly NodeAddress[]; readonly members: readonly string[] },
  ): Promise<void> {
    const { kernel, behaviour, nodeAddresses } = this.#options;
    const all = parseServers(await kernel.command(["ipvsadm", "-Sn"]));
    const found = behaviour.ownServers(all, namedServers(all, there.members));
    const wanted = wantedServers(frontends);
    const next = behaviour.nextServers({ found, wanted, before: this.#serversBefore });
    this.#serversBefore = wanted;
    const lines = [
      ...serviceAddresses(there.addresses, frontends, nodeAddresses),
      ...renderServers(found, next).map((line) => `ipvsadm ${line}`),
    ];
    for (const line of lines) {
      const [program = "", ...rest] = line.split(" ");
      await kernel.command([program, ...rest]);
    }
  }
}

/** Members of the sets of ports. */
function membersOf(...all: readonly Sets[]): readonly string[] {
  const names = everyFamily.map((family) => setName("svip-port", family));
  return all.flatMap((sets) => names.flatMap((name) => sets.get(name) ?? []));
}
