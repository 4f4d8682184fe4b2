import type { AddressFamily } from "./addresses.ts";
import type { Behaviour, RestoreTarget } from "./behaviour.ts";
import { type Desired, nothing } from "./desired.ts";
import { egressTables, noTable, podsWithOtherSnat, renderTable, wantedRules } from "./egress.ts";
import { inputRules, renderInput, type Wording } from "./input.ts";
import type { Kernel } from "./kernel.ts";
import { renderRoutes, wantedRoutes, type RouteHome } from "./routes.ts";
import { renderVips, type VipHome } from "./vips.ts";

export interface ApplyOptions {
  readonly kernel: Pick<
    Kernel,
    | "readTable"
    | "readInput"
    | "restore"
    | "readRoutes"
    | "writeRoutes"
    | "readVips"
    | "writeVips"
    | "endFlows"
  >;
  readonly behaviour: Behaviour;
  readonly routes: RouteHome;
  /** Where policies are programmed: the network of the services, and the words of the engine's version. */
  readonly input?: { readonly services: string; readonly wording: Wording };
  /** Where addresses are put on an interface. */
  readonly vips?: VipHome;
}

/** A list as it was found, and as it should be. */
interface TablePlan {
  readonly lines: readonly string[];
  readonly pods: readonly string[];
}

/**
 * Brings the kernel to a desired state, from whatever it holds: what is there is read first, always, so
 * that leftovers of an earlier process and losses to somebody else are the same case as any change.
 */
export class Applier {
  readonly #options: ApplyOptions;
  /** What this process wanted last, by list; only behaviours look at it. */
  readonly #before = new Map<string, readonly string[]>();
  #hasInput = false;

  constructor(options: ApplyOptions) {
    this.#options = options;
  }

  /** Throws where a tool failed; what was not written is found missing in the next round. */
  async apply(desired: Desired): Promise<void> {
    await Promise.all([
      this.#applyEgress(desired, 4),
      this.#applyEgress(desired, 6),
      this.#applyRoutes(desired, 4),
      this.#applyRoutes(desired, 6),
      this.#applyInput(desired),
      this.#applyVips(desired),
    ]);
  }

  /** Takes away all that is ours in the tables of this kernel's back end, and leaves routes and addresses alone. */
  async clearTables(): Promise<void> {
    await Promise.all([
      this.#applyEgress(nothing, 4),
      this.#applyEgress(nothing, 6),
      this.#applyInput(nothing),
    ]);
  }

  async #applyVips(desired: Desired): Promise<void> {
    const { kernel, behaviour, vips: home } = this.#options;
    if (home === undefined) return;
    const all = await kernel.readVips(home.interface);
    const found = all.filter((address) => behaviour.ownsVip(address, home)).map(({ local }) => local);
    const wanted = desired.vips;
    const next = behaviour.nextVips({ found, wanted, before: this.#before.get("vips") ?? [] });
    await kernel.writeVips(renderVips(found, next, home));
    this.#before.set("vips", wanted);
  }

  async #applyInput({ policies }: Desired): Promise<void> {
    const { kernel, behaviour, input } = this.#options;
    // Where policies are none of its business they may have been before it was started.
    if (input === undefined && (this.#hasInput || !behaviour.sweepsFormerSettings)) return;
    const found = await kernel.readInput();
    const isWanted = input !== undefined && policies !== undefined;
    const wanted = isWanted ? inputRules(policies, input.services, input.wording) : [];
    const before = this.#before.get("input") ?? [];
    const next = behaviour.nextInput({ found: found.rules, wanted, before });
    const isRight = (places: readonly number[]): boolean => behaviour.isJumpRight(places, !this.#hasInput);
    for (const lines of behaviour.inputWrites(renderInput(found, next, isRight)))
      await kernel.restore(lines, 4);
    this.#before.set("input", wanted);
    this.#hasInput = true;
  }

  async #applyEgress(desired: Desired, family: AddressFamily): Promise<void> {
    const { kernel, behaviour } = this.#options;
    const found = await Promise.all(egressTables.map((table) => kernel.readTable(table, family)));
    const plans = egressTables.map((table, index) =>
      this.#planTable({ table, family, desired, found: found[index] ?? noTable }),
    );
    for (const lines of behaviour.writes(plans.flatMap((plan) => plan.lines))) {
      await kernel.restore(lines, family);
    }
    for (const table of egressTables)
      this.#before.set(`${table}${family}`, wantedRules(desired, table, family));
    await Promise.all(plans.flatMap(({ pods }) => pods).map((pod) => kernel.endFlows(pod, family)));
  }

  #planTable(target: RestoreTarget): TablePlan {
    const { behaviour } = this.#options;
    const { table, family, desired, found } = target;
    const wanted = wantedRules(desired, table, family);
    const before = this.#before.get(`${table}${family}`) ?? [];
    const next = behaviour.nextRules({ found: found.rules, wanted, before });
    const lines = behaviour.restoreInput(renderTable(table, found, next), target);
    return { lines, pods: table === "nat" ? podsWithOtherSnat(found.rules, next) : [] };
  }

  async #applyRoutes(desired: Desired, family: AddressFamily): Promise<void> {
    const { kernel, behaviour, routes } = this.#options;
    const all = await kernel.readRoutes(routes.table, family);
    const own = all.filter((route) => behaviour.ownsRoute(route, routes));
    const wanted = wantedRoutes(desired, family);
    const before = this.#before.get(`route${family}`) ?? [];
    const next = behaviour.nextRoutes({ found: own.map(({ dst }) => dst), wanted, before });
    await kernel.writeRoutes(renderRoutes(own, next, routes), family);
    this.#before.set(`route${family}`, wanted);
  }
}
