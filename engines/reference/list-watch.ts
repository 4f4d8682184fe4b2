import { setTimeout as pause } from "node:timers/promises";
import { ApiError, type Api } from "./api.ts";
import type { Behaviour, WatchEvent } from "./behaviour.ts";
import { listAt, nameOf, textAt } from "./objects.ts";

export interface ListWatchOptions {
  readonly api: Pick<Api, "get" | "lines">;
  /** `/api/v1/services`, with its query where it has one. */
  readonly path: string;
  /** Being forbidden to list counts as an empty list. */
  readonly isOptional?: boolean;
  readonly behaviour: Pick<Behaviour, "accepts" | "listsAreWhole" | "watchesAgain">;
  readonly changed: () => void;
  readonly log: (line: string) => void;
}

const backoffMs = { first: 100, longest: 1_000 };
/** The server ends each watch after this long, so that a silent one cannot last. */
const watchSeconds = 30;

/**
 * The objects of one kind as the API server has them: a list, then a watch from there on. Whatever ends
 * a watch other than its own time (410, a cut, an error) leads to a new list, because only a list shows
 * what was deleted meanwhile.
 */
export class ListWatch {
  readonly objects = new Map<string, unknown>();
  readonly #options: ListWatchOptions;
  readonly #synced = Promise.withResolvers<void>();
  #isForbidden = false;
  #backoffMs = backoffMs.first;

  constructor(options: ListWatchOptions) {
    this.#options = options;
  }

  /** Settles once `objects` is what the API server said. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Runs until aborted, or until the behaviour gives up; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        let version = await this.#list(signal);
        for (;;) {
          version = await this.#watch(version, signal);
          // A server that ends every watch at once must not be asked in a tight loop.
          await pause(backoffMs.first, undefined, { signal });
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#explain(error);
        if (!this.#options.behaviour.watchesAgain(error)) return;
      }
      await pause(this.#backoffMs, undefined, { signal }).catch(() => undefined);
      this.#backoffMs = Math.min(this.#backoffMs * 2, backoffMs.longest);
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { api, path, behaviour } = this.#options;
    const list = await api.get(path, signal);
    const before = this.#versions();
    if (behaviour.listsAreWhole) this.objects.clear();
    for (const object of listAt(list, "items")) this.objects.set(nameOf(object), object);
    this.#synced.resolve();
    if (this.#versions() !== before) this.#options.changed();
    return textAt(list, "metadata", "resourceVersion") ?? "0";
  }

  /** One watch; returns the version to go on from when the server ends it. */
  async #watch(from: string, signal: AbortSignal): Promise<string> {
    const { api, path } = this.#options;
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${from}`;
    const patience = AbortSignal.any([signal, AbortSignal.timeout((watchSeconds + 5) * 1_000)]);
    let version = from;
    for await (const line of api.lines(`${path}${path.includes("?") ? "&" : "?"}${query}`, patience)) {
      const event: unknown = JSON.parse(line);
      const type = textAt(event, "type");
      const object = (event as { object?: unknown }).object;
      if (type === "ERROR") throw new Error(`watch of ${path}: ${textAt(object, "message") ?? line}`);
      version = textAt(object, "metadata", "resourceVersion") ?? version;
      this.#backoffMs = backoffMs.first;
      this.#isForbidden = false;
      if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") this.#take({ type, object });
    }
    return version;
  }

  /** Equal for equal objects: a list that says nothing new starts no round. */
  #versions(): string {
    const version = (object: unknown) => textAt(object, "metadata", "resourceVersion") ?? "";
    return [...this.objects]
      .map(([name, object]) => `${name}=${version(object)}`)
      .toSorted()
      .join();
  }

  #take(event: WatchEvent): void {
    if (!this.#options.behaviour.accepts(event)) return;
    if (event.type === "DELETED") this.objects.delete(nameOf(event.object));
    else this.objects.set(nameOf(event.object), event.object);
    this.#options.changed();
  }

  /** Once for a right that is missing: without `watch` this list is polled, as often as the backoff allows. */
  #explain(error: unknown): void {
    const isForbidden = error instanceof ApiError && error.status === 403;
    if (isForbidden && this.#options.isOptional) this.#synced.resolve();
    if (!isForbidden || !this.#isForbidden) {
      this.#options.log(error instanceof Error ? error.message : String(error));
    }
    this.#isForbidden = isForbidden;
  }
}
