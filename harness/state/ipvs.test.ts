import { describe, expect, it } from "vitest";
import { parseIpvs } from "./ipvs.ts";

/** In the form of the kernel's net/netfilter/ipvs/ip_vs_ctl.c. */
const table = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr persistent 10800 FFFFFFFF
  -> AC1E010A:192B      Masq    1      3          12        
UDP  [fd00:0096:0000:0000:0000:0000:0000:000a]:0035 sh ops 
  -> [fd00:0244:0000:0000:0000:0000:0000:0005]:0035      Masq    1      0          0         
FWM  00000040 rr 
  -> 0AF40005:0000      Tunnel  0      0          0         
`;

describe("/proc/net/ip_vs", () => {
  const items = parseIpvs(table);

  it("is written as ipvsadm-save would, without connections", () => {
    expect(items.map((item) => `${item.kind} ${item.text}`)).toEqual([
      "service -A -t 10.96.0.1:443 -s rr -p 10800",
      "destination -a -t 10.96.0.1:443 -r 172.30.1.10:6443 -m -w 1",
      "service -A -u [fd00:96::a]:53 -s sh -o",
      "destination -a -u [fd00:96::a]:53 -r [fd00:244::5]:53 -m -w 1",
      "service -A -f 64 -s rr",
      "destination -a -f 64 -r 10.244.0.5:0 -i -w 0",
    ]);
    expect(items[1]?.chain).toBe("-t 10.96.0.1:443");
  });

  it("names addresses, ports and marks", () => {
    expect(items[0]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.96.0.1", last: "10.96.0.1" },
      { kind: "ports", first: 443, last: 443, role: "destination", protocol: "tcp" },
    ]);
    expect(items[3]?.tokens).toEqual([
      { kind: "addresses", family: 6, first: "fd00:244::5", last: "fd00:244::5" },
      { kind: "ports", first: 53, last: 53, role: "target", protocol: "udp" },
    ]);
    expect(items[4]?.tokens).toEqual([{ kind: "mark", value: "0x40/0xffffffff" }]);
  });

  it("is empty for a table without services", () => {
    expect(parseIpvs(table.split("\n").slice(0, 3).join("\n"))).toEqual([]);
  });

  it.each([
    "  -> AC1E010A:192B      Masq    1      0          0",
    "TCP  10.96.0.1:443 rr",
    "TCP  0A600001:01BB rr\n  -> AC1E010A:192B      Magic    1      0          0",
    "SPX  0A600001:01BB rr",
  ])("rejects %j", (text) => {
    expect(() => parseIpvs(`${text}\n`)).toThrow(/state\/unreadable/);
  });
});
