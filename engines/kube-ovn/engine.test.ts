import { describe, expect, it } from "vitest";
import type { EngineSelection, LaunchRequest } from "../../harness/model/engine.ts";
import { isMatch } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import { identitiesOf } from "../../harness/oracle/identity.ts";
import { parseIptablesSave } from "../../harness/state/iptables.ts";
import { hostOf, parseDefinitions } from "./cluster-objects.ts";
import { kubeOvn } from "./engine.ts";

const selection: EngineSelection = { name: "kube-ovn", version: "v1.13.8", variant: "iptables", options: {} };
const context = { selection, settings: {}, namespace: "lp-a1" };

/** What the script of v1.13.8 leaves in the table after a FIP, a DNAT and a SNAT rule. */
const saved = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DNAT_FILTER - [0:0]
:EXCLUSIVE_DNAT - [0:0]
:EXCLUSIVE_SNAT - [0:0]
:SHARED_DNAT - [0:0]
:SHARED_SNAT - [0:0]
:SNAT_FILTER - [0:0]
-A PREROUTING -j DNAT_FILTER
-A POSTROUTING -j SNAT_FILTER
-A DNAT_FILTER -j EXCLUSIVE_DNAT
-A DNAT_FILTER -j SHARED_DNAT
-A EXCLUSIVE_DNAT -d 172.31.0.9/32 -j DNAT --to-destination 10.244.0.5
-A EXCLUSIVE_SNAT -s 10.244.0.5/32 -j SNAT --to-source 172.31.0.9
-A SHARED_DNAT -d 172.31.0.9/32 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 10.244.0.6:8080
-A SHARED_SNAT -s 10.244.0.7/32 -o net1 -j SNAT --to-source 172.31.0.9 --random-fully
-A SNAT_FILTER -j EXCLUSIVE_SNAT
-A SNAT_FILTER -j SHARED_SNAT
COMMIT
`;
const { items } = parseIptablesSave("iptables-legacy", saved);
const at = { node: "n1", address: "172.31.0.9" };

describe("kube-ovn", () => {
  it("wants a release that it knows, and no options", () => {
    expect(kubeOvn.problems(selection)).toEqual([]);
    expect(kubeOvn.problems({ ...selection, version: "v1.16.2" })).toEqual([]);
    expect(kubeOvn.problems({ name: "kube-ovn", variant: "iptables", options: { a: "b" } })).toHaveLength(2);
    expect(kubeOvn.problems({ ...selection, version: "v1.12.4" })).toHaveLength(1);
    expect(kubeOvn.problems({ ...selection, version: "latest" })).toHaveLength(1);
  });

  it.each<readonly [Intent, readonly string[]]>([
    [{ kind: "floating-ip", ...at, pod: "10.244.0.5" }, ["EXCLUSIVE_DNAT", "EXCLUSIVE_SNAT"]],
    [{ kind: "port-forward", ...at, port: 8443, pod: "10.244.0.6", podPort: 8080 }, ["SHARED_DNAT"]],
    [{ kind: "source-nat", ...at, cidr: "10.244.0.7/32" }, ["SHARED_SNAT"]],
    [{ kind: "floating-ip", ...at, pod: "10.244.0.6" }, []],
    [{ kind: "source-nat", ...at, cidr: "10.244.0.70/32" }, []],
  ])("sees %j", (intent, chains) => {
    const matchers = kubeOvn.match(intent, context);
    const seen = matchers.flatMap((matcher) => items.filter((item) => isMatch(matcher, item)));
    expect(seen.map(({ chain }) => chain)).toEqual(chains);
  });

  it("keeps what init makes, and no rule of any object", () => {
    const { keeps } = kubeOvn.profile(selection);
    const left = items.filter((item) => !keeps.some((kept) => isMatch(kept, item)));
    expect(left.map(({ text }) => text.split(" ")[1])).toEqual([
      "EXCLUSIVE_DNAT",
      "EXCLUSIVE_SNAT",
      "SHARED_DNAT",
      "SHARED_SNAT",
    ]);
  });

  it("renders objects whose addresses are known from the spec alone", () => {
    const node = "n1";
    const objects = [
      ...kubeOvn.render({ kind: "elastic-ip", name: "e", node, address: "172.31.0.9" }, context),
      ...kubeOvn.render({ kind: "floating-ip", name: "f", node, elasticIp: "e", pod: "10.244.0.5" }, context),
      ...kubeOvn.render(
        { kind: "source-nat", name: "s", node, elasticIp: "e", cidr: "10.244.0.7/32" },
        context,
      ),
    ];
    const addresses = objects.flatMap((object) =>
      identitiesOf(object).flatMap((identity) => (identity.kind === "address" ? [identity.address] : [])),
    );
    expect(addresses).toEqual(["172.31.0.9", "10.244.0.5", "10.244.0.7"]);
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual([undefined, undefined, undefined]);
  });

  it("starts the program under the name by which it knows what to do", () => {
    const request: LaunchRequest = {
      ...context,
      node: { name: "n1", ipv4: "172.30.0.10", ipv6: "fd00:30::a" },
      program: "/engines/kube-ovn-v1.13.8",
      home: "/run/engine",
      apiServer: "https://172.30.0.10:6444",
      apiCa: "PEM",
      token: "secret",
      kubeconfig: "kind: Config",
      workloadNamespace: "lp-a1",
      podCidr: "10.244.0.0/16",
      serviceCidr: "10.97.0.0/16",
      serviceCidr6: "fd00:10:97::/112",
      interface: "eth0",
    };
    const { argv, env } = kubeOvn.launch(request);
    expect(argv.slice(0, 4)).toEqual([
      "bash",
      "-c",
      'mkdir -p /var/log/kube-ovn && exec -a kube-ovn-controller "$0" "$@"',
      "/engines/kube-ovn-v1.13.8",
    ]);
    expect(argv).toContain("--service-cluster-ip-range=10.97.0.0/16");
    expect(env["KUBECONFIG"]).toBe("/run/engine/.kube/config");
  });
});

describe("cluster objects", () => {
  it("takes definitions out of a file, and nothing else", () => {
    const text = "kind: CustomResourceDefinition\nmetadata: {name: a}\n---\nkind: ConfigMap\n---\n";
    expect(parseDefinitions(text).map(({ metadata }) => metadata.name)).toEqual(["a"]);
  });

  it("counts addresses from both ends of a network", () => {
    expect([hostOf("172.31.0.0/16", 1), hostOf("172.31.0.0/16", -2)]).toEqual([
      "172.31.0.1",
      "172.31.255.254",
    ]);
  });
});
