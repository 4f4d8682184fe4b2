import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { EnteredSandbox } from "../sandbox/enter.ts";

/** It ends with this process, however that dies. */
const withParent = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/**
 * Runs a program as the sandbox would, without one: nodes of kind are containers of docker, whose namespaces
 * are the host's to enter. It hears `interrupt` on fd 3, as in the sandbox.
 */
export function enterHost(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): EnteredSandbox {
  const [program, ...args] = [...withParent, ...argv] as const;
  const child = spawn(program, args, {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  const control = child.stdio[3] as Writable;
  control.on("error", () => undefined); // It has ended: `exited` says so.
  return {
    interrupt: () => void control.write("interrupt\n"),
    wayIn: "sudo sh",
    kill: () => void child.kill("SIGKILL"),
    exited: once(child, "exit").then(([code, signal]: unknown[]) =>
      typeof code === "number" ? code : 128 + (signal === "SIGKILL" ? 9 : 15),
    ),
  };
}
