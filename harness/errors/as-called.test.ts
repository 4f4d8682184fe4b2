import { expect, test } from "vitest";
import { asCalled } from "./as-called.ts";

test.each([
  ["npm run verify -- out/x --rerun 5", "npx leakproof verify out/x --rerun 5"],
  ["`npm run doctor` shows it", "`npx leakproof doctor` shows it"],
  ["Fix: sudo npm run conformance -- --as-root", "Fix: sudo npx leakproof conformance --as-root"],
  ["the arguments of `npm run conformance --`", "the arguments of `npx leakproof conformance`"],
  ["npm run check-reports\n", "npx leakproof check-reports\n"],
  ["npm ci, npm test", "npm ci, npm test"],
])("%s", (text, expected) => {
  expect(asCalled(text, true)).toBe(expected);
  expect(asCalled(text, false)).toBe(text);
});
