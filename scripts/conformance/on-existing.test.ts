import { describe, expect, it } from "vitest";
import { planRun } from "./plan-run.ts";

const own = "--provider existing --kubeconfig k.yaml --i-own-this-cluster";
const plan = (line: string) => planRun(`${own} ${line}`.split(" "), 7);

describe("a run on a cluster of the user's own", () => {
  it("says of each scenario that cannot be run there why, and plans the others as they are", async () => {
    const { selection, strikes, programs, problems } = await plan(
      "--engine kube-proxy/nftables --profile service-rules",
    );
    expect(problems).toEqual([]);
    expect([strikes, programs]).toEqual([[], []]);
    const lacks = Object.fromEntries(
      selection.attempts.map(({ scenario, missing }) => [scenario.name, missing]),
    );
    expect(lacks).toEqual({
      "service-created-deleted": undefined,
      "service-ports-changed": undefined,
      "service-scaled": undefined,
      "service-type-changed": undefined,
      "service-address-reused": expect.stringContaining("kill of the engine") as string,
      "service-deleted-while-down": expect.stringContaining(
        "kill of the engine, start of the engine",
      ) as string,
      "service-engine-restarted": expect.stringContaining("what is the owner's to do") as string,
      "service-restarted-20-times": expect.stringContaining("kill of the engine") as string,
    });
  });

  it("says which settings a scenario wants that nobody of us can give", async () => {
    const { selection } = await plan(
      "--engine kube-vip@v0.8.5/rt --profile egress-snat --scenario egress-service-deleted",
    );
    expect(selection.attempts.map(({ missing }) => missing)).toEqual([
      "not on a cluster of your own: it needs an engine that is configured for it (egressCidrs, leaderElection)",
    ]);
  });

  it("hurries the steps of those that can be run, so many of them", async () => {
    const line = "--engine kube-proxy/nftables --profile service-rules --scenario service-*d --faults hurry";
    const ids = async (more: string) =>
      (await plan(line + more)).selection.attempts.filter(({ draft }) => draft.faults !== undefined);
    const all = await ids(" --crash-points all");
    expect(new Set(all.map(({ scenario }) => scenario.name))).not.toContain("service-deleted-while-down");
    expect(all.every(({ level, missing }) => level === "extended" && missing === undefined)).toBe(true);
    const gaps = all.flatMap(({ draft }) => draft.faults?.map(({ action }) => action) ?? []);
    expect(new Set(gaps.map((action) => (action.kind === "hurry" ? action.gapMs : undefined)))).toEqual(
      new Set([0, 20, 200, 1_000]),
    );
    const some = await ids("");
    expect(some).toHaveLength(8);
    expect((await ids("")).map(({ draft }) => draft)).toEqual(some.map(({ draft }) => draft));
    expect(await ids(" --crash-points none")).toEqual([]);
    expect(new Set(all.map(({ draft }) => draft.id)).size).toBe(all.length);
  });
});
