import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInSandbox } from "../cluster/sandbox/in-sandbox.fixture.ts";
import type { DumpShellAnswer } from "./dump-shell.fixture.ts";

const program = fileURLToPath(new URL("dump-shell.fixture.ts", import.meta.url));

test("a shell that stays shows what a command shows, reads anew only what changed, and is replaced when it is gone", async () => {
  const answer = await runInSandbox<DumpShellAnswer>({ program, timeoutMs: 150_000 });
  expect(answer.byShell).not.toEqual([]);
  expect(answer.byShell).toEqual(answer.byCommand);
  expect(answer.added.filter((text) => !text.includes("fresh"))).toEqual([]);
  expect(answer.added).not.toEqual([]);
  expect(answer.shared).toBeGreaterThan(0);
  expect(answer.killed).toBe(1);
  expect(answer.codeWhenKilled).toBe("node/command-failed");
  expect(answer.afterwards.filter((text) => text.includes("fresh"))).toEqual(answer.added);
});
