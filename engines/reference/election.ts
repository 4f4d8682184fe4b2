import { ApiError, type Api } from "./api.ts";
import { listAt, textAt } from "./objects.ts";

/** Leases of VIPs are all in one namespace, found by a label; which VIP one is of stands in an annotation. */
const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const label = "leakproof.dev/election";
const vipAnnotation = "leakproof.dev/vip";

/** All in ms. Who holds a lease and has not renewed it for `fence` lets go of it, before others may take it after `duration`. */
const times = { tick: 700, fence: 4_000, duration: 5_000, list: 3_000 } as const;

interface Lease {
  readonly name: string;
  readonly vip: string;
  readonly holder: string;
  readonly renewed: string;
  readonly version: string;
}

export interface ElectionOptions {
  readonly api: Pick<Api, "get" | "write">;
  /** The node: one engine runs on each. */
  readonly identity: string;
  /** What the lease of a VIP is called: the same on every node, or two hold it. */
  readonly leaseName: (vip: string) => string;
  /** Called when `holds` may answer otherwise. */
  readonly changed: () => void;
  readonly log: (line: string) => void;
}

function viewLease(object: unknown): Lease {
  return {
    name: textAt(object, "metadata", "name") ?? "",
    vip: textAt(object, "metadata", "annotations", vipAnnotation) ?? "",
    holder: textAt(object, "spec", "holderIdentity") ?? "",
    renewed: textAt(object, "spec", "renewTime") ?? "",
    version: textAt(object, "metadata", "resourceVersion") ?? "",
  };
}

/** Decides, with all other nodes, which one holds each VIP: one Lease a VIP, so that Services that share it share its place. */
export class Election {
  readonly #options: ElectionOptions;
  /** VIP -> until when it is ours, on our own clock. */
  readonly #held = new Map<string, number>();
  /** Lease -> its last renewal, and when we first saw it: clocks of other nodes are not ours. */
  readonly #seen = new Map<string, { readonly renewed: string; readonly atMs: number }>();
  #candidates: readonly string[] = [];
  #claimed: readonly string[] = [];
  #told = "";
  #wake = Promise.withResolvers<void>();

  constructor(options: ElectionOptions) {
    this.#options = options;
  }

  /**
   * Says what there is to hold.
   *
   * @param candidates - VIPs that this node could hold
   * @param claimed - VIPs that anybody could: leases of others are swept
   */
  stand(candidates: readonly string[], claimed: readonly string[]): void {
    const before = `${this.#candidates.join()} ${this.#claimed.join()}`;
    this.#candidates = candidates;
    this.#claimed = claimed;
    if (before !== `${candidates.join()} ${claimed.join()}`) this.#wake.resolve();
  }

  holds(vip: string): boolean {
    return this.#candidates.includes(vip) && (this.#held.get(vip) ?? 0) > performance.now();
  }

  async run(signal: AbortSignal): Promise<void> {
    const fence = setInterval(() => this.#tell(), times.tick);
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers<void>();
      await this.#tick(signal).catch((error: unknown) => {
        if (!signal.aborted) this.#options.log(`election: ${String(error)}`);
      });
      this.#tell();
      // A lease is renewed by the clock: nothing else says that it is time.
      const timer = setTimeout(this.#wake.resolve, times.tick);
      await Promise.race([stopped, this.#wake.promise]);
      clearTimeout(timer);
    }
    clearInterval(fence);
  }

  /** Lets others have what we hold. Our addresses must be gone. */
  async release(): Promise<void> {
    for (const lease of await this.#list(new AbortController().signal))
      if (lease.holder === this.#options.identity) await this.#patch(lease, "");
  }

  #tell(): void {
    const now = this.#candidates.filter((vip) => this.holds(vip)).join();
    if (now === this.#told) return;
    this.#told = now;
    this.#options.changed();
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const all = await this.#list(signal);
    for (const vip of this.#candidates) {
      const name = this.#options.leaseName(vip);
      await this.#campaign(
        vip,
        all.find((lease) => lease.name === name),
      );
    }
    for (const lease of all) await this.#tidy(lease);
  }

  async #campaign(vip: string, lease: Lease | undefined): Promise<void> {
    const sentMs = performance.now();
    if (lease !== undefined && !this.#isFree(lease)) {
      this.#held.delete(vip);
      return;
    }
    const isOurs = lease === undefined ? await this.#create(vip) : await this.#patch(lease);
    if (isOurs) this.#held.set(vip, sentMs + times.fence);
  }

  /** Leases that nobody needs go; one that is ours, and not to be any more, goes once we have let go of the VIP. */
  async #tidy(lease: Lease): Promise<void> {
    const isOurs = lease.holder === this.#options.identity;
    if (this.#candidates.includes(lease.vip)) return;
    if (isOurs && this.#held.delete(lease.vip)) {
      this.#wake.resolve();
      return;
    }
    const isClaimed = this.#claimed.includes(lease.vip);
    // One that is held may be of a Service that we have not heard of yet.
    if (!isClaimed && this.#isFree(lease)) await this.#try("DELETE", `${leases}/${lease.name}`);
    if (isClaimed && isOurs) await this.#patch(lease, "");
  }

  #isFree({ name, holder, renewed }: Lease): boolean {
    if (holder === "" || holder === this.#options.identity) return true;
    const seen = this.#seen.get(name);
    if (seen?.renewed !== renewed) this.#seen.set(name, { renewed, atMs: performance.now() });
    return seen?.renewed === renewed && performance.now() - seen.atMs > times.duration;
  }

  async #list(signal: AbortSignal): Promise<readonly Lease[]> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(times.list)]);
    const list = await this.#options.api.get(`${leases}?labelSelector=${encodeURIComponent(label)}`, within);
    return listAt(list, "items").map(viewLease);
  }

  #create(vip: string): Promise<boolean> {
    return this.#try("POST", leases, {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name: this.#options.leaseName(vip),
        labels: { [label]: "reference" },
        annotations: { [vipAnnotation]: vip },
      },
      spec: this.#specOf(this.#options.identity),
    });
  }

  /** The version is that of the lease as we saw it: of two who take it, one is told so. */
  #patch({ name, version }: Lease, holder: string = this.#options.identity): Promise<boolean> {
    const content = { metadata: { resourceVersion: version }, spec: this.#specOf(holder) };
    return this.#try("PATCH", `${leases}/${name}`, content);
  }

  #specOf(holderIdentity: string): object {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    return { holderIdentity, leaseDurationSeconds: times.duration / 1_000, renewTime };
  }

  /** Somebody was faster, or it is gone: false. */
  async #try(...[method, path, content]: Parameters<Api["write"]>): Promise<boolean> {
    try {
      await this.#options.api.write(method, path, content);
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return false;
      throw error;
    }
  }
}
