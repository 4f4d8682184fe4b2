import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const setMembersFoundAreKept: Mutant = {
  name: "set-members-found-are-kept",
  breaks: "A new process takes away what itself has put into sets, and nothing that it found there.",
  upstream: "https://github.com/kubernetes/kubernetes/issues/134147",
  scenario: "svip-service-deleted-while-down",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    setMembers: ({ found, wanted, before }) => [
      ...new Set([...found.filter((member) => !before.includes(member)), ...wanted]),
    ],
  }),
};
