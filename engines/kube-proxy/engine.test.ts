import { describe, expect, it } from "vitest";
import type { ClusterFacts, LaunchRequest } from "../../harness/model/engine.ts";
import { isMatch } from "../../harness/model/matcher.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import type { StateItem } from "../../harness/model/state.ts";
import { kubeProxy } from "./engine.ts";
import { contextOf, iptables, type Mode, nftables, select } from "./testing.ts";

const cluster: ClusterFacts = { apiServiceAddress: "10.96.0.1", apiEndpoints: ["172.30.0.1:6443"] };

function left(mode: Mode, items: readonly StateItem[], facts?: ClusterFacts): readonly string[] {
  const { keeps } = kubeProxy.profile(select(mode), facts);
  return items.filter((item) => !keeps.some((kept) => isMatch(kept, item))).map((item) => item.text);
}

describe("keeps in iptables mode", () => {
  it("lets the structure and the API server's Service stay", () => {
    expect(left("iptables", iptables("idle"), cluster)).toEqual([]);
    expect(left("iptables", iptables("idle", "iptables-legacy"), cluster)).toEqual([]);
  });

  it("lets nothing of a Service stay: three chains and five rules", () => {
    expect(left("iptables", iptables("web"), cluster)).toHaveLength(8);
    expect(left("iptables", iptables("refused"), cluster)).toHaveLength(1);
  });

  it("knows the chain of the API server's endpoint by that endpoint", () => {
    const elsewhere = { ...cluster, apiEndpoints: ["172.30.0.2:6443"] };
    expect(left("iptables", iptables("idle"), elsewhere)).toHaveLength(3);
    expect(left("iptables", iptables("idle"))).toHaveLength(3);
  });
});

describe("keeps in nftables mode", () => {
  it("lets the structure and the API server's Service stay", () => {
    expect(left("nftables", nftables("idle"), cluster)).toEqual([]);
    expect(left("nftables", nftables("idle"))).toEqual(["add element cluster-ips { 10.96.0.1 }"]);
  });

  it("lets an emptied chain stay for a while, by chance, but no rule, no member and no address", () => {
    const { keeps } = kubeProxy.profile(select("nftables"), cluster);
    const emptied = nftables("emptied").filter(({ kind }) => kind === "chain");
    const byChance = emptied.filter((item) => keeps.some((kept) => kept.isByChance && isMatch(kept, item)));
    expect(byChance.length).toBeGreaterThan(0);
    expect(left("nftables", nftables("emptied"), cluster)).toEqual([]);
    expect(left("nftables", nftables("web"), cluster)).toHaveLength(4);
    expect(left("nftables", nftables("refused"), cluster)).toHaveLength(1);
  });
});

describe("problems", () => {
  it("has none against flags", () => {
    expect(kubeProxy.problems(select("nftables", { "iptables-sync-period": "5s", v: "4" }))).toEqual([]);
  });

  it("takes no version, no variable and none of its own flags", () => {
    const options = { "--v": "4", kubeconfig: "/x", "proxy-mode": "ipvs" };
    expect(kubeProxy.problems({ ...select("iptables", options), version: "v1.30.0" })).toHaveLength(4);
  });
});

describe("settle time", () => {
  it("follows how far apart syncs are", () => {
    const settleMs = (options?: Record<string, string>): number =>
      kubeProxy.profile(select("iptables", options)).settleMs;
    expect(settleMs()).toBe(900);
    expect(settleMs({ "iptables-min-sync-period": "1s" })).toBe(1_500);
    expect(settleMs({ "iptables-min-sync-period": "1.5s" })).toBe(2_000);
  });

  it("is longer than a chain is left empty in nftables mode, which the next sync is to delete", () => {
    const { settleMs } = kubeProxy.profile(select("nftables"));
    expect(settleMs).toBeGreaterThan(1_000);
    const slow = kubeProxy.profile(select("nftables", { "iptables-min-sync-period": "1s" }));
    expect(slow.settleMs).toBe(1_500);
  });

  it("cannot be told from other durations, and is no longer than an attempt can wait", () => {
    for (const period of ["1h2m", "11s", "soon"])
      expect(kubeProxy.problems(select("iptables", { "iptables-min-sync-period": period }))).toHaveLength(1);
  });
});

describe("launch", () => {
  const request: LaunchRequest = {
    selection: select("nftables", { v: "4" }),
    settings: {},
    node: { name: "lp-n1", ipv4: "172.30.0.10", ipv6: "fd00:30::a" },
    program: "/engine/kube-proxy",
    home: "/home/engine",
    apiServer: "https://172.30.0.10:6443",
    apiCa: "PEM",
    token: "secret",
    kubeconfig: "kind: Config",
    workloadNamespace: "lp-a1",
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.97.0.0/16",
    serviceCidr6: "fd00:10:97::/112",
    interface: "eth0",
  };

  it("leaves connection tracking alone and listens on the loopback address only", () => {
    const spec = kubeProxy.launch(request);
    expect(spec.argv).toMatchInlineSnapshot(`
      [
        "/engine/kube-proxy",
        "--kubeconfig=/home/engine/kubeconfig",
        "--hostname-override=lp-n1",
        "--proxy-mode=nftables",
        "--cluster-cidr=10.244.0.0/16",
        "--iptables-min-sync-period=400ms",
        "--conntrack-max-per-core=0",
        "--conntrack-min=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
        "--metrics-bind-address=127.0.0.1:10249",
        "--healthz-bind-address=127.0.0.1:10256",
        "--v=4",
      ]
    `);
    expect(spec.files).toEqual({ kubeconfig: "kind: Config" });
    expect(JSON.stringify([spec.argv, spec.env])).not.toContain("secret");
  });

  it("is ready when its rules are written, where its log is to say so", () => {
    const readyOf = (options: Readonly<Record<string, string>>) =>
      kubeProxy.launch({ ...request, selection: { ...request.selection, options } }).readyPattern;
    expect([{}, { v: "4" }, { v: "2" }].map(readyOf)).toEqual(Array(3).fill('"SyncProxyRules complete"'));
    expect(readyOf({ v: "1" })).toBeUndefined();
  });
});

describe("access and render", () => {
  it("binds the role that every API server has", () => {
    const { objects, ...account } = kubeProxy.access({}, select("iptables"));
    expect(account).toEqual({ namespace: "kube-system", serviceAccount: "kube-proxy" });
    expect(objects.at(-1)).toMatchObject({
      kind: "ClusterRoleBinding",
      roleRef: { kind: "ClusterRole", name: "system:node-proxier" },
      subjects: [{ kind: "ServiceAccount", name: "kube-proxy", namespace: "kube-system" }],
    });
    expect(kubeProxy.access({ engineNamespace: "tenant" }, select("iptables")).objects[0]?.kind).toBe(
      "Namespace",
    );
  });

  it("makes a Service with pinned addresses, and its slice", () => {
    const object: FeatureObject = {
      kind: "service",
      name: "web",
      type: "NodePort",
      clusterIp: "10.97.0.50",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080, nodePort: 30080 }],
      backends: [{ address: "10.244.1.5", node: "lp-n1" }],
    };
    const [service, slice] = kubeProxy.render(object, contextOf("iptables"));
    expect(service).toMatchObject({ spec: { clusterIP: "10.97.0.50", ports: [{ nodePort: 30080 }] } });
    expect(slice).toMatchObject({ kind: "EndpointSlice", ports: [{ port: 8080 }] });
    const route: FeatureObject = { kind: "routed-service", name: "web", vip: "172.31.9.50", backends: [] };
    expect(() => kubeProxy.render(route, contextOf("iptables"))).toThrow("[run/internal]");
  });
});
