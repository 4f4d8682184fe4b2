import { expect, it } from "vitest";
import { exitCodeOf } from "./exec-in-pod.ts";

const failing = (message: string) => ({
  status: "Failure",
  reason: "NonZeroExitCode",
  details: { causes: [{ reason: "ExitCode", message }] },
});

it.each([
  [{ status: "Success" }, 0],
  [failing("3"), 3],
  [{ status: "Failure", reason: "InternalError", message: "no such container" }, undefined],
])("reads the exit code that %j tells", (status, expected) => {
  expect(exitCodeOf(status)).toBe(expected);
});
