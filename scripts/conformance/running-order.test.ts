import { expect, it } from "vitest";
import type { PlannedAttempt } from "../../harness/run/select.ts";
import { runningOrder } from "./running-order.ts";

function attempt(name: string, id: string, role?: "index", level = "core"): PlannedAttempt {
  const plan = { id: `${name}.${id}`, engine: { name, variant: "v", options: {} } };
  return { plan, level, ...(role === undefined ? {} : { role }) } as unknown as PlannedAttempt;
}

const idsOf = (attempts: readonly PlannedAttempt[]) => runningOrder(attempts).map(({ plan }) => plan.id);

it("begins the first index attempt of an engine behind its own ones, and leaves the rest as it is", () => {
  const own = [attempt("a", "1"), attempt("a", "2"), attempt("b", "1"), attempt("b", "2")];
  const index = [
    attempt("a", "1.index", "index"),
    attempt("a", "2.index", "index"),
    attempt("b", "1.index", "index"),
  ];
  const power = [attempt("a", "p"), attempt("a", "p.index", "index")].map((one) => ({
    ...one,
    level: "power" as const,
  }));
  expect(idsOf([...own, ...index, ...power])).toEqual([
    "a.1",
    "a.2",
    "a.1.index",
    "b.1",
    "b.2",
    "b.1.index",
    "a.2.index",
    "a.p",
    "a.p.index",
  ]);
});

it("leaves what is left of a run in its order where an engine has nothing of its own left", () => {
  const left = [attempt("a", "2"), attempt("b", "1.index", "index"), attempt("a", "1.index", "index")];
  expect(idsOf(left)).toEqual(["a.2", "a.1.index", "b.1.index"]);
});
