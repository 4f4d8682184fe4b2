import { expect, it } from "vitest";
import { addressesInText } from "./address-in-text.ts";

const read = (text: string): readonly string[] =>
  addressesInText({ family: "nftables", kind: "rule", text, tokens: [] });

it.each([
  ["-A X -s 10.244.0.5/32 -j SNAT --to-source 172.30.9.1", ["10.244.0.5", "172.30.9.1"]],
  ["-A X -d 10.96.0.5/32 -j DNAT --to-destination 10.244.0.5:8080", ["10.96.0.5", "10.244.0.5"]],
  ["-t 10.96.0.5:80 -r 10.244.0.5:8080", ["10.96.0.5", "10.244.0.5"]],
  ["-t [fd00:96::5]:80 -r [fd00:244::5]:8080", ["fd00:96::5", "fd00:244::5"]],
  ["-A X -s fd00:244::5/128 -j ACCEPT", ["fd00:244::5"]],
  ["add KUBE-X 10.244.0.5,tcp:80", ["10.244.0.5"]],
  ["ip daddr 10.96.0.5 tcp dport 80 accept", ["10.96.0.5"]],
])("reads %s", (text, addresses) => {
  expect(read(text)).toEqual(addresses);
});

it.each([
  ["a network", "-A X -s 10.244.0.0/16 -j ACCEPT"],
  ["a network of IPv6", "-A X -s fd00:244::/48 -j ACCEPT"],
  ["a range", "add X 10.244.0.5-10.244.0.9"],
  ["a comment", '-A X -m comment --comment "10.244.0.5" -j ACCEPT'],
  ["a part of a name", "-A KUBE-10.244.0.5 -j ACCEPT"],
])("reads no address in %s", (_what, text) => {
  expect(read(text)).toEqual([]);
});
