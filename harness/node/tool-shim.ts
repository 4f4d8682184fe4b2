import { constants } from "node:fs";
import { copyFile, chmod, mkdir, open, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram, withSystemFolders } from "../machine/host-tools.js";
import type { ToolOrder } from "../model/engine.ts";

/** Orders to the shims in front of the tools that the engine of a node calls. They are obeyed in every life that was started with shims. */
export interface ToolOrders {
  /** From now on; one of the same name that is there already is only repeated, and its count goes on. */
  give(order: ToolOrder): Promise<void>;
  withdraw(name: string): Promise<void>;
  /** The command lines that the order was carried out on, in order: `ip -4 -batch -`. */
  bites(name: string): Promise<readonly string[]>;
}

export interface ToolShims extends ToolOrders {
  /** Host directory that the engine has to see at `shimHome`. */
  readonly directory: string;
  /** Makes the directory, where it is not made yet. */
  prepare(): Promise<void>;
}

/** Where an engine sees the shims; `bin` in there stands first in its PATH, and `state` is writable. */
export const shimHome = "/run/tools";

const script = fileURLToPath(new URL("tool-shim.sh", import.meta.url));

const tables = ["iptables", "ip6tables"].flatMap((name) =>
  ["", "-nft", "-legacy"].flatMap((backend) =>
    ["", "-restore", "-save"].map((action) => `${name}${backend}${action}`),
  ),
);
const toolNames: readonly string[] = [...tables, "ip", "bridge", "tc", "ipset", "nft", "conntrack"];

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The order as variables of the shell, see tool-shim.sh. */
export function renderOrder({ name, tool, first, times, act }: ToolOrder): string {
  const isFailure = act.kind === "fail";
  const variables = {
    name,
    pattern: tool,
    act: act.kind,
    first: String(first),
    // What is held back comes after the next one.
    last: String(act.kind === "swap" ? first + 1 : first + times - 1),
    code: String(isFailure ? act.exitCode : 0),
    stderr: isFailure ? act.stderr : "",
  };
  return Object.entries(variables)
    .map(([key, value]) => `${key}=${quote(value)}\n`)
    .join("");
}

/** The command lines of one order in the shims' log; anything else that an engine may have written there is left out. */
export function readBites(log: string, name: string): readonly string[] {
  return log.split("\n").flatMap((line) => {
    const [, order, words = ""] = /^(\S+) \d+ (?:fail|drop|double|swap) (.*)$/.exec(line) ?? [];
    return order === name ? [words.trim()] : [];
  });
}

/** The log is in the engine's hands: a link in its place is not followed. */
async function readLog(path: string): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    await using file = await open(path, flags);
    return (await file.stat()).isFile() ? await file.readFile("utf8") : "";
  } catch (thrown) {
    // Nothing was carried out yet, or the engine put something else there.
    if (["ENOENT", "ELOOP"].includes((thrown as NodeJS.ErrnoException).code ?? "")) return "";
    throw thrown;
  }
}

/** A shim for each tool that this machine has: what is missing stays missing. */
async function writeShims(directory: string): Promise<void> {
  const path = withSystemFolders(process.env["PATH"]);
  for (const name of ["bin", "orders", "state"]) await mkdir(join(directory, name), { recursive: true });
  const shim = join(directory, "shim");
  await copyFile(script, shim);
  await chmod(shim, 0o755);
  for (const tool of toolNames)
    if (findProgram(tool, path) !== undefined) await symlink("../shim", join(directory, "bin", tool));
}

/** Shims that are kept in `directory`, which is made when they are first needed. */
export function createToolShims(directory: string): ToolShims {
  let prepared: Promise<void> | undefined;
  const prepare = (): Promise<void> => (prepared ??= writeShims(directory));
  const orders = join(directory, "orders");
  return {
    directory,
    prepare,
    async give(order) {
      await prepare();
      // A shim never reads half an order: it is written elsewhere first.
      const writing = join(directory, `writing-${order.name}`);
      await writeFile(writing, renderOrder(order));
      await rename(writing, join(orders, order.name));
    },
    withdraw: (name) => rm(join(orders, name), { force: true }),
    bites: async (name) => readBites(await readLog(join(directory, "state/log")), name),
  };
}
