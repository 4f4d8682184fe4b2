import type { Doubt, EngineSigns, NodeView } from "../../harness/audit/engine-signs.ts";
import { addressesOf, commentOf, deadAddress, ownAddresses } from "../../harness/audit/read-item.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { egressChain } from "./egress.ts";
import { annotations } from "./objects.ts";

function isOwn(item: StateItem): boolean {
  if (item.family.includes("tables-"))
    return item.chain === egressChain || item.text.endsWith(`-j ${egressChain}`);
  return item.family === "route" && item.table === "200" && item.text.includes(" proto 200 ");
}

function judge({ live, items }: NodeView): (item: StateItem) => Doubt | undefined {
  const own = ownAddresses(items);
  return (item) => {
    if (item.kind !== "rule" && item.kind !== "route") return undefined;
    const name = commentOf(item);
    const service = name === undefined ? undefined : live.services.get(name);
    const owner = name?.includes("/") === true ? { owner: `Service ${name}` } : {};
    if (name?.includes("/") === true && service === undefined)
      return { kind: "orphan", why: `is for Service ${name}, which is gone`, ...owner };
    const dead = deadAddress(addressesOf(item), live, own);
    if (dead !== undefined) return { ...dead, ...owner };
    if (item.family === "route" || service === undefined) return undefined;
    const foreign = addressesOf(item).filter(
      (address) =>
        !service.addresses.has(address) && !service.backends.some((backend) => backend.address === address),
    );
    return foreign.length === 0
      ? undefined
      : {
          kind: "stale-value",
          why: `names ${foreign.join(", ")}, which is not of Service ${service.name}`,
          ...owner,
        };
  };
}

/** How the reference engine's work looks on a node. */
export const signs: EngineSigns = {
  name: "reference",
  image: /leakproof-reference/,
  process: /^leakproof-ref/,
  ownAnnotations: [],
  needs: [],
  detect: () => isOwn,
  judge,
  mayBeUnreferenced: [],
  commentsDistinguish: false,
  expects({ live, node }) {
    const stable = new Set(live.stable);
    return [...live.services.values()].flatMap((service) => {
      const { object } = service;
      const wants = object.metadata.annotations ?? {};
      const pods = service.backends.filter((backend) => backend.node === node && backend.isReady);
      if (!stable.has(object) || wants[annotations.egress] !== "true" || node === undefined) return [];
      return pods.map(({ address }) => ({
        title: `SNAT of ${address} to ${wants[annotations.vip] ?? "its VIP"}`,
        object: `Service ${service.name}`,
        anyOf: [
          {
            title: "SNAT",
            chain: egressChain,
            table: "nat",
            kinds: ["rule" as const],
            text: ` -s ${address.replaceAll(".", "\\.")}/`,
          },
        ],
      }));
    });
  },
  issues: [],
};
