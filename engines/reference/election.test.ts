import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "./api.ts";
import { Election } from "./election.ts";

interface StoredLease {
  readonly metadata: { name: string; resourceVersion: string; annotations: Record<string, string> };
  spec: { holderIdentity: string; renewTime: string };
}

/** The leases of an API server that answers at once, or not at all. */
class LeaseApi {
  readonly leases = new Map<string, StoredLease>();
  isDown = false;
  #version = 0;

  async get(): Promise<unknown> {
    if (this.isDown) throw new Error("no answer");
    return structuredClone({ items: [...this.leases.values()] });
  }

  async write(method: string, path: string, content: unknown = {}): Promise<void> {
    if (this.isDown) throw new Error("no answer");
    const name = path.split("/").at(-1) ?? "";
    const sent = content as StoredLease;
    const known = this.leases.get(method === "POST" ? sent.metadata.name : name);
    this.#version += 1;
    if (method === "POST") {
      if (known !== undefined) throw new ApiError(409, "exists");
      const metadata = { ...sent.metadata, resourceVersion: String(this.#version) };
      this.leases.set(sent.metadata.name, { metadata, spec: sent.spec });
    } else if (known === undefined) throw new ApiError(404, "not found");
    else if (method === "DELETE") this.leases.delete(name);
    else if (sent.metadata.resourceVersion !== known.metadata.resourceVersion)
      throw new ApiError(409, "conflict");
    else {
      known.metadata.resourceVersion = String(this.#version);
      known.spec = sent.spec;
    }
  }
}

const vip = "172.31.4.4";
const stop = { controller: new AbortController() };
beforeEach(() => {
  vi.useFakeTimers();
  stop.controller = new AbortController();
});
afterEach(() => {
  stop.controller.abort();
  vi.useRealTimers();
});

function start(api: LeaseApi, identity: string, signal: AbortSignal = stop.controller.signal) {
  const changed = vi.fn();
  const leaseName = (of: string) => `lease-${of}`;
  const election = new Election({ api, identity, leaseName, changed, log: () => undefined });
  void election.run(signal);
  return { election, changed };
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("Election", () => {
  test("one of two holds a VIP, and goes on holding it", async () => {
    const api = new LeaseApi();
    const [one, two] = [start(api, "n1"), start(api, "n2")];
    one.election.stand([vip], [vip]);
    await pass(50);
    two.election.stand([vip], [vip]);
    for (let round = 0; round < 20; round++) {
      await pass(500);
      expect([one.election.holds(vip), two.election.holds(vip)]).toEqual([true, false]);
    }
    expect(one.changed).toHaveBeenCalledTimes(1);
  });

  test("of one that died another takes over when its lease has run out, and it does not take it back", async () => {
    const api = new LeaseApi();
    const life = new AbortController();
    start(api, "n1", life.signal).election.stand([vip], [vip]);
    await pass(50);
    const two = start(api, "n2");
    two.election.stand([vip], [vip]);
    await pass(1_000);
    life.abort();
    await pass(4_000);
    expect(two.election.holds(vip)).toBe(false);
    await pass(3_000);
    expect(two.election.holds(vip)).toBe(true);
    const back = start(api, "n1");
    back.election.stand([vip], [vip]);
    await pass(5_000);
    expect([back.election.holds(vip), two.election.holds(vip)]).toEqual([false, true]);
  });

  test("who cannot renew lets go before anybody else may take it", async () => {
    const api = new LeaseApi();
    const { election, changed } = start(api, "n1");
    election.stand([vip], [vip]);
    await pass(1_000);
    api.isDown = true;
    await pass(4_900);
    expect(election.holds(vip)).toBe(false);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test("a lease is given to others by who is no candidate any more, and deleted when nobody wants the VIP", async () => {
    const api = new LeaseApi();
    const { election } = start(api, "n1");
    election.stand([vip], [vip]);
    await pass(50);
    election.stand([], [vip]);
    await pass(1_500);
    expect(api.leases.get(`lease-${vip}`)?.spec.holderIdentity).toBe("");
    election.stand([], []);
    await pass(1_500);
    expect([...api.leases.keys()]).toEqual([]);
  });

  test("release gives away what it holds, and nothing of others", async () => {
    const api = new LeaseApi();
    const { election } = start(api, "n1");
    election.stand([vip], [vip]);
    const other = start(api, "n2");
    other.election.stand(["172.31.4.5"], [vip, "172.31.4.5"]);
    await pass(50);
    stop.controller.abort();
    await election.release();
    const holders = [...api.leases.values()].map(({ spec }) => spec.holderIdentity);
    expect(holders.toSorted()).toEqual(["", "n2"]);
  });
});
