import { expect, test } from "vitest";
import type { AttemptResult } from "../model/attempt-result.ts";
import { createProgress } from "./progress.ts";

function result(id: string, verdict: AttemptResult["verdict"]): AttemptResult {
  const plan = { id } as AttemptResult["plan"];
  return { plan, verdict, engineLogs: {}, startedAt: "2026-01-01T00:00:00Z", durationMs: 60_000 };
}

test("a log gets a line for each result, with its place and the time that is left", async () => {
  const lines: string[] = [];
  const progress = createProgress({
    total: 3,
    lanes: 2,
    print: (line) => lines.push(line),
    isTerminal: false,
  });
  progress.doing(0, "a", "created");
  progress.finished(result("a", { kind: "pass" }));
  const cause = { code: "state/tool-failed", message: "no" };
  progress.finished(result("b", { kind: "error", cause, findings: [] }));
  progress.finished(result("c", { kind: "unsupported", feature: "egress" }));
  await progress.follow([Promise.resolve(), Promise.resolve()]);
  expect(lines).toEqual([
    "[1/3] pass          a, 60.0 s, about 60 s left",
    "[2/3] error         b (state/tool-failed), 60.0 s, about 30 s left",
    "[3/3] unsupported   c, 60.0 s",
  ]);
});

test("what becomes known later counts from then on", () => {
  const lines: string[] = [];
  const print = (line: string): number => lines.push(line);
  const progress = createProgress({ total: 1, lanes: 1, print, isTerminal: false });
  progress.more(2);
  progress.finished(result("a.index", { kind: "pass" }));
  expect(lines).toEqual(["[1/3] pass          a.index, 60.0 s, about 2 min left"]);
});

test("a lane that fails fails the run", async () => {
  const progress = createProgress({ total: 1, lanes: 1, print: () => undefined, isTerminal: false });
  await expect(progress.follow([Promise.reject(new Error("disk full"))])).rejects.toThrow("disk full");
});
