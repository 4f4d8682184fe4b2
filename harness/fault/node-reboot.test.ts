import { expect, test } from "vitest";
import { parseConntrack } from "../state/conntrack.ts";
import { flowArgv } from "./node-reboot.ts";

test("a flow is made again with both its directions", () => {
  const [flow] = parseConntrack(
    "ipv4     2 tcp      6 7199 ESTABLISHED src=192.0.2.21 dst=203.0.113.22 sport=4001 dport=443 src=203.0.113.22 dst=192.0.2.21 sport=443 dport=4001 [ASSURED] mark=0 use=1\n",
  );
  if (!flow) throw new Error("no flow");
  expect(flowArgv(flow).join(" ")).toBe(
    "conntrack -I -p tcp --timeout 7200 -u ASSURED --state ESTABLISHED -s 192.0.2.21 -d 203.0.113.22 --sport 4001 --dport 443 -r 203.0.113.22 -q 192.0.2.21 --reply-port-src 443 --reply-port-dst 4001",
  );
});
