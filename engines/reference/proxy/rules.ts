import type { AddressFamily } from "../addresses.ts";
import type { OwnChain } from "../own-chain.ts";
import { servicesChain, setName } from "./names.ts";

/** What comes in for an address of a Service goes through the chain, before anybody else's rules. */
export function servicesJump(family: AddressFamily): OwnChain {
  const set = `-m set --match-set ${setName("svip", family)} dst`;
  return {
    table: "filter",
    chain: servicesChain,
    jump: `-A INPUT ${set} -m comment --comment leakproof-reference -j ${servicesChain}`,
  };
}

/**
 * ICMP passes, that of neighbour discovery too; so does what comes for a port of a Service, and all that
 * comes for the node itself. The rest has come for an address of a Service, at a port that none has.
 */
export function servicesRules(family: AddressFamily): readonly string[] {
  const [icmp, refusal] =
    family === 4 ? ["icmp", "icmp-port-unreachable"] : ["ipv6-icmp", "icmp6-port-unreachable"];
  return [
    `-A ${servicesChain} -p ${icmp} -j RETURN`,
    `-A ${servicesChain} -m set --match-set ${setName("svip-port", family)} dst,dst -j RETURN`,
    `-A ${servicesChain} -m set ! --match-set ${setName("local-ips", family)} dst -j REJECT --reject-with ${refusal}`,
  ];
}
