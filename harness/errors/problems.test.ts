import { describe, expect, it } from "vitest";
import { errorCodes, HarnessError } from "./harness-error.ts";
import { assertNoProblems, exitCodeFor, HarnessProblems, renderProblems } from "./problems.ts";

const argument = new HarnessError("args/unknown-profile", 'no profile "x".\nFix: give one of: default.');
const machine = new HarnessError("machine/no-user-namespaces", "unshare says: Operation not permitted.");
const interrupt = new HarnessError("run/interrupted", "SIGINT.");

describe("exitCodeFor", () => {
  it("gives every code one of 2, 64 and 130", () => {
    const byExit = Map.groupBy(errorCodes, (code) => exitCodeFor(new HarnessError(code, "x")));
    expect([...byExit.keys()].toSorted((a, b) => a - b)).toEqual([2, 64, 130]);
    expect(byExit.get(130)).toEqual(["run/interrupted"]);
    const isOfCommandLine = (code: string): boolean =>
      /^(?:args\/|engine\/binary-|engine\/files-|engine\/image-)/.test(code);
    expect(byExit.get(64)?.every(isOfCommandLine)).toBe(true);
    expect(byExit.get(2)?.some(isOfCommandLine)).toBe(false);
  });

  it("takes bad arguments before machine problems, and an interruption before both", () => {
    expect(exitCodeFor(new HarnessProblems([machine, argument]))).toBe(64);
    expect(exitCodeFor(new HarnessProblems([machine]))).toBe(2);
    expect(exitCodeFor(new HarnessProblems([machine, argument, interrupt]))).toBe(130);
  });

  it("is 2 for what is no error of the harness", () => {
    expect(exitCodeFor(new TypeError("x is undefined"))).toBe(2);
    expect(exitCodeFor(undefined)).toBe(2);
  });
});

describe("renderProblems", () => {
  it("shows every problem, each with its code and what to do", () => {
    expect(renderProblems(new HarnessProblems([argument, machine]))).toMatchInlineSnapshot(`
      "2 problems:

      [args/unknown-profile] no profile "x".
      Fix: give one of: default.

      [machine/no-user-namespaces] unshare says: Operation not permitted.
      Fix: see docs/errors.md, "machine/no-user-namespaces"."
    `);
  });

  it("shows a single problem alone, and a defect with its stack", () => {
    expect(renderProblems(new HarnessProblems([argument]))).toBe(argument.message);
    expect(renderProblems(argument)).toBe(argument.message);
    expect(renderProblems(new TypeError("x is undefined"))).toMatch(
      /^\[run\/internal\][^]*x is undefined[^]*Fix: /,
    );
    expect(renderProblems("thrown text")).toContain("thrown text");
  });
});

describe("assertNoProblems", () => {
  it("throws all of them, and nothing where there are none", () => {
    expect(() => assertNoProblems([])).not.toThrow();
    const thrown = (() => {
      try {
        assertNoProblems([argument, machine]);
        return undefined;
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(HarnessProblems);
    expect((thrown as HarnessProblems).problems).toEqual([argument, machine]);
  });
});
