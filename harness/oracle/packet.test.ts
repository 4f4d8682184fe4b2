import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { describePacket } from "./packet.ts";
import { addresses, markRule, rule, snatRule } from "./testing.ts";

const nft = (text: string): StateItem => ({ ...rule("x", "y", ""), family: "nftables", text });
const route: StateItem = {
  family: "route",
  table: "198",
  kind: "route",
  text: "unicast 172.31.0.9 dev eth0 proto 248 scope global",
  tokens: [addresses("172.31.0.9")],
};

describe("the packet of an item", () => {
  it.each([
    [markRule("10.244.0.5"), "a packet from 10.244.0.5 to anywhere outside is marked 0x40/0x40"],
    [
      snatRule("10.244.0.5", "172.31.0.9"),
      "a packet from 10.244.0.5 to anywhere outside leaves as 172.31.0.9",
    ],
    [
      rule("nat", "KUBE-SERVICES", "-d 10.96.0.5/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A"),
      "a packet from anywhere to 10.96.0.5 port 80 goes through KUBE-SVC-A",
    ],
    [
      rule("nat", "KUBE-SEP-A", "-p tcp -m tcp -j DNAT --to-destination 10.244.0.5:8080"),
      "a packet from anywhere to anywhere outside is sent to 10.244.0.5:8080",
    ],
    [
      nft("ip saddr 10.244.0.5 ip daddr != 10.244.0.0/16 snat to 172.31.0.9"),
      "a packet from 10.244.0.5 to anywhere outside leaves as 172.31.0.9",
    ],
    [
      nft("ip6 daddr fd00::5 tcp dport 80 dnat to [fd00:10::5]:80"),
      "a packet from anywhere to fd00::5 port 80 is sent to [fd00:10::5]:80",
    ],
    [route, "a packet to 172.31.0.9 is routed to dev eth0 by table 198"],
    [
      { ...route, family: "address", kind: "address", text: "172.31.0.9/32 dev lo" } as const,
      "a packet to 172.31.0.9 is taken by the node itself",
    ],
    [
      {
        ...route,
        family: "ipset",
        chain: "kube-router-svip",
        kind: "member",
        text: "add kube-router-svip 172.31.0.9",
      } as const,
      "a packet of 172.31.0.9 matches kube-router-svip",
    ],
    [{ ...rule("x", "y", ""), kind: "chain", text: "-N y" } as const, undefined],
    [rule("x", "y", "-m comment --comment z"), undefined],
  ])("%j", (item, packet) => expect(describePacket(item)).toBe(packet));
});
