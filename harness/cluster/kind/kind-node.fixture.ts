import type { KindNode } from "./kind-node.ts";

/** A node of no cluster, for tests that run nothing on it; a new one each time, since a restart changes it. */
export function newKindNode(changes: Partial<KindNode> = {}): KindNode {
  return {
    name: "n1",
    role: "control-plane",
    containerId: "c",
    pid: 1,
    network: "c1",
    ipv4: "",
    ipv6: "",
    ...changes,
  };
}
