import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../../harness/model/attempt-result.ts";
import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import { describePlanned } from "../../report/manifest.ts";
import { readEarlierRun } from "../../report/read-run.ts";
import { engineProfile, manifest } from "../../report/report.fixture.ts";
import { openReport } from "../../report/store.ts";
import { plannedInput } from "./describe-run.ts";
import type { Payload } from "./payload.ts";
import { planRun } from "./plan-run.ts";
import { planWork } from "./work.ts";
import type { PlannedAttempt } from "../../harness/run/select.ts";

const writes = 4;

/** What an attempt of one node, one step and some writes leaves; indexed, with a state of its own after each. */
function recordingOf({ plan }: PlannedAttempt): Recording {
  const at = { atMs: 1, node: "n1" };
  const written = Array.from({ length: writes }, (_, place): RecordedEvent[] => {
    const index = place + 1;
    const write = { pid: 9, argv: ["ip", `${index}`], index, call: "sendmsg", what: "RTM_NEWROUTE" } as const;
    const digest = `d${index}`;
    return [
      { kind: "kernel-write", ...at, ...write, write: "rules" },
      ...(plan.indexed
        ? [{ kind: "kernel-state", ...at, step: "created", index, digest, state: digest, heldMs: 1 } as const]
        : []),
    ];
  });
  return {
    schemaVersion: 1,
    plan,
    events: [
      {
        kind: "begin",
        atMs: 0,
        nodes: [{ name: "n1", ipv4: "192.0.2.1", ipv6: "2001:db8::1" }],
        engineProfile,
        networks: [],
      },
      { kind: "engine", ...at, state: "spawned" },
      { kind: "step", atMs: 1, step: "created", state: "begin" },
      ...(plan.indexed
        ? [
            {
              kind: "kernel-state",
              ...at,
              step: "created",
              index: 0,
              digest: "d0",
              state: "d0",
              heldMs: 1,
            } as const,
          ]
        : []),
      ...written.flat(),
      { kind: "step", atMs: 2, step: "created", state: "end" },
      { kind: "end", atMs: 3 },
    ],
    snapshots: Object.fromEntries(Array.from({ length: writes + 1 }, (_, index) => [`d${index}`, []])),
  };
}

function resultOf(
  attempt: PlannedAttempt,
  verdict: AttemptResult["verdict"] = { kind: "pass" },
): AttemptResult {
  const recording = recordingOf(attempt);
  return {
    plan: attempt.plan,
    verdict,
    recording,
    engineLogs: {},
    startedAt: "2026-09-01T10:00:00.000Z",
    durationMs: 1,
  };
}

/** A mutant that an upgrade shows has two versions. */
const programs = Object.fromEntries(
  [
    "reference/default",
    "reference@v1..v2..v3/default",
    "reference@v1..v2/default",
    "reference@v1/default",
    "reference@v2..v3/default",
    "reference@v2/default",
  ].map((label) => [label, { digest: "a" }]),
);

const line = "--engine reference --scenario egress-service-* --crash-points";

async function begin(directory: string, choice: string, resume = false, more: readonly string[] = []) {
  const run = await planRun([...line.split(" "), choice, ...more], 7);
  const payload = { directory, programs } as unknown as Payload;
  const work = planWork(payload, run);
  const attempts = work.attempts.map((attempt) => describePlanned(plannedInput(attempt)));
  const { judged } = resume ? await readEarlierRun(directory) : { judged: undefined };
  const store = await openReport({
    directory,
    manifest: { ...manifest, attempts },
    secrets: () => [],
    ...(judged === undefined ? {} : { judged }),
  });
  const left = judged === undefined ? work.attempts : await work.remaining(judged, store);
  return { work, store, left };
}

/** Works off what is left, in the order of the queue, up to `count` attempts. */
async function workOff(
  { work, store, left }: Awaited<ReturnType<typeof begin>>,
  count = Number.POSITIVE_INFINITY,
) {
  const queue = [...left];
  let done = 0;
  for (const attempt of queue) {
    if (done++ >= count) break;
    queue.push(...(await work.keep(resultOf(attempt), attempt, store)));
  }
  return queue.length - Math.min(queue.length, count);
}

const idsOf = async (directory: string) => {
  const run = await readEarlierRun(directory);
  return { planned: run.manifest.attempts, judged: [...run.judged.keys()].toSorted() };
};

async function folder() {
  return mkdtempDisposable(join(tmpdir(), "leakproof-work-"));
}

describe("the work of a run", () => {
  it("has the profile's own attempts first, then those that lead to others, then what shows power", async () => {
    await using place = await folder();
    const { work } = await begin(place.path, "all", false, ["--power"]);
    const kinds = work.attempts.map(({ role, level }) => (level === "power" ? "power" : (role ?? "own")));
    expect([...new Set(kinds)]).toEqual(["own", "index", "power"]);
    expect(kinds.filter((kind) => kind === "own")).toHaveLength(
      kinds.filter((kind) => kind === "index").length,
    );
  });

  it("is led on by index attempts, each judged against its own recording", async () => {
    await using place = await folder();
    const started = await begin(place.path, "all");
    await workOff(started);
    const { planned, judged } = await idsOf(place.path);
    expect(judged).toEqual(planned.map(({ id }) => id).toSorted());
    const points = planned.filter(({ role, level }) => role === "crash-point" && level === "extended");
    // Before the first write of each, and after every one of them.
    expect(points).toHaveLength(2 * (1 + writes));
    const place1 = planned.findIndex(({ id }) => id.endsWith("egress-service-deleted.index"));
    const after = planned.slice(place1 + 1, place1 + 3).map(({ id }) => id.split(".").at(-1));
    expect(after).toEqual(["restarted", "crash-001"]);
  });

  it.each([
    ["sandbox", "kubelet"],
    ["kind", undefined],
  ])("on %s, faults that need a kubelet are marked as %s", async (provider, lack) => {
    await using place = await folder();
    const more = ["--provider", provider, "--faults", "kubelet"];
    const started = await begin(place.path, "all", false, more);
    await workOff(started);
    const { planned } = await idsOf(place.path);
    const points = planned.filter(({ role, level }) => role === "crash-point" && level === "extended");
    // Two ways to delete the pod after each write, and four faults of each step.
    expect(points).toHaveLength(2 * (2 * writes + 4));
    expect(new Set(points.map(({ unsupported }) => unsupported))).toEqual(new Set([lack]));
  });

  it("shows a mutant that needs faults by what its own index attempt leads to", async () => {
    await using place = await folder();
    const { work, store } = await begin(place.path, "none", false, ["--power"]);
    const index = work.attempts.find(({ mutant, role }) => mutant !== undefined && role === "index");
    if (index === undefined) throw new Error("some mutant needs faults");
    const found = await work.keep(resultOf(index), index, store);
    for (const { plan, reference, level, role, mutant } of found) {
      expect({ level, role, mutant }).toEqual({ level: "power", role: "crash-point", mutant: index.mutant });
      expect(reference).toBe(join(place.path, "attempts", index.plan.id));
      expect(plan.faults).not.toEqual([]);
    }
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(["all", "sample:3"])(
    "comes to the same manifest and verdicts with %s, wherever it was killed",
    async (choice) => {
      await using whole = await folder();
      const all = await begin(whole.path, choice);
      await workOff(all);
      const expected = await idsOf(whole.path);
      for (const count of [0, 2, 3, 4, expected.judged.length]) {
        await using place = await folder();
        await workOff(await begin(place.path, choice), count);
        const resumed = await begin(place.path, choice, true);
        const known = new Set((await idsOf(place.path)).judged);
        for (const { plan } of resumed.left) expect(known.has(plan.id)).toBe(false);
        await workOff(resumed);
        expect(await idsOf(place.path), `killed after ${count}`).toEqual(expected);
      }
    },
    60_000,
  );

  it("is not led on by an index attempt that was interrupted, ended in an error, or was not traced", async () => {
    await using place = await folder();
    const { work, store } = await begin(place.path, "all");
    const [one, other] = work.attempts.filter(({ role, level }) => role === "index" && level !== "power");
    if (one === undefined || other === undefined) throw new Error("there are two");
    const interrupted = { kind: "not-exercised", reason: "interrupted", detail: "x" } as const;
    expect(await work.keep(resultOf(one, interrupted), one, store)).toEqual([]);
    const untraced = resultOf(other);
    const events = recordingOf(other).events.filter(({ kind }) => kind !== "kernel-write");
    const blind = { ...recordingOf(other), events };
    expect(await work.keep({ ...untraced, recording: blind }, other, store)).toEqual([]);
  });
});
