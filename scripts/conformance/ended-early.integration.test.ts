import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { until } from "../../harness/process/marked-processes.fixture.ts";
import {
  processTree,
  type SeenProcess,
  type StartedRun,
  startRun,
  survivors,
} from "./started-run.fixture.ts";

const ip = "ip";

/** What each process of the chain is known by; the last that matches is meant, so that wrappers come first. */
const chain: Readonly<Record<string, RegExp>> = {
  npm: /^npm run conformance/,
  sh: /sh -c .*bin\/leakproof\.js/,
  bin: /^\S*node bin\/leakproof\.js conformance/,
  "the guard's reader": /^\/bin\/sh -c \(read -r _/,
  "conformance.ts": /^\S*node \S*scripts\/conformance\.ts/,
  unshare: /^unshare .*--fork/,
  "the first process inside": /^sh -ec /,
  "the node inside": /^\S*node \S*conformance\/inside\.ts/,
};

function find(tree: readonly SeenProcess[], role: string): SeenProcess | undefined {
  return tree.findLast(({ command }) => chain[role]?.test(command) === true);
}

/** Waits until the engine runs: everything is up then, and something is being programmed. */
async function untilInProgress(run: StartedRun): Promise<readonly SeenProcess[]> {
  let tree: readonly SeenProcess[] = [];
  const isUp = await until(async () => {
    tree = await processTree(run.pid);
    return (
      run.npm.exitCode !== null ||
      tree.some(({ command }) => /^\S*node \S*engines\/reference\/main\.ts/.test(command))
    );
  }, 120_000);
  expect(
    isUp && run.npm.exitCode === null,
    run.npm.exitCode === null ? "it hangs" : (await run.ended).output,
  ).toBe(true);
  return tree;
}

/** What the host has of interfaces and of named namespaces. */
async function hostNetwork(): Promise<unknown> {
  const links = execFileSync(ip, ["-o", "link"], { encoding: "utf8" }).split("\n");
  return {
    links: links.map((line) => line.split(": ")[1]),
    namespaces: existsSync("/run/netns") ? await readdir("/run/netns") : [],
  };
}

async function expectNothingLeft(
  run: StartedRun,
  tree: readonly SeenProcess[],
  before: unknown,
): Promise<void> {
  let left: readonly unknown[] = [];
  const isGone = await until(async () => {
    left = [...(await survivors(tree)), ...(await run.mark.pids())];
    return left.length === 0;
  }, 5_000);
  expect(left).toEqual([]);
  expect(isGone).toBe(true);
  expect(await hostNetwork()).toEqual(before);
  expect(await readdir(run.temporary)).toEqual([]);
}

/** A shell that waits for its child, as bash does with more than one command; dash replaces itself. */
async function makeWaitingShell(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-shell-"));
  const path = join(folder, "shell");
  await writeFile(path, '#!/bin/sh\n[ "$1" = -c ] && shift\n/bin/sh -c "$1; exit \\$?"\n');
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }) };
}

test.concurrent.for(Object.keys(chain))("SIGKILL of %s during a run: nothing is left", async (victim) => {
  await using shell = await makeWaitingShell();
  await using run = await startRun([`--script-shell=${shell.path}`]);
  const before = await hostNetwork();
  const tree = await untilInProgress(run);
  // Every one of the chain is really there, each a process of its own.
  const roles = Object.keys(chain).map((role) => find(tree, role)?.pid);
  expect(new Set(roles).size).toBe(roles.length);
  expect(roles).not.toContain(undefined);

  process.kill(find(tree, victim)?.pid ?? Number.NaN, "SIGKILL");
  await expectNothingLeft(run, tree, before);
});

/** The promise of the README: within this of a Ctrl-C the run has ended, its report included. */
const interruptMs = 5_000;

// To npm alone it would come to nothing: npm takes it for a terminal's, and waits for its script to end.
test.for([
  ["to the whole process group, as a terminal does", (run: StartedRun) => -run.pid],
  [
    "to the entry alone, as a supervisor does",
    (_: StartedRun, tree: readonly SeenProcess[]) => find(tree, "bin")?.pid,
  ],
] as const)("SIGINT %s: a partial report, and nothing is left", async ([, target]) => {
  await using run = await startRun();
  const before = await hostNetwork();
  const tree = await untilInProgress(run);
  const began = performance.now();
  process.kill(target(run, tree) ?? Number.NaN, "SIGINT");
  const { code, output } = await run.ended;
  expect(performance.now() - began, output).toBeLessThan(interruptMs);
  expect(code, output).toBe(130);
  await expectNothingLeft(run, tree, before);

  const [name = ""] = await readdir(run.out);
  const report = parse(await readFile(join(run.out, name, "conformance-report.yaml"), "utf8")) as Record<
    string,
    unknown
  >;
  expect(JSON.stringify(report)).toContain('"interrupted":true');
  expect(await readdir(join(run.out, name, "attempts"))).not.toContainEqual(
    expect.stringContaining(".partial"),
  );
  expect(output).toContain("conformance-report.yaml");
  expect(await readdir(join(run.out, name)), output).toContain("report.html");
});
