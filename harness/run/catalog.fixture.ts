import type { Engine, EngineProgram } from "../model/engine.ts";
import type { Profile } from "../model/profile.ts";
import type { FeatureName, Scenario } from "../model/scenario.ts";
import type { Catalog } from "./pick-engines.ts";

/** An engine for tests: it knows the versions v1 and v2 and the option `speed`. */
export function fakeEngine(
  name: string,
  features: readonly FeatureName[],
  program: EngineProgram = { kind: "user-binary" },
  variants: Engine["variants"] = ["default"],
): Engine {
  return {
    contract: 1,
    name,
    title: name,
    variants,
    program,
    problems: ({ version, options }) => [
      ...(version === undefined || /^v[12]$/.test(version) ? [] : [`version ${version} is unknown.`]),
      ...Object.keys(options).flatMap((key) => (key === "speed" ? [] : [`option ${key} is unknown.`])),
    ],
    profile: () => ({
      features,
      keeps: [],
      keepsObjects: [],
      constants: [],
      exit: { policy: "keeps", except: [] },
      worstCaseMs: 1_000,
      settleMs: 100,
    }),
    access: () => ({ namespace: "kube-system", serviceAccount: name, objects: [] }),
    launch: ({ program: path }) => ({ argv: [path], env: {}, files: {}, hostname: "n1" }),
    render: () => [],
    match: () => [],
  };
}

function fakeScenario(
  name: string,
  feature: FeatureName,
  needs: NonNullable<Scenario["needs"]> = [],
): Scenario {
  return {
    name,
    title: name,
    feature,
    needs,
    nodes: 1,
    settings: { routeTable: 198 },
    sources: [],
    steps: () => [],
    canary: () => ({
      object: { kind: "egress-service", name: "c", vip: "192.0.2.1", backends: [] },
      expect: [],
    }),
  };
}

function fakeProfile(name: string, scenarios: readonly string[], engines: readonly string[]): Profile {
  return {
    apiVersion: "leakproof.dev/v1",
    kind: "Profile",
    name,
    version: "1",
    title: name,
    limits: { convergenceMs: 30_000, apiOutageMs: 3_000, exitMs: 10_000 },
    scenarios: scenarios.map((scenario) => ({ name: scenario, level: "core" })),
    engines,
  };
}

/** Three engines, four scenarios, two profiles. */
export const catalog: Catalog = {
  engines: [
    fakeEngine("kube-vip", ["egress", "route-table", "leader-election"], { kind: "user-binary" }, [
      "rt",
      "arp",
    ]),
    fakeEngine("kube-proxy", ["service-rules"], { kind: "control-plane", program: "kube-proxy" }, [
      "iptables",
      "nftables",
    ]),
    fakeEngine("reference", ["egress"], { kind: "node-script", path: "engines/reference/main.ts" }),
  ],
  scenarios: [
    fakeScenario("egress-moves", "egress"),
    fakeScenario("egress-moves-other-node", "egress", ["leader-election", "ip_vs"]),
    fakeScenario("service-scaled", "service-rules"),
    fakeScenario("route-several", "route-table"),
  ],
  profiles: [
    fakeProfile(
      "default",
      ["egress-moves", "egress-moves-other-node", "service-scaled"],
      ["reference", "kube-proxy/iptables", "kube-proxy/nftables"],
    ),
    fakeProfile("egress-snat", ["egress-moves", "egress-moves-other-node", "route-several"], []),
  ],
};
