import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const trustsItsMemory: Mutant = {
  name: "trusts-its-memory",
  breaks:
    "The chain for what comes in gets what is new and loses what is old by what the process remembers: what somebody has deleted is never put back.",
  upstream: "no report known: the project of kube-router warns of rules that are deleted by hand",
  scenario: "input-chain-upgrade-and-clean-up",
  needs: { kind: "upgrade", from: ["v1"], to: "v2" },
  oracle: "intent",
  behaviour: () => ({
    ...sound,
    nextInput: ({ found, wanted, before }) =>
      before.length === 0 ? wanted : wanted.filter((rule) => found.includes(rule) || !before.includes(rule)),
  }),
};
