import { type AddressFamily, familyOf } from "../addresses.ts";
import type { Frontend } from "./frontends.ts";
import { type SetKind, setKinds, setName } from "./names.ts";

/** Sets by name, each with its members as `ipset save` prints them. */
export type Sets = ReadonlyMap<string, readonly string[]>;

/** All sets of the node, whoever made them. */
export function parseSets(saved: string): Sets {
  const sets = new Map<string, string[]>();
  for (const line of saved.split("\n")) {
    const [command, name = "", member = ""] = line.trim().split(" ");
    if (command === "create") sets.set(name, []);
    if (command === "add") sets.get(name)?.push(member);
  }
  return sets;
}

/** What our sets should hold. */
export function wantedSets(
  frontends: readonly Frontend[],
  ownAddresses: readonly string[],
  families: readonly AddressFamily[],
): Sets {
  const members: Readonly<Record<SetKind, readonly string[]>> = {
    svip: frontends.map(({ address }) => address),
    "svip-port": frontends.map(({ address, protocol, port }) => `${address},${protocol}:${port}`),
    "local-ips": ownAddresses,
  };
  const entries = families.flatMap((family) =>
    setKinds.map((kind) => {
      const own = members[kind].filter((member) => familyOf(member.replace(/,.*$/, "")) === family);
      return [setName(kind, family), [...new Set(own)]] as const;
    }),
  );
  return new Map(entries);
}

/** What `ipset create` is told behind the name of one of our sets. */
export function typeOf(name: string): string {
  const type = name.includes("svip-port") ? "hash:ip,port" : "hash:ip";
  return `${type} family ${name.endsWith("6") ? "inet6" : "inet"}`;
}

/** The node's own addresses first and last: at no time is one of them a Service's alone. */
const order: Readonly<Record<SetKind, number>> = { "local-ips": 0, "svip-port": 1, svip: 2 };

function sorted(sets: Sets): readonly (readonly [name: string, members: readonly string[]])[] {
  const rankOf = (name: string): number =>
    setKinds.filter((kind) => name.startsWith(`leakproof-${kind}-`)).map((kind) => order[kind])[0] ?? 0;
  return [...sets].toSorted(([one], [other]) => rankOf(one) - rankOf(other));
}

/** Input for `ipset restore` that makes what is missing. */
export function renderAdditions(found: Sets, wanted: Sets): readonly string[] {
  return sorted(wanted).flatMap(([name, members]) => {
    const there = found.get(name);
    return [
      ...(there === undefined ? [`create ${name} ${typeOf(name)}`] : []),
      ...members
        .filter((member) => there?.includes(member) !== true)
        .map((member) => `add ${name} ${member}`),
    ];
  });
}

/** Input for `ipset restore` that takes away what is too much. */
export function renderRemovals(found: Sets, wanted: Sets): readonly string[] {
  return sorted(wanted)
    .toReversed()
    .flatMap(([name, members]) =>
      (found.get(name) ?? [])
        .filter((member) => !members.includes(member))
        .map((member) => `del ${name} ${member}`),
    );
}
