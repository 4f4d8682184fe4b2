import { expect, test } from "vitest";
import { cacheDirectory } from "./cache-directory.js";

test("XDG_CACHE_HOME decides, else HOME; a relative one is ignored", () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: "/c", HOME: "/h" })).toBe("/c/leakproof");
  expect(cacheDirectory({ HOME: "/h" })).toBe("/h/.cache/leakproof");
  expect(cacheDirectory({ XDG_CACHE_HOME: "c", HOME: "/h" })).toBe("/h/.cache/leakproof");
});
