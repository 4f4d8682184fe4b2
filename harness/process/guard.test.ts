import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { runGuarded, startGuarded } from "./guard.js";
import { createMark, until } from "./marked-processes.fixture.ts";

const guardUrl = new URL("guard.js", import.meta.url).href;

test("a command's output and exit code are given back", async () => {
  const lines: string[] = [];
  const result = await runGuarded(["sh", "-c", "echo one; echo two >&2; exit 3"], {
    onLine: (line) => lines.push(line),
  });
  expect(result.code).toBe(3);
  expect(lines.toSorted()).toEqual(["one", "two"]);
});

test("a command that is not there has exit code 127, as in a shell", async () => {
  expect((await runGuarded(["leakproof-no-such-program"])).code).toBe(127);
});

test("a command ended by a signal counts 128 and the signal", async () => {
  const guarded = startGuarded(["sleep", "60"]);
  guarded.signal("SIGTERM");
  expect(await guarded.exited).toEqual({ code: 143, signal: "SIGTERM" });
});

test("what a command leaves in the background ends with it", async () => {
  const mark = createMark();
  await runGuarded(["sh", "-c", "sleep 60 >/dev/null 2>&1 & exit 0"], {
    env: { ...process.env, ...mark.env },
  });
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);
});

test("aborting kills the whole group and rejects with the reason", async () => {
  const mark = createMark();
  const reason = new Error("enough");
  const controller = new AbortController();
  const running = runGuarded(["sh", "-c", "sleep 60 & sleep 60"], {
    env: { ...process.env, ...mark.env },
    signal: controller.signal,
  });
  expect(await until(async () => (await mark.pids()).length >= 3, 3_000)).toBe(true);
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);
});

test("SIGKILL of the parent takes the command, its children and the guard along", async () => {
  const mark = createMark();
  const program = `
    import { startGuarded } from ${JSON.stringify(guardUrl)};
    startGuarded(["sh", "-c", "sleep 60 & sleep 60"]);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, ...mark.env },
    stdio: "ignore",
  });
  // The parent, the command, its two children and the guard's reader.
  expect(await until(async () => (await mark.pids()).length >= 5, 5_000)).toBe(true);
  parent.kill("SIGKILL");
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);
});

test("SIGKILL of the guard's reader ends what it guards", async () => {
  const mark = createMark();
  const guarded = startGuarded(["sleep", "60"], { env: { ...process.env, ...mark.env } });
  expect(await until(async () => (await mark.pids()).length === 2, 3_000)).toBe(true);
  const reader = (await mark.pids()).find((pid) => pid !== guarded.pid);
  process.kill(reader ?? guarded.pid, "SIGKILL");
  expect(await guarded.exited).toEqual({ code: 137, signal: "SIGKILL" });
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);
});

test("the known-bad case: without the guard the children of a killed parent live on", async () => {
  const mark = createMark();
  const program = `import { spawn } from "node:child_process"; spawn("sleep", ["60"]);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, ...mark.env },
    stdio: "ignore",
  });
  expect(await until(async () => (await mark.pids()).length >= 2, 5_000)).toBe(true);
  parent.kill("SIGKILL");
  await new Promise((resolve) => parent.once("exit", resolve));
  const orphans = await mark.pids();
  expect(orphans).toHaveLength(1);
  for (const pid of orphans) process.kill(pid, "SIGKILL");
});
