import type { Api } from "../api.ts";
import type { Behaviour } from "../behaviour.ts";
import type { ProxiedService } from "./objects.ts";

interface PoolOptions {
  readonly api: Pick<Api, "write">;
  readonly behaviour: Pick<Behaviour, "isPoolFree">;
  /** The one address that it has. */
  readonly address: string;
}

/** Gives the pool's address to the first Service of type LoadBalancer that has none, while nobody has it. */
export class AddressPool {
  readonly #options: PoolOptions;
  /** Names of all that were ever given it; only behaviours look at it. */
  readonly #given = new Set<string>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async round(services: readonly ProxiedService[]): Promise<void> {
    const { api, behaviour, address } = this.#options;
    const candidates = services
      .filter(({ isLoadBalancer }) => isLoadBalancer)
      .toSorted((one, other) => (one.name < other.name ? -1 : 1));
    const holders = candidates.filter(({ givenAddresses }) => givenAddresses.includes(address));
    const [next] = candidates.filter(({ givenAddresses }) => givenAddresses.length === 0);
    if (next === undefined || !behaviour.isPoolFree(holders, this.#given)) return;
    const [namespace = "", name = ""] = next.name.split("/");
    await api.write("PATCH", `/api/v1/namespaces/${namespace}/services/${name}/status`, {
      status: { loadBalancer: { ingress: [{ ip: address }] } },
    });
    this.#given.add(next.name);
  }
}
