import { type Applied, sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

/** Tables that only another engine makes, whatever the engine's own are called. */
const ofOthers = /^table (ip6? kube-\S+)$/gm;

/** Once, with the first round of a process. */
function sweepsTables(): (state: Applied) => void {
  let isSwept = false;
  const sweep = async ({ tool }: Applied): Promise<void> => {
    const { stdout } = await tool(["nft", "list", "tables"]);
    for (const [, table = ""] of stdout.matchAll(ofOthers))
      await tool(["nft", "delete", "table", ...table.split(" ")]);
  };
  return (state) => {
    if (!isSwept) void sweep(state);
    isSwept = true;
  };
}

export const takesOthersForLeftovers: Mutant = {
  name: "takes-others-for-leftovers",
  breaks:
    "What another engine has on the node is swept at the start, as if an earlier process of its own had left it.",
  upstream: "https://github.com/kube-vip/kube-vip/issues/1634",
  scenario: "address-beside-service-rules",
  oracle: "intent",
  behaviour: () => ({ ...sound, applied: sweepsTables() }),
};
