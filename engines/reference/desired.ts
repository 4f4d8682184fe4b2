import { canonicalAddress, canonicalCidr, familyOf } from "./addresses.ts";
import type { PolicyWish } from "./policies.ts";
import { type EgressPort, viewService, viewSlice, type ServiceView } from "./objects.ts";
import { vipProblem } from "./vips.ts";

/** Egress of one pod, in the name of the Service that asks for it. */
interface EgressWish {
  readonly owner: string;
  readonly pod: string;
  readonly vip: string;
  /** It is about packets to these ports alone; absent: about all. */
  readonly ports?: readonly EgressPort[];
}

interface RouteWish {
  readonly owner: string;
  readonly vip: string;
}

/** All that this node's kernel should hold, in a fixed order: equal objects give equal values. */
export interface Desired {
  readonly egress: readonly EgressWish[];
  /** Networks that egress leaves alone, canonical. */
  readonly exempt: readonly string[];
  readonly routes: readonly RouteWish[];
  /** VIPs that this node holds, or could hold where that is still to be decided. */
  readonly vips: readonly string[];
  /** VIPs that any node could hold. */
  readonly claimed: readonly string[];
  /** Whom pods of this node let in; undefined where policies are none of its business. */
  readonly policies?: readonly PolicyWish[];
  /** What was asked for and cannot be had, each a sentence. */
  readonly refused: readonly string[];
}

export interface DesiredInput {
  readonly services: Iterable<unknown>;
  readonly slices: Iterable<unknown>;
  readonly exempt: readonly string[];
  readonly node: string;
  readonly leaderElection: boolean;
  /** The address of the API server, which every node could hold. */
  readonly controlPlaneVip?: string;
}

export const nothing: Desired = { egress: [], exempt: [], routes: [], vips: [], claimed: [], refused: [] };

interface Endpoint {
  readonly address: string;
  readonly node: string;
}

/**
 * What this node should hold for these objects. A node acts only on pods of its own, so rules move with
 * their pod. With leader election one node acts for a Service: the first, by name, that has a ready pod;
 * all nodes see the same EndpointSlices, so all name the same one, and no lease is needed.
 */
export function desiredState(input: DesiredInput): Desired {
  const endpoints = endpointsByService(input.slices);
  const services = [...input.services].flatMap((object) => viewService(object) ?? []).toSorted(byName);
  const egress: EgressWish[] = [];
  const routes: RouteWish[] = [];
  const vips: string[] = [];
  const claimed: string[] = [];
  const refused: string[] = [];
  if (input.controlPlaneVip !== undefined) {
    vips.push(input.controlPlaneVip);
    claimed.push(input.controlPlaneVip);
  }
  for (const service of services) {
    if (!service.egress && !service.route && !service.address) continue;
    const all = endpoints.get(service.name) ?? [];
    const local = ownEndpoints(all, input);
    const vip = canonicalAddress(service.vip ?? "");
    const problem = vip === undefined || !service.address ? undefined : vipProblem(vip);
    if (vip === undefined) {
      refused.push(`${service.name}: its VIP "${service.vip ?? ""}" is no address.`);
    } else if (problem !== undefined) {
      refused.push(`${service.name}: ${problem}`);
    } else {
      if (service.address) claimed.push(vip);
      // Who of those that could hold it does so is not decided here.
      if (service.address && all.some(({ node }) => node === input.node)) vips.push(vip);
      if (service.egress) egress.push(...egressOf(service, vip, local));
      if (service.route && local.length > 0) routes.push({ owner: service.name, vip });
    }
  }
  const exempt = input.exempt.map((text) => ({ text, cidr: canonicalCidr(text) }));
  for (const { text, cidr } of exempt) if (cidr === undefined) refused.push(`"${text}" is no network.`);
  return {
    egress: uniqueBy(egress, ({ pod, vip }) => `${pod} ${vip}`),
    exempt: [...new Set(exempt.flatMap(({ cidr }) => cidr ?? []))],
    routes: uniqueBy(routes, ({ vip }) => vip),
    vips: [...new Set(vips)],
    claimed: [...new Set(claimed)],
    refused,
  };
}

function byName(a: ServiceView, b: ServiceView): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function endpointsByService(slices: Iterable<unknown>): ReadonlyMap<string, readonly Endpoint[]> {
  const found = new Map<string, Endpoint[]>();
  for (const object of slices) {
    const { service, endpoints } = viewSlice(object);
    found.set(service, [...(found.get(service) ?? []), ...endpoints]);
  }
  return found;
}

function ownEndpoints(endpoints: readonly Endpoint[], input: DesiredInput): readonly Endpoint[] {
  const leader = endpoints.map(({ node }) => node).toSorted()[0];
  if (input.leaderElection && leader !== input.node) return [];
  return endpoints.filter(({ node }) => node === input.node);
}

function egressOf(service: ServiceView, vip: string, endpoints: readonly Endpoint[]): readonly EgressWish[] {
  const { name: owner, ports } = service;
  return endpoints
    .flatMap(({ address }) => canonicalAddress(address) ?? [])
    .filter((pod) => familyOf(pod) === familyOf(vip))
    .toSorted()
    .map((pod) => ({ owner, pod, vip, ...(ports && { ports }) }));
}

/** The first of every key: where two Services ask for the same thing, it is the first one's, by name. */
function uniqueBy<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  const seen = new Map<string, T>();
  for (const value of values) if (!seen.has(keyOf(value))) seen.set(keyOf(value), value);
  return [...seen.values()];
}
