import { expect, it } from "vitest";
import type { Plan } from "../model/plan.ts";
import { createRecorder } from "./recorder.ts";

it("ends with its end: what an engine still does while it is taken away is not of the attempt", () => {
  const recorder = createRecorder({ id: "one" } as Plan);
  recorder.add({ kind: "step", step: "created", state: "begin" });
  recorder.add({ kind: "end" });
  recorder.add({ kind: "step", step: "late", state: "begin" });
  recorder.addAt(Date.now(), { kind: "step", step: "late", state: "end" });
  recorder.snapshot({ node: "n1", step: "late", moment: "step" }, []);
  expect(recorder.recording().events.map(({ kind }) => kind)).toEqual(["step", "end"]);
});
