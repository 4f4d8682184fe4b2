import { expect, test } from "vitest";
import { faultFamily } from "./fault-family.ts";
import { type Kind, matrixOf } from "./matrix.ts";
import type { PageAttempt } from "./page-data.ts";

const attempt = (id: string, kind: Kind, more: Partial<PageAttempt> = {}): PageAttempt => {
  const family = faultFamily(id, false);
  return {
    id,
    scenario: "s",
    engine: "e",
    level: "core",
    seed: 1,
    durationMs: 1,
    replay: "",
    findings: 0,
    kind,
    ...(family === undefined ? {} : { family }),
    ...more,
  };
};

test("a cell tells attempts without faults first, then a family after the other, the worst verdict of each", () => {
  const attempts = [
    attempt("e.s.crash-001", "pass", { level: "extended" }),
    attempt("e.s.crash-002", "fail", { level: "extended" }),
    attempt("e.s.index", "pass", { role: "index" }),
    attempt("e.s", "pass"),
    attempt("e.s.api-kill-001", "not-exercised", { level: "extended" }),
  ];
  const [row] = matrixOf(attempts, ["e", "other"]);
  expect(row?.level).toBe("core");
  expect(row?.cells[0]?.map(({ family, worst, attempts: own }) => [family, worst, own])).toEqual([
    ["none", "pass", [3]],
    ["index", "pass", [2]],
    ["kill", "fail", [0, 1]],
    ["api-kill", "not-exercised", [4]],
  ]);
  expect(row?.cells[1]).toEqual([]);
});

test("of rounds the worst is told, and how many were like it", () => {
  const [row] = matrixOf(
    [attempt("e.s.r1", "pass"), attempt("e.s.r2", "error"), attempt("e.s.r3", "pass")],
    ["e"],
  );
  expect(row?.cells[0]?.[0]).toMatchObject({
    worst: "error",
    counts: [
      ["error", 1],
      ["pass", 2],
    ],
  });
});

test("mutants that show power are no row", () => {
  expect(matrixOf([attempt("m", "fail", { level: "power" })], ["e"])).toEqual([]);
});

test("the family of faults is in the id; a schedule that was drawn has one of its own", () => {
  expect(faultFamily("kube-vip@v0.8.4-rt.egress-moves.crash-012", true)).toBe("kill");
  expect(faultFamily("x.api-kill-003.r2", true)).toBe("api-kill");
  expect(faultFamily("x.index", false)).toBeUndefined();
  expect(faultFamily("service-restarted-20-times", false)).toBeUndefined();
  expect(faultFamily("x.explored", true)).toBe("explored");
});
