import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { HarnessError } from "../../errors/harness-error.ts";
import { inNamespace } from "../in-namespace.ts";
import type { AgentCommand, AgentMessage, ProbeSample } from "./protocol.ts";

/** A helper process of ours inside a network namespace. */
export interface NetworkAgent extends AsyncDisposable {
  /** @throws {HarnessError} `node/agent-failed` when the helper is gone; {Error} what the system said when the command failed */
  ask(command: AgentCommand): Promise<string | null>;
  onProbe(listener: (sample: ProbeSample) => void): void;
}

/** Helpers come and go with every node: compiled once, they start in half of the time. On the sandbox's tmpfs. */
const compileCache = "/run/leakproof/compile-cache";
const program = fileURLToPath(new URL("main.ts", import.meta.url));

interface Pending {
  readonly resolve: (value: string | null) => void;
  readonly reject: (error: Error) => void;
}

function listen(
  child: ChildProcess,
  pending: Map<number, Pending>,
  probe: (sample: ProbeSample) => void,
): void {
  child.on("message", (message: AgentMessage) => {
    if (message.kind === "probe") return probe(message.sample);
    if (message.kind === "ready") return undefined;
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if (message.kind === "reply") waiting?.resolve(message.value);
    else waiting?.reject(new Error(message.error));
    return undefined;
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of pending.values()) {
      reject(
        new HarnessError("node/agent-failed", `the helper in a node's namespace ended (${signal ?? code}).`),
      );
    }
    pending.clear();
  });
}

/**
 * Starts a helper in the network namespace `/run/netns/<name>`.
 *
 * @throws {HarnessError} `node/agent-failed` when it does not come up
 */
export async function startAgent(namespace: string): Promise<NetworkAgent> {
  const [command, ...args] = inNamespace(namespace);
  const child = spawn(command, [...args, process.execPath, program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "json",
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const pending = new Map<number, Pending>();
  let onProbe: (sample: ProbeSample) => void = () => undefined;
  const first = await Promise.race([once(child, "message"), once(child, "exit"), once(child, "error")]);
  if ((first[0] as { kind?: string } | null)?.kind !== "ready") {
    throw new HarnessError(
      "node/agent-failed",
      `the helper in namespace ${namespace} did not start: ${String(first[0])}`,
    );
  }
  listen(child, pending, (sample) => onProbe(sample));
  let lastId = 0;
  return {
    ask(command) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        if (!child.connected) {
          reject(new HarnessError("node/agent-failed", `the helper in namespace ${namespace} is gone.`));
          return;
        }
        pending.set(id, { resolve, reject });
        child.send({ id, command });
      });
    },
    onProbe(listener) {
      onProbe = listener;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
