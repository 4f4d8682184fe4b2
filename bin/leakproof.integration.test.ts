import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMark, until } from "../harness/process/marked-processes.fixture.ts";
import { createCheckout } from "../scripts/setup/checkout.fixture.ts";

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves with the first output of the command. */
  readonly speaks: Promise<unknown>;
}

function start(path: string, args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, [join(path, "bin", "leakproof.js"), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(path, "cache"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended, speaks: once(child.stdout, "data") };
}

test("arguments and exit code are handed over, and a second start says nothing of its own", async () => {
  await using checkout = await createCheckout({
    doctor: "console.log(process.argv.slice(2).join(' ')); process.exit(7);",
  });
  const { ended } = start(checkout.path, ["doctor", "--one", "two words"]);
  expect(await ended).toEqual({ code: 7, stdout: "--one two words\n", stderr: "" });
});

test("an unknown command, and none at all, is a bad argument", async () => {
  await using checkout = await createCheckout({});
  for (const words of [["docter"], ["constructor"], []]) {
    const { code, stdout, stderr } = await start(checkout.path, words).ended;
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(/^\[args\/unknown-option\] (unknown command: |no command)[^]*\n {2}doctor /);
  }
});

test("--help lists the commands, and that of a command is handed over", async () => {
  await using checkout = await createCheckout({ doctor: "console.log(process.argv.slice(2).join(' '));" });
  const listed = await start(checkout.path, ["--help"]).ended;
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(listed.stdout).toMatch(/^Usage: npm run COMMAND [^]*\n {2}doctor /);
  const asked = await start(checkout.path, ["doctor", "--help"]).ended;
  expect(asked).toEqual({ code: 0, stdout: "--help\n", stderr: "" });
});

test.for<NodeJS.Signals>(["SIGINT", "SIGTERM", "SIGHUP"])(
  "%s reaches the command, whose own end is awaited",
  async (name) => {
    await using checkout = await createCheckout({
      doctor: `
      process.on("${name}", () => setTimeout(() => { console.log("partial report"); process.exit(130); }, 300));
      console.log("ready"); setInterval(() => {}, 1000);`,
    });
    const { child, ended, speaks } = start(checkout.path, ["doctor"]);
    await speaks;
    child.kill(name);
    expect(await ended).toEqual({ code: 130, stdout: "ready\npartial report\n", stderr: "" });
  },
);

const withChildren = `
  import { spawn } from "node:child_process";
  spawn("sleep", ["60"]); spawn("sh", ["-c", "sleep 60 & sleep 60"]);
  console.log("ready");`;

test.for(["the entry", "the command"])("SIGKILL of %s during a command: nothing is left", async (victim) => {
  await using checkout = await createCheckout({ doctor: withChildren });
  const mark = createMark();
  const { child, ended, speaks } = start(checkout.path, ["doctor"], mark.env);
  await speaks;
  // The entry, the guard's reader, the command and its four children.
  expect(await until(async () => (await mark.pids()).length === 7, 5_000)).toBe(true);
  if (victim === "the entry") child.kill("SIGKILL");
  else process.kill(await childOf(child.pid ?? Number.NaN), "SIGKILL");
  expect((await ended).code).toBe(victim === "the entry" ? null : 137);
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);
});

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ")[0]);
}
