import { sound } from "../behaviour.ts";
import type { Mutant } from "./mutant.ts";

export const destinationsOnlyAdded: Mutant = {
  name: "destinations-only-added",
  breaks: "Pods that go stay destinations of a virtual server for as long as its Service is there.",
  upstream: "https://github.com/cloudnativelabs/kube-router/issues/841",
  scenario: "svip-virtual-servers-changed",
  oracle: "retired-identity",
  behaviour: () => ({
    ...sound,
    nextServers: ({ found, wanted }) => {
      const servers = wanted.filter((line) => line.startsWith("-A "));
      const isServed = (line: string): boolean =>
        servers.some((server) => line.startsWith(`-a ${server.slice(3).replace(/ -s .*$/, "")} `));
      return [...wanted, ...found.filter((line) => isServed(line) && !wanted.includes(line))];
    },
  }),
};
