import { ApiError, type Api } from "../api.ts";
import type { Behaviour } from "../behaviour.ts";
import {
  gatewayFinalizer,
  type GatewayObject,
  type GatewayResource,
  type GatewayState,
  gatewayState,
  noGatewayState,
} from "./objects.ts";
import type { PodExec } from "./pod-exec.ts";
import { readLook, renderChange, renderLook } from "./program.ts";

export interface GatewayOptions {
  readonly api: Pick<Api, "write">;
  readonly exec: PodExec;
  readonly behaviour: Pick<
    Behaviour,
    "finalizer" | "programsWhatIsGone" | "gatewayScript" | "freesWhatItFoundDeleted"
  >;
  readonly node: string;
  /** The outer interface of the gateway. */
  readonly device: string;
  readonly backend: "nft" | "legacy";
  readonly objects: () => readonly GatewayObject[];
}

/** Without the list of finalizers nobody else's would survive a merge patch. */
function withFinalizer({ object }: GatewayObject): unknown {
  const { metadata } = object as { readonly metadata: { readonly resourceVersion: string } };
  return { metadata: { resourceVersion: metadata.resourceVersion, finalizers: [gatewayFinalizer] } };
}

/**
 * The gateway's side of the engine: objects are held by a finalizer before anything is written for them, the
 * whole of what they ask for is compared with what the gateway holds, and those that are deleted are let go
 * when it holds nothing for them any more.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  /** Objects that we know to be held, by path: what a watch says may be older. */
  readonly #held = new Set<string>();
  /** Objects that were there before they were deleted, by path. */
  readonly #known = new Set<string>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async round(): Promise<void> {
    const { objects, behaviour, node } = this.#options;
    const all = objects();
    const live = all.filter(({ isDeleted }) => !isDeleted);
    const late = await this.#hold(live, "before");
    const wanted = live.filter(
      (one) => behaviour.finalizer(one.resource) !== "before" || this.#isHeld(one) || late.has(one.path),
    );
    await this.#program(gatewayState(wanted, node));
    await this.#hold(wanted, "after");
    for (const { path } of live) this.#known.add(path);
    const freed = all.filter(({ isDeleted, hasFinalizer }) => isDeleted && hasFinalizer);
    for (const one of freed) {
      if (!behaviour.freesWhatItFoundDeleted && !this.#known.has(one.path)) continue;
      await this.#write(one, { metadata: { finalizers: null } });
      this.#held.delete(one.path);
    }
  }

  /** Takes all that is ours away. */
  async clean(): Promise<void> {
    await this.#program(noGatewayState);
  }

  #isHeld({ path, hasFinalizer }: GatewayObject): boolean {
    return hasFinalizer || this.#held.has(path);
  }

  /** Holds what is to be held now. @returns paths of what was gone and is to be programmed all the same */
  async #hold(objects: readonly GatewayObject[], when: "before" | "after"): Promise<ReadonlySet<string>> {
    const { behaviour } = this.#options;
    const late = new Set<string>();
    for (const one of objects) {
      if (behaviour.finalizer(one.resource as GatewayResource) !== when || this.#isHeld(one)) continue;
      if (await this.#write(one, withFinalizer(one))) this.#held.add(one.path);
      else if (behaviour.programsWhatIsGone) late.add(one.path);
    }
    return late;
  }

  /** False where the object is not there any more, or is another one. */
  async #write(one: GatewayObject, patch: unknown): Promise<boolean> {
    try {
      await this.#options.api.write("PATCH", one.path, patch);
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return false;
      throw error;
    }
  }

  async #program(wanted: GatewayState): Promise<void> {
    const { backend, device, behaviour } = this.#options;
    const found = readLook(await this.#run(renderLook(backend, device)));
    const change = renderChange(backend, device, found, wanted);
    if (change !== undefined) await this.#run(behaviour.gatewayScript(change));
  }

  async #run(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.#options.exec(["sh", "-c", script]);
    if (code !== 0) throw new Error(`exec: exit ${code}: ${stderr.trim()}`);
    return stdout;
  }
}
