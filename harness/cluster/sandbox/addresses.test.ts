import { isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import { parseAddress, renderAddress } from "../../state/address.ts";
import { clusterNetwork, nodeAddresses } from "./addresses.ts";

const clusters = Array.from({ length: 16 }, (_, index) => index);

describe("the addresses of clusters and nodes", () => {
  it("are spelled as the kernel prints them, since texts are compared", () => {
    const all = clusters.flatMap((index) => [
      clusterNetwork(index).gateway6,
      clusterNetwork(index).outside6,
      ...[0, 5, 6, 229].map((ordinal) => nodeAddresses(index, ordinal).ipv6),
    ]);
    expect(all.filter((address) => !isIPv6(address))).toEqual([]);
    expect(all.map((address) => renderAddress(parseAddress(address)))).toEqual(all);
  });

  it("are another's in no other cluster", () => {
    const all = clusters.flatMap((index) =>
      [0, 1, 229].flatMap((ordinal) => Object.values(nodeAddresses(index, ordinal))),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
