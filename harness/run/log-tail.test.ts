import { expect, test } from "vitest";
import type { ErrorCode } from "../errors/harness-error.ts";
import type { Verdict } from "../model/verdict.ts";
import { tellLogTail } from "./log-tail.ts";

const error = (code: ErrorCode): Verdict => ({
  kind: "error",
  cause: { code, message: `[${code}] silent` },
  findings: [],
});
const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");

test("an engine that did nothing is told with the end of its log", () => {
  expect(tellLogTail(error("engine/never-called-api"), { n1: `${lines}\n`, n2: "" })).toEqual({
    ...error("engine/never-called-api"),
    cause: {
      code: "engine/never-called-api",
      message: `[engine/never-called-api] silent\nThe end of its log on n1:\n${lines.split("\n").slice(5).join("\n")}\nThe engine on n2 printed nothing.`,
    },
  });
});

test("no other verdict is changed", () => {
  for (const verdict of [error("cluster/not-emptied"), { kind: "pass" } as const])
    expect(tellLogTail(verdict, { n1: lines })).toBe(verdict);
});
