import { expect, test } from "vitest";
import { clusterNetwork } from "../../cluster/sandbox/addresses.ts";
import { guestLinks, renderStart } from "./start-script.ts";

const network = clusterNetwork(3);
const ref = { name: "lp-c3-n0", ipv4: "172.30.3.10", ipv6: "fd00:30:3::a" };
const wiring = { ref, network, slice: 0, cable: "lpv3-0" };

function modulesIn(script: string): readonly string[] {
  return /modprobe -a ([^|]*) \|\|/.exec(script)?.[1]?.split(" ") ?? [];
}

test("modules are those of every node, and those that were asked for", () => {
  const plain = modulesIn(renderStart(wiring, [], "p.js"));
  expect(plain).toContain("nf_tables");
  expect(plain).not.toContain("ip_vs");
  expect(modulesIn(renderStart(wiring, ["ip_vs"], "p.js"))).toEqual(
    expect.arrayContaining([...plain, "ip_vs", "xt_ipvs"]),
  );
  expect(modulesIn(renderStart(wiring, ["dummy"], "p.js"))).toContain("dummy");
});

test("the namespace is there, with the settings of a node, before its interfaces come", () => {
  const script = renderStart(wiring, [], "p.js");
  const order = [
    "modprobe -a",
    "ip netns add lp-c3-n0",
    "ip_forward",
    "ip link set eth0 netns",
    "addr add 172.30.3.10/24",
  ];
  const places = order.map((part) => script.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places.toSorted((one, other) => one - other)).toEqual(places);
});

test("no two interfaces of a cluster, nor of two clusters, have one address", () => {
  const other = { ...wiring, ref: { ...ref, ipv4: "172.30.4.10" } };
  const next = { ...wiring, ref: { ...ref, ipv4: "172.30.3.11" } };
  const links = [wiring, other, next].flatMap(guestLinks);
  expect(new Set(links.map(({ mac }) => mac)).size).toBe(6);
  // Unicast, and nobody's by registration.
  for (const { mac } of links) expect(mac).toMatch(/^02(?::[0-9a-f]{2}){5}$/);
});
