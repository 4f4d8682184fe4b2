import { describe, expect, it } from "vitest";
import { parseSysctls } from "./sysctl.ts";

const values = `/proc/sys/net/ipv4/ip_forward:1
/proc/sys/net/ipv4/conf/all/route_localnet:0
/proc/sys/net/ipv4/conf/br0/route_localnet:1
/proc/sys/net/ipv4/conf/default/route_localnet:0
/proc/sys/net/ipv4/conf/eth0.5/route_localnet:0
/proc/sys/net/netfilter/nf_conntrack_max:262144
`;

describe("sysctls", () => {
  it("show a link only where it differs from the default", () => {
    const items = parseSysctls(values);
    expect(items.map((item) => item.text)).toEqual([
      "net/ipv4/ip_forward = 1",
      "net/ipv4/conf/all/route_localnet = 0",
      "net/ipv4/conf/br0/route_localnet = 1",
      "net/ipv4/conf/default/route_localnet = 0",
      "net/netfilter/nf_conntrack_max = 262144",
    ]);
    expect(items[2]?.tokens).toEqual([{ kind: "interface", name: "br0" }]);
  });

  it.each(["", "grep: /proc/sys/net/ipv4/ip_forward: Permission denied\n", "ip_forward=1\n"])(
    "rejects %j",
    (text) => {
      expect(() => parseSysctls(text)).toThrow(/state\/unreadable/);
    },
  );
});
