import type { EngineSelection, LaunchRequest, RenderContext } from "../../harness/model/engine.ts";
import type { Settings } from "../../harness/model/scenario.ts";

/** Selections and requests for the tests of this folder. */
export function select(version: string, options: Readonly<Record<string, string>> = {}): EngineSelection {
  return { name: "kube-vip", version, variant: "rt", options };
}

/** The same in ARP mode. */
export function selectArp(version: string, options: Readonly<Record<string, string>> = {}): EngineSelection {
  return { ...select(version, options), variant: "arp" };
}

export function contextOf(
  version: string,
  settings: Settings = {},
  options: Readonly<Record<string, string>> = {},
): RenderContext {
  return { selection: select(version, options), settings, namespace: "lp-a1" };
}

export function requestOf(
  version: string,
  settings: Settings = {},
  options: Readonly<Record<string, string>> = {},
): LaunchRequest {
  return {
    selection: select(version, options),
    settings,
    node: { name: "lp-n1", ipv4: "172.30.0.10", ipv6: "fd00:30::a" },
    program: "/engine/kube-vip",
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
}
