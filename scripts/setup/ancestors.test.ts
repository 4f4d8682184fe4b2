import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { isAlive, npmAncestors, watchAncestors } from "./ancestors.js";
import type { Ancestor } from "./ancestors.js";

/** A shell that holds a child; both as npm would start them, or not. */
async function startPair(
  env: NodeJS.ProcessEnv,
): Promise<{ shell: ReturnType<typeof spawn>; child: number }> {
  const shell = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], {
    env: { PATH: process.env["PATH"], ...env },
  });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  return { shell, child: Number(line.toString()) };
}

test("outside npm nobody is watched", () => {
  expect(npmAncestors(process.pid, {})).toEqual([]);
});

test("under npm: its shell, and npm, which is the first that does not run under npm", async () => {
  const env = { npm_lifecycle_event: "test" };
  const { shell, child } = await startPair(env);
  const ancestors = npmAncestors(child, env);
  expect(ancestors[0]?.pid).toBe(shell.pid);
  // This process stands for npm; where these tests run under npm themselves, the real one follows.
  expect(ancestors[1]?.pid).toBe(process.pid);
  process.kill(child);
});

test("the end of a watched process is noticed once", async () => {
  const env = { npm_lifecycle_event: "test" };
  const { shell, child } = await startPair(env);
  const [parent] = npmAncestors(child, env) as [Ancestor];
  expect(isAlive(parent)).toBe(true);
  const onGone = vi.fn<(gone: Ancestor) => void>();
  watchAncestors([parent], onGone, 10);
  shell.kill("SIGKILL");
  await vi.waitFor(() => expect(onGone).toHaveBeenCalledExactlyOnceWith(parent));
  expect(isAlive(parent)).toBe(false);
  process.kill(child);
});

test("another process with the same id is not the one that was watched", () => {
  expect(isAlive({ pid: process.pid, startTime: "1" })).toBe(false);
});
