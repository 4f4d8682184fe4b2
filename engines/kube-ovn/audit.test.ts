import { describe, expect, it } from "vitest";
import { auditOf, nodeObject, rules, serviceObject, sliceObject, told } from "../../harness/audit/testing.ts";
import { signs } from "./audit.ts";

const object = (kind: string, name: string, spec: Readonly<Record<string, string>>) => ({
  apiVersion: "kubeovn.io/v1",
  kind,
  metadata: { name },
  spec,
});
const eip = object("IptablesEIP", "e1", { v4ip: "172.18.11.5" });
const fip = object("IptablesFIPRule", "f1", { eip: "e1", internalIp: "10.0.1.5" });
const dnat = object("IptablesDnatRule", "d1", {
  eip: "e1",
  externalPort: "8888",
  protocol: "tcp",
  internalIp: "10.0.1.6",
  internalPort: "80",
});
const snat = object("IptablesSnatRule", "s1", { eip: "e1", internalCIDR: "10.0.1.0/24" });
const objects = [serviceObject(), sliceObject(), nodeObject(), eip, fip, dnat, snat];

const jumps = [
  "-A PREROUTING -j DNAT_FILTER",
  "-A DNAT_FILTER -j EXCLUSIVE_DNAT",
  "-A DNAT_FILTER -j SHARED_DNAT",
  "-A POSTROUTING -j SNAT_FILTER",
  "-A SNAT_FILTER -j EXCLUSIVE_SNAT",
  "-A SNAT_FILTER -j SHARED_SNAT",
];
const translations = [
  "-A EXCLUSIVE_DNAT -d 172.18.11.5/32 -j DNAT --to-destination 10.0.1.5",
  "-A EXCLUSIVE_SNAT -s 10.0.1.5/32 -j SNAT --to-source 172.18.11.5",
  "-A SHARED_DNAT -d 172.18.11.5/32 -p tcp -m tcp --dport 8888 -j DNAT --to-destination 10.0.1.6:80",
  "-A SHARED_SNAT -s 10.0.1.0/24 -o net1 -j SNAT --to-source 172.18.11.5 --random-fully",
];
const gateway = rules("nat", [...jumps, ...translations], "iptables-legacy");

describe("what a VPC NAT gateway of Kube-OVN left behind", () => {
  it("is nothing where rules and objects agree", () => {
    expect(told(auditOf(signs, gateway, objects))).toEqual([]);
  });

  it("is the pair of a FIP that was deleted while it was made, and looks like its issue", () => {
    const { findings } = auditOf(
      signs,
      gateway,
      objects.filter((each) => each !== fip),
      { asked: ["IptablesFIPRule"] },
    );
    expect(findings.map(({ kind, text }) => [kind, text])).toEqual([
      ["orphan", translations[0]],
      ["orphan", translations[1]],
    ]);
    expect(findings[0]?.looksLike?.firstGood).toBe("v1.13.9");
  });

  it("is the old target of a FIP that leads elsewhere now, with the FIP", () => {
    const moved = object("IptablesFIPRule", "f2", { eip: "e1", internalIp: "10.0.1.9" });
    const { findings } = auditOf(signs, gateway, [...objects.filter((each) => each !== fip), moved]);
    expect(findings.map(({ kind, why, owner }) => [kind, why, owner])[0]).toEqual([
      "stale-value",
      "translates 172.18.11.5 to 10.0.1.5, while IptablesFIPRule f2 has 10.0.1.9",
      "IptablesFIPRule f2",
    ]);
  });

  it("is the rule of a SNAT and of a DNAT that are gone", () => {
    const { findings } = auditOf(
      signs,
      gateway,
      objects.filter((each) => each !== dnat && each !== snat),
    );
    // Without any object of a kind it is not known whether they were asked for: nothing is said of the rest either.
    expect(findings).toEqual([]);
    const others = [
      object("IptablesDnatRule", "d2", { eip: "e9" }),
      object("IptablesSnatRule", "s2", { eip: "e9" }),
    ];
    const again = auditOf(signs, gateway, [
      ...objects.filter((each) => each !== dnat && each !== snat),
      ...others,
    ]);
    expect(again.findings.map(({ text }) => text)).toEqual([translations[2], translations[3]]);
  });

  it("cannot be told without its objects, and that is said", () => {
    const report = auditOf(signs, gateway, [serviceObject(), nodeObject()]);
    expect(report.findings).toEqual([]);
    expect(report.problems.map(({ what }) => what)).toEqual([
      "rules here are of IptablesEIP, IptablesFIPRule, IptablesDnatRule, IptablesSnatRule, and no such objects were given",
    ]);
  });

  it("is an object that is Terminating for long", () => {
    const stuck = {
      ...fip,
      metadata: {
        name: "f1",
        deletionTimestamp: "2026-11-22T11:50:00Z",
        finalizers: ["kubeovn.io/kube-ovn-controller"],
      },
    };
    const report = auditOf(signs, gateway, [...objects.filter((each) => each !== fip), stuck]);
    expect(told(report)).toEqual([
      "finalizer is Terminating since 2026-11-22T11:50:00Z, held by kubeovn.io/kube-ovn-controller",
    ]);
    expect(report.findings[0]?.looksLike?.links).toEqual(["https://github.com/kubeovn/kube-ovn/pull/7210"]);
    const fresh = { ...stuck, metadata: { ...stuck.metadata, deletionTimestamp: "2026-11-22T11:59:30Z" } };
    expect(told(auditOf(signs, gateway, [...objects.filter((each) => each !== fip), fresh]))).toEqual([]);
  });
});
