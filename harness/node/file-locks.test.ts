import { expect, test } from "vitest";
import { parseFileLocks, waitersBehind } from "./file-locks.ts";

const text = `1: FLOCK  ADVISORY  WRITE 5 00:5b:6 0 EOF
1: -> FLOCK  ADVISORY  WRITE 8 00:5b:6 0 EOF
1: -> FLOCK  ADVISORY  READ 9 00:5b:6 0 EOF
2: POSIX  ADVISORY  WRITE 5 00:5b:7 0 EOF
3: FLOCK  ADVISORY  WRITE 7 00:5b:8 0 EOF
3: -> FLOCK  ADVISORY  WRITE 10 00:5b:8 0 EOF
4: OFDLCK ADVISORY  WRITE -1 00:5b:8 0 EOF
`;

test("who waits stands under the lock that it waits for", () => {
  const locks = parseFileLocks(text);
  expect(locks).toHaveLength(7);
  expect(waitersBehind(locks, 5)).toEqual([8, 9]);
  expect(waitersBehind(locks, 7)).toEqual([10]);
});

test("who waits itself, or holds nothing, has nobody behind it", () => {
  const locks = parseFileLocks(text);
  expect(waitersBehind(locks, 8)).toEqual([]);
  expect(waitersBehind(locks, 6)).toEqual([]);
  expect(parseFileLocks("nonsense\n")).toEqual([]);
});
