import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const gatewayLeavesFlows: Mutant = {
  name: "gateway-leaves-flows",
  breaks: "Rules of the gateway go, and the connections that they translated go on as they began.",
  upstream: "https://github.com/kubeovn/kube-ovn/blob/v1.13.4/dist/images/vpcnatgateway/nat-gateway.sh",
  scenario: "fip-flows-ended",
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    gatewayScript: (script) =>
      script
        .split("\n")
        .filter((line) => !line.startsWith("conntrack "))
        .join("\n"),
  }),
};
