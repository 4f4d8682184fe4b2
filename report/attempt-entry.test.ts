import { expect, test } from "vitest";
import { describeAttempt } from "./attempt-entry.ts";
import { manifest, recordingOf, resultOf } from "./report.fixture.ts";

const [planned] = manifest.attempts;

test("the entry of an attempt names the kernel of each of its nodes", () => {
  if (planned === undefined) throw new Error("the fixture has no attempts");
  const result = resultOf(planned.id, { kind: "pass" });
  expect(describeAttempt(manifest, planned, result).kernels).toBeUndefined();
  const recording = recordingOf(result.plan);
  const kernels = { n1: { name: "Linux 6.1.0", kind: "guest-kvm" } } as const;
  const events = recording.events.map((event) => (event.kind === "begin" ? { ...event, kernels } : event));
  const entry = describeAttempt(manifest, planned, { ...result, recording: { ...recording, events } });
  expect(entry.kernels).toEqual([{ node: "n1", name: "Linux 6.1.0", kind: "guest-kvm" }]);
});
