import type { Scenario, Step, World } from "../model/scenario.ts";
import { createWorld } from "./world.ts";

/** A world that nobody runs in: what a scenario does depends on no address. */
function sampleWorld(count: number): World {
  const node = (index: number) => ({
    name: `node-${index}`,
    ipv4: `192.0.2.${index + 1}`,
    ipv6: `2001:db8::${index + 1}`,
  });
  const rest = Array.from({ length: Math.max(0, count - 1) }, (_, index) => node(index + 1));
  return createWorld({
    seed: 0,
    attemptName: "sample",
    nodes: [node(0), ...rest],
    podCidr: "198.18.0.0/16",
    podCidr6: "2001:db8:18::/48",
    serviceCidr: "10.96.0.0/16",
    serviceCidr6: "fd00:96::/112",
    vipCidr: "198.19.0.0/16",
    vipCidr6: "2001:db8:19::/64",
  });
}

/** What a scenario does, for who asks before there is a cluster: which steps, with which operations. Pure. */
export function sampleSteps(scenario: Scenario): readonly Step[] {
  return scenario.steps(sampleWorld(scenario.nodes));
}
