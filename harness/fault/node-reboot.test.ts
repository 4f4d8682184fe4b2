import { expect, test } from "vitest";
import type { StateItem } from "../model/state.ts";
import { parseConntrack } from "../state/conntrack.ts";
import { flowArgv, sysctlLines } from "./node-reboot.ts";

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

test("a flow is made again with both its directions", () => {
  const [flow] = parseConntrack(
    "ipv4     2 tcp      6 7199 ESTABLISHED src=192.0.2.21 dst=203.0.113.22 sport=4001 dport=443 src=203.0.113.22 dst=192.0.2.21 sport=443 dport=4001 [ASSURED] mark=0 use=1\n",
  );
  if (!flow) throw new Error("no flow");
  expect(flowArgv(flow).join(" ")).toBe(
    "conntrack -I -p tcp --timeout 7200 -u ASSURED --state ESTABLISHED -s 192.0.2.21 -d 203.0.113.22 --sport 4001 --dport 443 -r 203.0.113.22 -q 192.0.2.21 --reply-port-src 443 --reply-port-dst 4001",
  );
});
