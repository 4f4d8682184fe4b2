import { describe, expect, it } from "vitest";
import { egressBackend, leaseTimingMs, nftablesTable, routeProtocol, selectionProblems } from "./options.ts";
import { select } from "./testing.ts";

describe("selectionProblems", () => {
  it("has none against a release and options in kube-vip's own words", () => {
    const options = { vip_cleanroutingtable: "true", EGRESS_CLEAN: "true", k8s_config_file: "/x" };
    expect(selectionProblems(select("v0.7.1", options))).toEqual([]);
    expect(selectionProblems(select("v9.0.0"))).toEqual([]);
  });

  it("wants a version, and says how to give it", () => {
    const problems = selectionProblems({ name: "kube-vip", variant: "rt", options: {} });
    expect(problems).toEqual([expect.stringContaining("kube-vip@v1.2.3")]);
  });

  it("tells every problem at once", () => {
    const problems = selectionProblems(select("v0.6.0", { "vip-arp": "true", HOME: "/root", "": "x" }));
    expect(problems).toHaveLength(4);
    expect(problems[0]).toContain("v0.7.0");
  });
});

describe("egress-internal", () => {
  it("is true or false, from the release on that knows it", () => {
    expect(selectionProblems(select("v1.0.0", { "egress-internal": "true" }))).toEqual([]);
    expect(selectionProblems(select("v0.9.2", { "egress-internal": "true" }))).toEqual([
      expect.stringContaining("v1.0.0"),
    ]);
    expect(selectionProblems(select("v1.0.0", { "egress-internal": "yes" }))).toHaveLength(1);
  });

  it("has egress written by nftables where the release would take iptables", () => {
    expect(egressBackend(select("v1.2.1", { "egress-internal": "true" }))).toBe("nftables");
    expect(egressBackend(select("v1.2.1", { "egress-internal": "false" }))).toBe("iptables-legacy");
  });
});

describe("egressBackend", () => {
  it.each([
    ["v0.8.5", undefined, "iptables-legacy"],
    ["v0.8.5", "true", "iptables-nft"],
    ["v0.8.5", "false", "iptables-legacy"],
    ["v1.2.1", "1", "iptables-nft"],
    ["v1.2.2", undefined, "nftables"],
    ["v1.2.3", "true", "nftables"],
    ["v1.2.3", "False", "iptables-legacy"],
    ["v1.2.3", "", "nftables"],
  ])("%s with egress_withnftables=%s writes by %s", (version, value, backend) => {
    const options = value === undefined ? {} : { egress_withnftables: value };
    expect(egressBackend(select(version, options))).toBe(backend);
  });

  it("is asked for a selection with problems only by mistake", () => {
    expect(() => egressBackend(select("v0.1.0"))).toThrow("[run/internal]");
  });
});

describe("other options that change what is written", () => {
  it("names the tables after the instance", () => {
    expect(nftablesTable(select("v1.2.3"), 4)).toBe("ip kube_vip_v4");
    expect(nftablesTable(select("v1.2.3", { instance_name: "blue" }), 6)).toBe("ip6 kube_vip_blue_v6");
  });

  it("follows the routing protocol, where there is one", () => {
    expect(routeProtocol(select("v0.7.1"))).toBe("248");
    expect(routeProtocol(select("v0.7.1", { vip_routingprotocol: "100" }))).toBe("100");
    expect(routeProtocol(select("v0.7.0", { vip_routingprotocol: "100" }))).toBe("boot");
  });

  it("reads lease timings in seconds, and takes its own for nonsense", () => {
    expect(leaseTimingMs(select("v1.1.0", { vip_leaseduration: "15" }), "vip_leaseduration")).toBe(15_000);
    expect(leaseTimingMs(select("v1.1.0", { vip_leaseduration: "soon" }), "vip_leaseduration")).toBe(5_000);
    expect(leaseTimingMs(select("v1.1.0"), "vip_retryperiod")).toBe(1_000);
  });
});
