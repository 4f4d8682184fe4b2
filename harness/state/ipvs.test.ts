import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIpvs } from "./ipvs.ts";

/** In the form of the kernel's net/netfilter/ipvs/ip_vs_ctl.c, which hides the flags of schedulers. */
const table = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A600001:01BB rr persistent 10800 FFFFFFFF
  -> AC1E010A:192B      Masq    1      3          12        
UDP  [fd00:0096:0000:0000:0000:0000:0000:000a]:0035 sh 
  -> [fd00:0244:0000:0000:0000:0000:0000:0005]:0035      Masq    1      0          0         
FWM  00000040 rr ops 
  -> 0AF40005:0000      Tunnel  0      0          0         
FWM  00000041 mh 
`;

/** ipvsadm 1.31. */
const saved = `-A -t 10.96.0.1:443 -s rr -p 10800
-a -t 10.96.0.1:443 -r 172.30.1.10:6443 -m -w 1
-A -u [fd00:96::a]:53 -s sh -b sh-fallback,sh-port
-a -u [fd00:96::a]:53 -r [fd00:244::5]:53 -m -w 1
-A -f 64 -s rr -o
-a -f 64 -r 10.244.0.5:0 -i -w 0 --tun-type ipip
-A -f 65 -6 -s mh
`;

describe("ipvsadm -Sn", () => {
  const items = parseIpvs(saved, table);
  const find = (text: string): (typeof items)[number] | undefined =>
    items.find((item) => item.text.startsWith(text));

  it("gives services and destinations with all that was chosen for them", () => {
    expect(items.map((item) => `${item.kind} ${item.text}`)).toEqual([
      "service -A -f 64 -s rr -o",
      "service -A -f 65 -6 -s mh",
      "service -A -t 10.96.0.1:443 -s rr -p 10800",
      "service -A -u [fd00:96::a]:53 -s sh -b sh-fallback,sh-port",
      "destination -a -f 64 -r 10.244.0.5:0 -i -w 0 --tun-type ipip",
      "destination -a -t 10.96.0.1:443 -r 172.30.1.10:6443 -m -w 1",
      "destination -a -u [fd00:96::a]:53 -r [fd00:244::5]:53 -m -w 1",
    ]);
    expect(find("-a -t")?.chain).toBe("-t 10.96.0.1:443");
    expect(find("-A -f 65")?.chain).toBe("-f 65 -6");
  });

  it("names addresses, ports and marks", () => {
    expect(find("-A -t")?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.96.0.1", last: "10.96.0.1" },
      { kind: "ports", first: 443, last: 443, role: "destination", protocol: "tcp" },
    ]);
    expect(find("-a -u")?.tokens).toEqual([
      { kind: "addresses", family: 6, first: "fd00:244::5", last: "fd00:244::5" },
      { kind: "ports", first: 53, last: 53, role: "target", protocol: "udp" },
    ]);
    expect(find("-A -f 64")?.tokens).toEqual([{ kind: "mark", value: "0x40/0xffffffff" }]);
    expect(find("-a -f 64")?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.244.0.5", last: "10.244.0.5" },
    ]);
  });

  it("is empty for a table without services", () => {
    expect(parseIpvs("", table.split("\n").slice(0, 3).join("\n"))).toEqual([]);
  });

  it("always: the order of lines says nothing, as long as services stand before their destinations", () => {
    const blocks = [
      ["-A -t 10.96.0.1:443 -s rr -p 10800\n-a -t 10.96.0.1:443 -r 172.30.1.10:6443 -m -w 1"],
      [
        "-A -u [fd00:96::a]:53 -b sh-fallback,sh-port -s sh\n-a -u [fd00:96::a]:53 -r [fd00:244::5]:53 -m -w 1",
      ],
      ["-A -f 64 -o -s rr\n-a -f 64 -r 10.244.0.5:0 -i --tun-type ipip -w 0"],
      ["-A -f 65 -6 -s mh"],
    ].flat();
    fc.assert(
      fc.property(fc.shuffledSubarray(blocks, { minLength: blocks.length }), (shuffled) => {
        expect(parseIpvs(shuffled.join("\n"), table)).toEqual(items);
      }),
    );
  });

  it.each([
    "-a -t 10.96.0.9:443 -r 172.30.1.10:6443 -m -w 1",
    "-A -t 10.96.0.1 -s rr",
    "-A -t 10.96.0.1:99999 -s rr",
    "-A -t 10.96.0.1:443",
    "-A -t 10.96.0.1:443 -s rr --unheard-of",
    "-A -t 10.96.0.1:443 -s rr -s wrr",
    "-A -t 10.96.0.1:443 -s rr -p",
    "-A -x 10.96.0.1:443 -s rr",
    "-A -f 0 -s rr",
    "-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 172.30.1.10:6443 -z -w 1",
    "-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 172.30.1.10:6443 -m",
    "Memory allocation problem",
  ])("rejects %j", (text) => {
    expect(() => parseIpvs(`${text}\n`, table)).toThrow(/state\/unreadable/);
  });

  it("rejects a table of another form", () => {
    expect(() => parseIpvs("", "SPX  0A600001:01BB rr\n")).toThrow(/state\/unreadable/);
  });

  it("is an error where it hides a service, or shows one that is not there", () => {
    const without = saved.split("\n").slice(0, -2).join("\n");
    expect(() => parseIpvs(without, table)).toThrow(/state\/tool-failed.*shows 6.*has 7/);
    expect(() => parseIpvs("", table)).toThrow(/state\/tool-failed/);
    expect(() => parseIpvs(saved, "")).toThrow(/state\/tool-failed/);
  });
});
