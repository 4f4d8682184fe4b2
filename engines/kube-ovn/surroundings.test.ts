import { expect, test } from "vitest";
import { lastError } from "./surroundings.ts";

test("what the controller complained of last is told, and not what it only says", () => {
  const log = [
    "I1123 11:49:57.5 2 client.go:340] trying to connect",
    'E1123 11:49:57.5 2 client.go:102] failed to connect: "Column does not exist in schema"',
    "I1123 11:49:59.5 2 client.go:65] connecting to OVN nbdb server",
    "",
  ].join("\n");
  expect(lastError(log)).toBe(
    'its log says: E1123 11:49:57.5 2 client.go:102] failed to connect: "Column does not exist in schema"',
  );
  expect(lastError(`E1123 ${"x".repeat(2_000)}`)).toHaveLength("its log says: ".length + 500);
  expect(lastError("I1123 all is well\n")).toBe("its log has no error so far");
});
