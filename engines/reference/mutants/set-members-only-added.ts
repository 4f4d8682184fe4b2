import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const setMembersOnlyAdded: Mutant = {
  name: "set-members-only-added",
  breaks: "What a Service comes in at is put into sets, and stays in them when the Service is deleted.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/1732",
  scenario: "svip-node-port-changed",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    setMembers: ({ found, wanted }) => [...new Set([...found, ...wanted])],
  }),
};
