import { optionTable } from "../../harness/run/option-table.ts";
import type { CommandHelp } from "../help/command-help.ts";

export const conformanceHelp: CommandHelp = {
  name: "conformance",
  usage: "[options]",
  about: "Runs a conformance profile against Kubernetes rule engines in a sandbox of this machine.",
  options: optionTable,
  examples: [
    ["", "The default profile: the reference engine, and kube-proxy in both variants."],
    [
      "--engine kube-vip@v0.8.5 --engine-binary ./kube-vip --profile egress-snat",
      "A release of kube-vip against the egress profile.",
    ],
    [
      "--engine kube-proxy/nftables --scenario 'service-*' --seed 7",
      "One variant, some scenarios, the same addresses and names as in the run that printed this seed.",
    ],
    [
      "--engine ./my-engine.yaml --baseline out/last/conformance-report.yaml",
      "An engine of your own; only findings that the last report did not have fail.",
    ],
  ],
  exitCodes: {
    0: "conformant",
    1: "not conformant",
    2: "could not tell",
    64: "bad arguments",
    130: "interrupted",
  },
};
