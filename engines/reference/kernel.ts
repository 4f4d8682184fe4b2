import { spawn } from "node:child_process";
import type { AddressFamily } from "./addresses.ts";
import { parseTable, type EgressTable, type FoundTable } from "./egress.ts";
import { type FoundInput, parseInput } from "./input.ts";
import { parseRoutes, type KernelRoute } from "./routes.ts";
import { parseVips, type KernelAddress } from "./vips.ts";

interface ToolResult {
  /** -1 where it could not be started or died of a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with `input` on its standard input; never throws. */
export type Tool = (argv: readonly [string, ...string[]], input?: string) => Promise<ToolResult>;

export const tool: Tool = async ([command, ...args], input = "") => {
  const { promise, resolve } = Promise.withResolvers<ToolResult>();
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], timeout: 10_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  child.on("error", (error) => resolve({ code: -1, stdout, stderr: error.message }));
  child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  // A tool that does not read its input closes it early, which is no error of ours.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return promise;
};

/** The kernel's side of the engine: reads what is there, writes what `egress.ts`, `input.ts`, `routes.ts` and `vips.ts` render. */
export class Kernel {
  readonly #tool: Tool;
  readonly #backend: "nft" | "legacy";

  constructor(run: Tool, backend: "nft" | "legacy") {
    this.#tool = run;
    this.#backend = backend;
  }

  async readTable(table: EgressTable, family: AddressFamily): Promise<FoundTable> {
    return parseTable(await this.saved(table, family));
  }

  /** What -save prints of a table. */
  async saved(table: string, family: AddressFamily): Promise<string> {
    return this.command([this.#iptables(family, "save"), "-t", table]);
  }

  /** What a tool prints; throws where it fails. */
  async command(argv: readonly [string, ...string[]], input?: string): Promise<string> {
    return this.#expect(argv, input);
  }

  async readInput(): Promise<FoundInput> {
    return parseInput(await this.saved("filter", 4));
  }

  async restore(lines: readonly string[], family: AddressFamily): Promise<void> {
    if (lines.length === 0) return;
    const command = this.#iptables(family, "restore");
    await this.#expect([command, "--noflush", "--wait", "5"], `${lines.join("\n")}\n`);
  }

  async readRoutes(table: number, family: AddressFamily): Promise<readonly KernelRoute[]> {
    const argv = [
      "ip",
      `-${family}`,
      "-json",
      "-details",
      "-N",
      "route",
      "show",
      "table",
      String(table),
    ] as const;
    const result = await this.#tool(argv);
    // A table that never held a route is an error to `ip`.
    if (/FIB table does not exist/.test(result.stderr)) return [];
    if (result.code !== 0) throw new Error(`${argv.join(" ")}: ${result.stderr.trim()}`);
    return parseRoutes(result.stdout);
  }

  async writeRoutes(lines: readonly string[], family: AddressFamily): Promise<void> {
    if (lines.length === 0) return;
    await this.#expect(["ip", `-${family}`, "-force", "-batch", "-"], `${lines.join("\n")}\n`);
  }

  async readVips(device: string): Promise<readonly KernelAddress[]> {
    return parseVips(await this.#expect(["ip", "-4", "-json", "addr", "show", "dev", device]));
  }

  async writeVips(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#expect(["ip", "-4", "-force", "-batch", "-"], `${lines.join("\n")}\n`);
  }

  /** Ends the flows of a pod, which would keep the translation that they began with. Where `conntrack` is missing they run out by themselves. */
  async endFlows(pod: string, family: AddressFamily): Promise<void> {
    await this.#tool(["conntrack", "-D", "-f", family === 4 ? "ipv4" : "ipv6", "-s", pod]);
  }

  #iptables(family: AddressFamily, action: "save" | "restore"): string {
    return `${family === 4 ? "iptables" : "ip6tables"}-${this.#backend}-${action}`;
  }

  async #expect(argv: readonly [string, ...string[]], input?: string): Promise<string> {
    const result = await this.#tool(argv, input);
    if (result.code !== 0) throw new Error(`${argv.join(" ")}: exit ${result.code}: ${result.stderr.trim()}`);
    return result.stdout;
  }
}
