import { describe, expect, it } from "vitest";
import {
  auditOf,
  hostRoute,
  nodeObject,
  rules,
  serviceObject,
  sliceObject,
  told,
} from "../../harness/audit/testing.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { signs } from "./audit.ts";

const comment = "-m comment --comment a3ViZS12aXAK=kube-vip-shop";
const annotations = {
  "kube-vip.io/egress": "true",
  "kube-vip.io/loadbalancerIPs": "172.31.0.5",
  // Written by kube-vip itself: it keeps nothing alive.
  "kube-vip.io/active-endpoint": "10.244.0.9",
};
const service = serviceObject({ type: "LoadBalancer" }, { annotations });
const objects = [service, sliceObject(), nodeObject()];

const mark = (pod: string): string =>
  `-A KUBE-VIP-EGRESS -s ${pod}/32 ${comment} -j MARK --set-xmark 0x40/0x40`;
const snat = (pod: string, vip = "172.31.0.5"): string =>
  `-A POSTROUTING -s ${pod}/32 -m mark --mark 0x40/0x40 ${comment} -j SNAT --to-source ${vip}`;

function egress(
  pods: readonly string[],
  snats = pods.map((pod) => snat(pod)),
  exempt = "10.244.0.0/16",
): readonly StateItem[] {
  return [
    ...rules("mangle", [
      `-A PREROUTING ${comment} -j KUBE-VIP-EGRESS`,
      `-A KUBE-VIP-EGRESS -d ${exempt} ${comment} -j RETURN`,
      ...pods.map(mark),
    ]),
    ...rules("nat", snats),
  ];
}

const sound = egress(["10.244.0.5"]);

describe("what kube-vip left behind", () => {
  it("is nothing where rules and objects agree, whoever else is there", () => {
    const foreign = rules("filter", [
      "-A INPUT -s 192.0.2.7/32 -j DROP",
      "-A DOCKER -d 172.17.0.2/32 -j ACCEPT",
    ]);
    const routes = [...hostRoute("172.31.0.5"), ...hostRoute("192.0.2.8", 254, "boot")];
    expect(told(auditOf(signs, [...sound, ...foreign, ...routes], objects))).toEqual([]);
  });

  it("is MARK and SNAT of a pod that was replaced, with the Service that they were for", () => {
    const { findings } = auditOf(signs, egress(["10.244.0.9", "10.244.0.5"]), objects);
    expect(findings.map(({ kind, text, owner }) => [kind, text, owner])).toEqual([
      ["orphan", mark("10.244.0.9"), "Service shop/web"],
      ["orphan", snat("10.244.0.9"), "Service shop/web"],
    ]);
    expect(findings[1]?.traffic).toBe("a packet from 10.244.0.9 to anywhere outside leaves as 172.31.0.5");
  });

  it("is a rule for a pod that lives on, and is no backend any more", () => {
    const other = sliceObject(["10.244.0.7"], "other");
    const state = egress(["10.244.0.5", "10.244.0.7"]);
    expect(
      told(
        auditOf(signs, state, [
          ...objects,
          serviceObject({ clusterIP: "10.96.0.11" }, { name: "other" }),
          other,
        ]),
      ),
    ).toEqual([
      "stale-value is for 10.244.0.7, which is no backend of an egress Service",
      "stale-value is for 10.244.0.7, which is no backend of an egress Service",
    ]);
  });

  it("is a SNAT to an address that no Service has", () => {
    const state = egress(["10.244.0.5"], [snat("10.244.0.5"), snat("10.244.0.5", "172.31.0.6")]);
    expect(told(auditOf(signs, state, objects))).toEqual(["orphan names 172.31.0.6, which no object names"]);
  });

  it("is an exemption of networks that nobody configured", () => {
    const state = egress(["10.244.0.5"], [snat("10.244.0.5")], "10.0.0.0/16");
    expect(told(auditOf(signs, state, objects))).toEqual([
      "stale-value names 10.0.0.0/16, which is no network of this cluster or its settings",
    ]);
  });

  it("is everything of a namespace that has no egress any more", () => {
    const { findings } = auditOf(signs, sound, [nodeObject()]);
    expect(findings).toHaveLength(4);
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(["orphan"]));
  });

  it("is an IPv6 rule for a whole provider's network", () => {
    const state = rules(
      "nat",
      [`-A POSTROUTING -s fd00:10::/32 -m mark --mark 0x40/0x40 ${comment} -j SNAT --to-source fd00:31::5`],
      "ip6tables-legacy",
    );
    expect(told(auditOf(signs, state, objects))).toEqual([
      "stale-value matches all of fd00:10::/32, where one pod is meant",
    ]);
  });

  it.each(["248", "boot"])("is a route to an address that no object names, protocol %s", (protocol) => {
    const state = [...hostRoute("172.31.0.5", 198, protocol), ...hostRoute("172.31.0.105", 198, protocol)];
    expect(told(auditOf(signs, state, objects))).toEqual([
      "orphan leads to 172.31.0.105, which no object names",
    ]);
  });

  it("is a rule that is not there, on the node that holds the lease", () => {
    const lease = (holderIdentity: string) => ({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "kubevip-web", namespace: "shop" },
      spec: { holderIdentity },
    });
    const half = egress(["10.244.0.5"], []);
    expect(
      auditOf(signs, half, [...objects, lease("node1")]).findings.map(({ kind, text }) => [kind, text]),
    ).toEqual([["missing", "SNAT of 10.244.0.5 to 172.31.0.5"]]);
    expect(told(auditOf(signs, half, [...objects, lease("node2")]))).toEqual([]);
    expect(told(auditOf(signs, sound, [...objects, lease("node1")]))).toEqual([]);
  });

  it("is the lease of a Service that is gone", () => {
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "kubevip-gone", namespace: "shop" },
    };
    expect(told(auditOf(signs, sound, [...objects, lease]))).toEqual([
      "lease is of the election for Service shop/gone, which is gone",
    ]);
  });
});
