import { type AddressFamily, familyOf } from "./addresses.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Kernel } from "./kernel.ts";
import { listAt, textAt } from "./objects.ts";
import { parseServers, renderServers, wantedServers } from "./proxy/virtual-servers.ts";

/** Nodes of the control plane. */
export const controlPlaneNodes = "/api/v1/nodes?labelSelector=node-role.kubernetes.io%2Fcontrol-plane";

interface BalancerOptions {
  readonly kernel: Pick<Kernel, "command">;
  readonly behaviour: Pick<Behaviour, "nextServers">;
  /** Where clients come in. */
  readonly vip: string;
  readonly port: number;
  /** Where API servers listen on their nodes. */
  readonly serverPort: number;
}

function addressesOf(node: unknown, family: AddressFamily): readonly string[] {
  return listAt(node, "status", "addresses")
    .filter((each) => textAt(each, "type") === "InternalIP")
    .flatMap((each) => textAt(each, "address") ?? [])
    .filter((address) => familyOf(address) === family);
}

/**
 * The virtual server at the address of the API server, on the node that holds the address and on no other. The one at
 * that place is the engine's, whoever made it: nobody else was given the address.
 */
export class Balancer {
  readonly #options: BalancerOptions;
  #before: readonly string[] = [];

  constructor(options: BalancerOptions) {
    this.#options = options;
  }

  async apply(isHeld: boolean, nodes: Iterable<unknown>): Promise<void> {
    const { kernel, behaviour, vip, port, serverPort } = this.#options;
    const all = parseServers(await kernel.command(["ipvsadm", "-Sn"]));
    const own = new RegExp(`^-[Aa] -t ${vip.replace(/\./g, "\\.")}:${port} `);
    const found = all.filter((line) => own.test(line));
    const backends = [...nodes]
      .flatMap((node) => addressesOf(node, familyOf(vip)))
      .map((address) => ({ address, port: serverPort }));
    const wanted = isHeld ? wantedServers([{ address: vip, protocol: "tcp", port, backends }]) : [];
    const next = behaviour.nextServers({ found, wanted, before: this.#before });
    this.#before = wanted;
    for (const line of renderServers(found, next)) await kernel.command(["ipvsadm", ...line.split(" ")]);
  }
}
