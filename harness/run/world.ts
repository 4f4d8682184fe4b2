import { HarnessError } from "../errors/harness-error.ts";
import type { NodeRef, World } from "../model/scenario.ts";
import { type AddressRange, rangeOfCidr, subnetOf, textOfAddress } from "./address-range.ts";
import { type Draw, drawFromSeed } from "./draw.ts";

/** Networks that a world draws from. VIPs belong to no network that a node or a pod is on. */
export interface WorldNetworks {
  /** Every node has the /24 of its index in it. */
  readonly podCidr: string;
  /** Every node has the /64 of its index in it. */
  readonly podCidr6: string;
  readonly serviceCidr: string;
  readonly serviceCidr6: string;
  readonly vipCidr: string;
  readonly vipCidr6: string;
}

export interface WorldOptions extends WorldNetworks {
  readonly seed: number;
  /** The plan's id: attempts of one run draw different values. */
  readonly attemptName: string;
  readonly nodes: World["nodes"];
  /** What is somebody else's already. */
  readonly taken?:
    | { readonly addresses: ReadonlySet<string>; readonly nodePorts: ReadonlySet<number> }
    | undefined;
}

/** A pod address that was drawn, for the one who has to make it answer. */
interface DrawnPod {
  readonly node: string;
  readonly address: string;
}

/** A world that also tells its pods; the list grows as the scenario draws. */
export interface AttemptWorld extends World {
  readonly pods: readonly DrawnPod[];
}

/** How often a taken value is drawn again before the range counts as used up. */
const drawLimit = 10_000;

/** First and last port of the API server's default range of node ports. */
const nodePorts = { first: 30_000, last: 32_767 } as const;

/** Wraps a source of candidates so that it gives each one once. */
function neverTwice<T>(what: string, candidate: () => T, taken: Set<T>): T {
  for (let tries = 0; tries < drawLimit; tries++) {
    const value = candidate();
    if (taken.has(value)) continue;
    taken.add(value);
    return value;
  }
  throw new HarnessError(
    "cluster/exhausted",
    `no unused ${what} after ${drawLimit} draws; ${taken.size} values are in use. Fix: use a larger network, or draw less in the scenario.`,
  );
}

/** An address of `range` other than its first two (network, gateway) and its last (broadcast). */
function hostOf(range: AddressRange, draw: Draw): string {
  // A v6 range is far larger than a scenario needs; its first 64 Ki addresses keep the texts short.
  const usable = range.size < 65_536n ? range.size : 65_536n;
  return textOfAddress(range.family, range.first + 2n + BigInt(draw(Number(usable) - 3)));
}

/** The upper half of `range`: the API server gives out addresses by itself from the lower end (10.97.0.1, DNS). */
function upperHalf(range: AddressRange): AddressRange {
  const size = range.size / 2n;
  return { family: range.family, first: range.first + (range.size - size), size };
}

/** The name of an object: five letters or digits tell it from all others of the attempt. */
function nameOf(prefix: string, draw: Draw): string {
  const suffix = draw(36 ** 5)
    .toString(36)
    .padStart(5, "0");
  return `lp-${prefix}-${suffix}`;
}

/** The part of the pod network that `node` has: the /24 or /64 of its index. */
function podSlice(options: WorldOptions, node: NodeRef, family: 4 | 6): AddressRange {
  const index = options.nodes.findIndex(({ name }) => name === node.name);
  if (index < 0) throw new HarnessError("run/internal", `node ${node.name} is none of this attempt's nodes`);
  const range = rangeOfCidr(family === 4 ? options.podCidr : options.podCidr6);
  return subnetOf(range, family === 4 ? 24 : 64, index);
}

/**
 * What one scenario draws its names and addresses from.
 *
 * No value is given twice, since an address that is used again hides that a rule for it is stale; and
 * everything derives from the seed, so that a replay sees the same addresses in the same places.
 *
 * @returns a world whose draws depend on `seed`, `attemptName`, the networks and the order of calls only
 * @throws {HarnessError} `cluster/exhausted` from a draw when a range has no unused value;
 *   `run/internal` when a pod is asked for on a node of another attempt, or a network cannot be read
 */
export function createWorld(options: WorldOptions): AttemptWorld {
  const draw = drawFromSeed(`${options.seed}/${options.attemptName}`);
  const texts = new Set<string>(options.taken?.addresses);
  const ports = new Set<number>(options.taken?.nodePorts);
  const pods: DrawnPod[] = [];
  const fresh = (what: string, candidate: () => string): string => neverTwice(what, candidate, texts);
  return {
    nodes: options.nodes,
    podCidr: options.podCidr,
    podCidr6: options.podCidr6,
    serviceCidr: options.serviceCidr,
    serviceCidr6: options.serviceCidr6,
    pods,
    name: (prefix) => fresh("name", () => nameOf(prefix, draw)),
    pod: (node, family = 4) => {
      const slice = podSlice(options, node, family);
      const address = fresh(`pod address on ${node.name}`, () => hostOf(slice, draw));
      pods.push({ node: node.name, address });
      return address;
    },
    vip: (family = 4) => {
      const range = rangeOfCidr(family === 4 ? options.vipCidr : options.vipCidr6);
      return fresh("VIP", () => hostOf(range, draw));
    },
    clusterIp: (family = 4) => {
      const cidr = family === 4 ? options.serviceCidr : options.serviceCidr6;
      if (cidr === "")
        throw new HarnessError(
          "existing/lacks",
          `a service address of IPv${family} is not to be had: the cluster names no such network (ServiceCIDR).`,
        );
      const range = upperHalf(rangeOfCidr(cidr));
      return fresh("cluster address", () => hostOf(range, draw));
    },
    nodePort: () =>
      neverTwice("node port", () => nodePorts.first + draw(nodePorts.last - nodePorts.first + 1), ports),
  };
}
