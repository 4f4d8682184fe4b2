import { podNamespace } from "../cluster/sandbox/node-network.ts";
import type { NodeRef } from "../model/scenario.ts";
import { run } from "../process/run.ts";
import type { NetworkAgent } from "./agent/agent.ts";
import type { ClusterNode } from "./node.ts";

const addressTimeoutMs = 60_000;

/** What the two helpers of a node do: one in its own namespace, one in that of its pods. */
type NodePackets = Pick<
  ClusterNode,
  "relay" | "addPod" | "answer" | "sendFromPod" | "connect" | "connectFromPod" | "startProbes" | "stopProbes"
>;

type Hands = Pick<NetworkAgent, "ask" | "onProbe">;

interface NodePacketsOptions {
  readonly ref: NodeRef;
  /** Where relays lead. */
  readonly gateway: string;
  /** Hands on the node itself, and in the namespace of its pods, which is one of this kernel. */
  readonly node: Hands;
  readonly pods: Hands;
}

/** Packets of a node and of its pods, by their helpers. */
export function createNodePackets({ ref, gateway, node, pods }: NodePacketsOptions): NodePackets {
  const answering = new Set<string>();
  return {
    async relay(port, toPort) {
      for (const host of [ref.ipv4, ref.ipv6]) {
        await node.ask({ do: "relay", host, port, toHost: gateway, toPort });
      }
    },
    async addPod(address) {
      const length = address.includes(":") ? "128" : "32";
      const nodad = address.includes(":") ? ["nodad"] : [];
      const add = ["ip", "-n", podNamespace(ref), "addr", "replace", `${address}/${length}`] as const;
      await run([...add, "dev", "eth0", ...nodad], { timeoutMs: addressTimeoutMs });
    },
    async answer(address, port) {
      const key = `${address} ${port}`;
      if (answering.has(key)) return;
      answering.add(key);
      await pods.ask({ do: "answer", address, port });
    },
    async sendFromPod(pod, to, port, payload) {
      await pods.ask({ do: "send", from: pod, to, port, payload });
    },
    async connect(host, port, timeoutMs) {
      return (await node.ask({ do: "connect", host, port, timeoutMs })) ?? "";
    },
    async connectFromPod(from, host, port, timeoutMs) {
      return (await pods.ask({ do: "connect", from, host, port, timeoutMs })) ?? "";
    },
    async startProbes(urls, ca, everyMs, report) {
      node.onProbe(report);
      pods.onProbe(report);
      for (const url of urls) {
        await node.ask({ do: "probe", from: `node ${ref.name}`, url, ca, everyMs });
        await pods.ask({ do: "probe", from: `pod on ${ref.name}`, url, ca, everyMs });
      }
    },
    async stopProbes() {
      await Promise.all([node.ask({ do: "stop-probes" }), pods.ask({ do: "stop-probes" })]);
    },
  };
}
