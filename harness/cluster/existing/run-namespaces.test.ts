import { describe, expect, it } from "vitest";
import { createFakeApi } from "./fake-cluster.fixture.ts";
import {
  attemptNamespace,
  createRunNamespace,
  listRunNamespaces,
  removeRunNamespace,
  runNamespace,
} from "./run-namespaces.ts";
import { sweepRunNamespaces } from "./sweep-namespaces.ts";

const runId = "20260101T000000Z-7";
const hourMs = 3_600_000;
const madeMs = Date.parse("2026-01-01T00:00:00Z");

describe("namespaces of a run", () => {
  it("are called by the run and the world, within 63 characters", () => {
    const name = attemptNamespace(runId, "kube-proxy-nftables.service-scaled");
    expect(name).toMatch(/^leakproof-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(name.startsWith(runNamespace(runId))).toBe(true);
    expect(attemptNamespace(runId, "another")).not.toBe(name);
    expect(attemptNamespace("another", "kube-proxy-nftables.service-scaled")).not.toBe(name);
  });

  it("carry whose they are", async () => {
    const api = createFakeApi([]);
    await createRunNamespace(api, "leakproof-1", { runId, isForPods: true });
    const [found] = await listRunNamespaces(api);
    expect(found).toMatchObject({ name: "leakproof-1", runId });
    expect(found?.owner).toContain(`:${process.pid}:`);
  });

  it("that stay are told, with the command that removes them", async () => {
    const api = createFakeApi([]);
    await createRunNamespace(api, "leakproof-1", { runId, isForPods: false });
    api.keepNamespaces();
    await expect(removeRunNamespace(api, "leakproof-1", { runId, timeoutMs: 300 })).rejects.toThrow(
      /run\/residue.*kubectl delete namespace leakproof-1/s,
    );
  });
});

describe("sweep", () => {
  async function sweep(owner: string | undefined, ageMs: number): Promise<readonly string[]> {
    const api = createFakeApi([]);
    await createRunNamespace(api, "leakproof-1", { runId, isForPods: false });
    const made = api.namespaces.get("leakproof-1");
    if (made === undefined) throw new Error("it was made");
    const annotations = owner === undefined ? made.metadata.annotations : { "leakproof.dev/owner": owner };
    api.namespaces.set("leakproof-1", {
      metadata: { ...made.metadata, ...(annotations === undefined ? {} : { annotations }) },
    });
    const found = await sweepRunNamespaces(api, { idleMs: 0, now: madeMs + ageMs }).find();
    for (const each of found) await each.remove();
    expect(api.namespaces.size).toBe(1 - found.length);
    return found.map(({ why }) => why);
  }

  it("leaves those of a run that goes on", async () => {
    expect(await sweep(undefined, 10 * hourMs)).toEqual([]);
  });

  it("removes those of a process of this machine that is gone", async () => {
    const { owner } = (await ownNow()) ?? { owner: "" };
    const [boot, pid] = owner.split(":");
    expect(await sweep(`${boot}:${pid}:1`, 0)).toEqual([`of run ${runId}: its process is gone`]);
  });

  it("removes those of another machine once that has made none for an hour", async () => {
    expect(await sweep("other-boot:1:1", hourMs / 2)).toEqual([]);
    expect(await sweep("other-boot:1:1", 2 * hourMs)).toHaveLength(1);
  });
});

async function ownNow() {
  const api = createFakeApi([]);
  await createRunNamespace(api, "leakproof-1", { runId, isForPods: false });
  return (await listRunNamespaces(api))[0];
}
