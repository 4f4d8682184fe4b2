import { describe, expect, test } from "vitest";
import { ApiError, type Api } from "./api.ts";
import { sound, type WatchEvent } from "./behaviour.ts";
import { ListWatch, type ListWatchOptions } from "./list-watch.ts";

type Answer = readonly string[] | Error;

function object(name: string, version: number): unknown {
  return { metadata: { name, namespace: "shop", resourceVersion: String(version) } };
}

function list(version: number, ...names: readonly string[]): unknown {
  return {
    metadata: { resourceVersion: String(version) },
    items: names.map((name) => object(name, version)),
  };
}

function event(type: string, name: string, version: number): string {
  return JSON.stringify({ type, object: object(name, version) });
}

/** An API server with a fixed sequence of lists and watches; after the last of them it hangs until the abort. */
class ScriptedApi implements Pick<Api, "get" | "lines"> {
  readonly paths: string[] = [];
  readonly #lists: unknown[];
  readonly #watches: Answer[];

  constructor(lists: readonly unknown[], watches: readonly Answer[]) {
    this.#lists = [...lists];
    this.#watches = [...watches];
  }

  async get(path: string, signal: AbortSignal): Promise<unknown> {
    this.paths.push(path);
    const answer = this.#lists.shift() ?? (await hang(signal));
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    this.paths.push(path);
    const answer = this.#watches.shift() ?? (await hang(signal));
    if (answer instanceof Error) throw answer;
    yield* answer;
  }
}

async function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new Error("aborted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
  });
}

/** Runs until the objects are `names`, or 3 s. */
async function follow(api: ScriptedApi, names: readonly string[], options: Partial<ListWatchOptions> = {}) {
  const stop = new AbortController();
  const logged: string[] = [];
  const changes: string[] = [];
  const { promise: reached, resolve } = Promise.withResolvers<boolean>();
  const watch: ListWatch = new ListWatch({
    api,
    path: "/api/v1/services",
    behaviour: sound,
    log: (line) => logged.push(line),
    ...options,
    changed: () => {
      changes.push([...watch.objects.keys()].join());
      if (changes.at(-1) === names.map((name) => `shop/${name}`).join()) resolve(true);
    },
  });
  const running = watch.run(stop.signal);
  const timer = setTimeout(() => resolve(false), 3_000);
  const isReached = await reached;
  clearTimeout(timer);
  stop.abort();
  await running;
  return { isReached, logged, changes };
}

describe("ListWatch", () => {
  test("lists, then follows the watch from the list's version", async () => {
    const events = [event("ADDED", "b", 6), event("MODIFIED", "b", 7), event("DELETED", "a", 8)];
    const api = new ScriptedApi([list(5, "a")], [events]);
    expect(await follow(api, ["b"])).toMatchObject({ isReached: true, logged: [] });
    expect(api.paths[1]).toContain("resourceVersion=5");
  });

  test("goes on from the last version when the server ends a watch, bookmarks included", async () => {
    const bookmark = JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "99" } } });
    const api = new ScriptedApi([list(5, "a")], [[bookmark], [event("ADDED", "b", 100)]]);
    expect((await follow(api, ["a", "b"])).isReached).toBe(true);
    expect(api.paths[2]).toContain("resourceVersion=99");
  });

  test.each<[string, Answer]>([
    ["410 in the watch", [JSON.stringify({ type: "ERROR", object: { code: 410, message: "too old" } })]],
    ["410 as the answer", new ApiError(410, "too old resource version")],
    ["a cut", new Error("aborted")],
  ])("lists again after %s, and so sees what was deleted meanwhile", async (_, broken) => {
    const api = new ScriptedApi([list(5, "a", "b"), list(9, "b")], [broken]);
    expect((await follow(api, ["b"])).isReached).toBe(true);
  });

  test("tries again while the API is away", async () => {
    const refused = new Error("connect ECONNREFUSED");
    const result = await follow(new ScriptedApi([refused, refused, list(5, "a")], []), ["a"]);
    expect(result).toMatchObject({ isReached: true, logged: [refused.message, refused.message] });
  });

  test("a list that says nothing new is no change", async () => {
    const cut = new Error("cut");
    const api = new ScriptedApi([list(5, "a"), list(5, "a"), list(6, "a", "b")], [cut, cut]);
    expect((await follow(api, ["a", "b"])).changes).toEqual(["shop/a", "shop/a,shop/b"]);
  });

  test("without the right to watch it lists again and again, and says so once", async () => {
    const forbidden = new ApiError(403, "may not watch");
    const api = new ScriptedApi(
      [list(5, "a"), list(6, "a", "b"), list(7, "b")],
      [forbidden, forbidden, forbidden],
    );
    expect(await follow(api, ["b"])).toMatchObject({ isReached: true, logged: ["may not watch"] });
  });

  test("an event that is not accepted changes nothing", async () => {
    const api = new ScriptedApi([list(5, "a")], [[event("DELETED", "a", 6), event("ADDED", "b", 7)]]);
    const accepts = ({ type }: WatchEvent) => type !== "DELETED";
    expect((await follow(api, ["a", "b"], { behaviour: { ...sound, accepts } })).isReached).toBe(true);
  });

  test("a list that is not believed to be whole makes it forget nothing, and one failed watch can be its last", async () => {
    const cut = new Error("cut");
    const relisted = new ScriptedApi([list(5, "a", "b"), list(9, "b", "c")], [cut]);
    const behaviour = { ...sound, listsAreWhole: false };
    expect((await follow(relisted, ["a", "b", "c"], { behaviour })).isReached).toBe(true);
    const given = new ScriptedApi([list(5, "a")], [cut]);
    const watch = new ListWatch({
      api: given,
      path: "/p",
      behaviour: { ...sound, watchesAgain: () => false },
      changed: () => {},
      log: () => {},
    });
    await watch.run(new AbortController().signal);
    expect(given.paths).toHaveLength(2);
  });

  test("being forbidden to list counts as synced only where the list is optional", async () => {
    const synced = async (isOptional: boolean): Promise<boolean> => {
      const stop = new AbortController();
      const api = new ScriptedApi([new ApiError(403, "no")], []);
      const options = { api, path: "/p", isOptional, behaviour: sound, changed: () => {}, log: () => {} };
      const watch = new ListWatch(options);
      const running = watch.run(stop.signal);
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50));
      const isSynced = await Promise.race([watch.synced.then(() => true), late]);
      stop.abort();
      await running;
      return isSynced;
    };
    expect(await Promise.all([synced(true), synced(false)])).toEqual([true, false]);
  });
});
