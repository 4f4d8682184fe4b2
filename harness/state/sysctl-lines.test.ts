import { expect, test } from "vitest";
import type { StateItem } from "../model/state.ts";
import { sysctlLines } from "./sysctl-lines.ts";

function sysctl(text: string): StateItem {
  return { family: "sysctl", kind: "value", text, tokens: [] };
}

test("a sysctl gets the value it had before, one of a link that had none of its own gets the default", () => {
  const engine = [sysctl("net/ipv4/conf/all/route_localnet = 1"), sysctl("net/ipv4/conf/eth0/rp_filter = 2")];
  const before = [sysctl("net/ipv4/conf/all/route_localnet = 0")];
  expect(sysctlLines(engine, before, engine)).toEqual([
    "echo '0' > '/proc/sys/net/ipv4/conf/all/route_localnet'",
    "cat '/proc/sys/net/ipv4/conf/default/rp_filter' > '/proc/sys/net/ipv4/conf/eth0/rp_filter'",
  ]);
});

test("a sysctl of before is written even where the engine set it to what is no item", () => {
  const before = [sysctl("net/ipv4/conf/eth0/rp_filter = 2")];
  expect(sysctlLines([], before, before)).toEqual([]);
  expect(sysctlLines([], before, [])).toEqual(["echo '2' > '/proc/sys/net/ipv4/conf/eth0/rp_filter'"]);
});
