import { describe, expect, it } from "vitest";
import { parseConntrack } from "./conntrack.ts";

/** conntrack-tools 1.4.7. */
const flows = `ipv4     2 tcp      6 119 TIME_WAIT src=10.5.5.5 dst=10.96.0.1 sport=54666 dport=443 src=127.0.0.1 dst=10.5.5.5 sport=7777 dport=54666 [ASSURED] mark=0 use=1
ipv6     10 udp      17 29 src=::1 dst=FD00::1 sport=39803 dport=5555 [UNREPLIED] src=fd00::1 dst=::1 sport=5555 dport=39803 mark=0 use=1
ipv4     2 tcp      6 100 SYN_SENT src=10.1.1.1 dst=10.2.2.2 sport=1 dport=2 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 sport=2 dport=1 mark=64 zone=7 use=1
ipv4     2 icmp     1 100 src=10.1.1.1 dst=10.2.2.2 type=8 code=0 id=5 [UNREPLIED] src=10.2.2.2 dst=10.1.1.1 type=0 code=0 id=5 mark=0 use=1
ipv4     2 unknown  2 464 src=172.30.1.10 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=172.30.1.10 mark=0 use=1
`;

describe("conntrack -L", () => {
  const items = parseConntrack(flows);

  it("keeps what identifies a flow, and no state, timer or mark", () => {
    expect(items.map((item) => item.text)).toEqual([
      "tcp src=10.5.5.5 dst=10.96.0.1 sport=54666 dport=443 src=127.0.0.1 dst=10.5.5.5 sport=7777 dport=54666",
      "udp src=::1 dst=fd00::1 sport=39803 dport=5555 src=fd00::1 dst=::1 sport=5555 dport=39803",
      "tcp src=10.1.1.1 dst=10.2.2.2 sport=1 dport=2 src=10.2.2.2 dst=10.1.1.1 sport=2 dport=1 zone=7",
      "icmp src=10.1.1.1 dst=10.2.2.2 type=8 code=0 id=5 src=10.2.2.2 dst=10.1.1.1 type=0 code=0 id=5",
      "proto-2 src=172.30.1.10 dst=224.0.0.22 src=224.0.0.22 dst=172.30.1.10",
    ]);
  });

  it("names both directions", () => {
    expect(items[0]?.tokens).toEqual([
      { kind: "addresses", family: 4, first: "10.5.5.5", last: "10.5.5.5" },
      { kind: "addresses", family: 4, first: "10.96.0.1", last: "10.96.0.1" },
      { kind: "ports", first: 54666, last: 54666, role: "source", protocol: "tcp" },
      { kind: "ports", first: 443, last: 443, role: "destination", protocol: "tcp" },
      { kind: "addresses", family: 4, first: "127.0.0.1", last: "127.0.0.1" },
      { kind: "ports", first: 7777, last: 7777, role: "source", protocol: "tcp" },
      { kind: "ports", first: 54666, last: 54666, role: "destination", protocol: "tcp" },
    ]);
  });

  it("does not change while a flow ages", () => {
    expect(parseConntrack(flows.replace("119 TIME_WAIT", "3 CLOSE"))).toEqual(items);
  });

  it.each([
    "tcp 6 src=10.0.0.1",
    "ipv4 2 tcp 6 10 ESTABLISHED src=10.0.0.1 dst=10.0.0.2",
    "Operation not permitted",
  ])("rejects %j", (text) => {
    expect(() => parseConntrack(text)).toThrow(/state\/unreadable/);
  });
});

it("leaves out the flows of our own looks at the API server, and no other", () => {
  const flow = (port: number): string =>
    `ipv4     2 tcp      6 117 TIME_WAIT src=172.30.0.10 dst=172.30.0.10 sport=40000 dport=${port} src=172.30.0.10 dst=172.30.0.10 sport=${port} dport=40000 [ASSURED] mark=0 use=1`;
  expect(parseConntrack([flow(6443), flow(20002)].join("\n"))).toEqual([]);
  expect(parseConntrack([flow(64430), flow(8080), flow(20200)].join("\n"))).toHaveLength(3);
});
