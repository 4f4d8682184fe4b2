import { describe, expect, it } from "vitest";
import type { AuditFinding } from "./finding.ts";
import { planRemoval } from "./removal-plan.ts";

const base = { kind: "orphan", engine: "kube-vip", node: "node1", why: "names nobody" } as const;
const commandsOf = (...findings: readonly Partial<AuditFinding>[]): readonly string[] =>
  planRemoval(findings.map((finding) => ({ ...base, text: "", ...finding }))).map(({ command }) => command);

describe("the plan", () => {
  it("has a command for every family, as its own tool wants it", () => {
    expect(
      commandsOf(
        {
          family: "iptables-legacy",
          table: "mangle",
          chain: "C",
          text: '-A C -s 10.0.0.5/32 -m comment --comment "it\'s a/b" -j MARK --set-xmark 0x40/0x40',
        },
        { family: "ip6tables-nft", table: "nat", chain: "C", text: "-N C" },
        { family: "ipset", chain: "svip", text: "add svip 10.0.0.5" },
        { family: "ipset", chain: "svip", text: "create svip hash:ip family inet" },
        { family: "ipvs", chain: "-t 10.0.0.5:80", text: "-A -t 10.0.0.5:80 -s rr" },
        { family: "route", table: "198", text: "unicast fd00::5 dev lo proto 248 scope global metric 1024" },
        { family: "address", text: "10.0.0.5/32 dev kube-dummy-if scope global" },
        { kind: "lease", text: "Lease shop/kubevip-web" },
      ),
    ).toEqual([
      "iptables-legacy -w -t mangle -D C -s 10.0.0.5/32 -m comment --comment 'it'\\''s a/b' -j MARK --set-xmark 0x40/0x40",
      "ipset del svip 10.0.0.5",
      "ipvsadm -D -t 10.0.0.5:80",
      "ip6tables-nft -w -t nat -X C",
      "ipset destroy svip",
      "ip -6 route del unicast fd00::5 dev lo proto 248 scope global metric 1024 table 198",
      "ip addr del 10.0.0.5/32 dev kube-dummy-if",
      "kubectl -n shop delete lease kubevip-web",
    ]);
  });

  it("takes away what leads in, then what rewrites, then marks, then chains", () => {
    const place = { family: "iptables-nft", table: "nat", chain: "C" } as const;
    const texts = [
      "-N KUBE-SEP-A",
      "-A C -s 10.0.0.5/32 -j MARK --set-xmark 0x1/0x1",
      "-A C -s 10.0.0.5/32 -j SNAT --to-source 10.0.0.9",
      "-A C -d 10.0.0.9/32 -j KUBE-SEP-A",
    ];
    const plan = planRemoval(texts.map((text) => ({ ...base, ...place, text })));
    expect(plan.map(({ finding }) => finding.text)).toEqual(texts.toReversed());
    expect(plan[1]?.check).toBe(
      "no object names it, and the audit still shows it; it carries no traffic by itself",
    );
  });

  it("names an element of a map without its verdict, and lets the user find a handle", () => {
    const nft = { family: "nftables", table: "ip kube-proxy", chain: "service-ips" } as const;
    expect(
      commandsOf(
        {
          ...nft,
          text: "add element service-ips { 10.96.0.9 . tcp . 80 : goto service-ABCDEFGH-shop/gone/tcp/http }",
        },
        { ...nft, chain: "c", text: "add rule c ip daddr 10.0.0.5 drop" },
      ),
    ).toEqual([
      "nft delete element ip kube-proxy service-ips '{' 10.96.0.9 . tcp . 80 '}'",
      "nft -a list chain ip kube-proxy c   # find the handle of: ip daddr 10.0.0.5 drop\nnft delete rule ip kube-proxy c handle HANDLE",
    ]);
  });

  it("has no command for what is missing, held by a finalizer, or a policy", () => {
    expect(
      commandsOf(
        { kind: "missing", text: "SNAT" },
        { kind: "finalizer", text: "Service a/b" },
        { family: "iptables-nft", text: "-P INPUT ACCEPT" },
      ),
    ).toEqual([]);
  });

  it("cannot be broken out of by a comment", () => {
    const [command = ""] = commandsOf({
      family: "iptables-nft",
      table: "nat",
      chain: "C",
      text: '-A C -m comment --comment "$(reboot); `id`" -j DROP',
    });
    expect(command).toBe("iptables-nft -w -t nat -D C -m comment --comment '$(reboot); `id`' -j DROP");
  });
});
