#!/usr/bin/env node
// The entry of every command. Plain JavaScript that any Node from 18 runs: it gets everything else.
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hostTools } from "../harness/machine/host-tools.js";
import { cacheDirectory } from "../harness/process/cache-directory.js";
import { startGuarded } from "../harness/process/guard.js";
import { npmAncestors, watchAncestors } from "../scripts/setup/ancestors.js";
import { asksForHelp, commandsOf, stepArgv, usage } from "../scripts/setup/commands.js";
import { ensureTools, toolEnvironment } from "../scripts/setup/host-tools.js";
import { ensureNpmPackages, ensureRuntime, isCheckout } from "../scripts/setup/npm-packages.js";
import { report } from "../scripts/setup/progress.js";
import { SetupError } from "../scripts/setup/setup-error.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {import("../harness/process/guard.js").Guarded | undefined} */
let running;

/** @type {[NodeJS.Signals, number][]} */
const forwarded = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
];
for (const [signal, exitCode] of forwarded) {
  // During the set-up nobody needs a farewell: what we started dies with us.
  process.on(signal, () => (running === undefined ? process.exit(exitCode) : running.signal(signal)));
}
process.on("SIGWINCH", () => running?.signal("SIGWINCH"));

watchAncestors(npmAncestors(), ({ pid }) => {
  report(`process ${pid}, which started this, was killed; ending`);
  process.exit(137);
});

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>} exit code
 */
async function main([name = "", ...args]) {
  const isHere = isCheckout(root);
  if (["--help", "-h", "help"].includes(name)) {
    process.stdout.write(usage(isHere));
    return 0;
  }
  const commands = commandsOf(isHere);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const what = name === "" ? "no command is given" : `unknown command: ${name}`;
    process.stderr.write(`[args/unknown-option] ${what}\n${usage(isHere)}`);
    return 64;
  }
  if (process.platform !== "linux") {
    throw new SetupError("machine/kernel-lacks", `Leakproof needs Linux, and this is ${process.platform}.`);
  }
  const runtime = await (isHere ? ensureNpmPackages(root) : ensureRuntime(root));
  const tools = {
    ensure: () => ensureTools(hostTools),
    find: () => toolEnvironment(),
    none: () => ({ ...process.env }),
  };
  const found = await tools[asksForHelp(args) ? "none" : command.hostTools]();
  const compiled = process.env["NODE_COMPILE_CACHE"] ?? join(cacheDirectory(), "compile-cache");
  const ownFolders = isHere ? [join(root, "node_modules", ".bin")] : [dirname(runtime)];
  const path = [...ownFolders, found["PATH"]].join(delimiter);
  const env = { ...found, PATH: path, NODE_COMPILE_CACHE: compiled };
  let exitCode = 0;
  for (const step of command.steps(args)) {
    running = startGuarded(stepArgv(root, runtime, step), {
      ...(isHere ? { cwd: root } : {}),
      env,
      output: "inherit",
      input: "inherit",
    });
    const { code, signal } = await running.exited;
    if (signal !== null || code >= 128) return code;
    exitCode ||= code;
  }
  return exitCode;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // For git bisect run, a machine that lacks something says nothing about the commit.
  const isBisecting = process.argv.includes("--bisect") && error.exitCode === 2;
  process.exit(isBisecting ? 125 : error.exitCode);
}
