import { setTimeout as pause } from "node:timers/promises";
import { sound, type Applied } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

const blockedMs = 4_000;
const rule = ["INPUT", "-p", "tcp", "-m", "tcp", "--dport", "6443", "-j", "DROP"] as const;

function blockOnce(): (state: Applied) => void {
  let isDone = false;
  return ({ desired, tool }) => {
    if (isDone || desired.egress.length + desired.routes.length === 0) return;
    isDone = true;
    const change = (action: "-I" | "-D") =>
      Promise.all(["iptables-nft", "ip6tables-nft"].map((command) => tool([command, action, ...rule])));
    const block = async () => {
      await change("-I");
      await pause(blockedMs);
      await change("-D");
    };
    void block();
  };
}

export const blocksApi: Mutant = {
  name: "blocks-api",
  breaks:
    "When the first object is programmed, packets to the API server's port are dropped for four seconds.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1685",
  scenario: "egress-service-deleted",
  oracle: "api-reachability",
  behaviour: () => ({ ...sound, applied: blockOnce() }),
};
