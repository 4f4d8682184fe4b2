import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { EngineSelection, LaunchRequest } from "../../harness/model/engine.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { readConfig } from "./config.ts";
import { desiredState } from "./desired.ts";
import { reference } from "./engine.ts";

const selection: EngineSelection = { name: "reference", variant: "default", options: {} };

function select(options: Record<string, string>): EngineSelection {
  return { ...selection, options };
}

function request(home: string, settings: Settings, options: Record<string, string> = {}): LaunchRequest {
  return {
    selection: select(options),
    settings,
    node: { name: "n1", ipv4: "172.30.0.2", ipv6: "fd00:30::2" },
    program: "/checkout/engines/reference/main.ts",
    home,
    apiServer: "https://172.30.0.2:6443",
    apiCa: "CA",
    token: "TOKEN",
    kubeconfig: "KUBECONFIG",
    workloadNamespace: "lp-1",
    podCidr: "10.1.0.0/16",
    serviceCidr: "10.96.0.0/16",
    serviceCidr6: "fd00:10:96::/112",
    interface: "eth0",
  };
}

describe("problems", () => {
  test("a version, an unknown option and an unknown mutant are each told", () => {
    const wrong = {
      ...select({ mutant: "no-sweep-on-starts", backend: "ebpf", speed: "9" }),
      version: "v1.0.0",
    };
    const text = reference.problems(wrong).join("\n");
    expect(reference.problems(wrong)).toHaveLength(4);
    expect(text).toContain('Did you mean "no-sweep-on-start"?');
  });

  test("a known mutant and backend are none", () => {
    expect(reference.problems(select({ mutant: "no-sweep-on-start", backend: "legacy" }))).toEqual([]);
  });
});

describe("launch", () => {
  const homes: string[] = [];
  afterEach(() => {
    for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
  });

  /** The program's own view of a launch: what its configuration is then. */
  function configOf(settings: Settings, options: Record<string, string> = {}) {
    const home = mkdtempSync(join(tmpdir(), "reference-"));
    homes.push(home);
    const spec = reference.launch(request(home, settings, options));
    for (const [path, content] of Object.entries(spec.files)) writeFileSync(join(home, path), content);
    return { spec, config: readConfig(spec.env), home };
  }

  test("gives the program all that it needs, and its token in a file only", () => {
    const { spec, config } = configOf({});
    expect(spec.argv).toEqual([process.execPath, "/checkout/engines/reference/main.ts"]);
    expect(JSON.stringify([spec.argv, spec.env])).not.toContain('TOKEN"');
    expect(config).toMatchObject({
      token: "TOKEN",
      ca: "CA",
      node: "n1",
      interface: "eth0",
      backend: "nft",
      cidrs: [],
    });
    expect(config.apiServer.href).toBe("https://172.30.0.2:6443/");
  });

  test("hands settings and options on", () => {
    const settings = {
      egressCidrs: { pod: "10.66.0.0/16", service: "10.67.0.0/16" },
      routeTable: 177,
      leaderElection: true,
    };
    const { config } = configOf(settings, { backend: "legacy", mutant: "blocks-api" });
    expect(config).toMatchObject({
      backend: "legacy",
      mutant: "blocks-api",
      routeTable: 177,
      leaderElection: true,
      cidrs: ["10.66.0.0/16", "10.67.0.0/16"],
    });
  });

  test("hands on which tables are chosen, and that it is to clean alone", () => {
    expect(configOf({}).config).toMatchObject({ backend: "nft", isBackendChosen: false, cleansOnly: false });
    expect(configOf({ tables: "legacy" }, { backend: "nft" }).config).toMatchObject({
      backend: "legacy",
      isBackendChosen: true,
    });
    expect(configOf({ networkPolicies: true }).config.input).toBeDefined();
    const { config, home } = configOf({ networkPolicies: false });
    expect(config.input).toBeUndefined();
    const spec = reference.uninstall?.(request(home, {}));
    expect(readConfig(spec?.env ?? {}).cleansOnly).toBe(true);
  });

  test("what is missing or malformed ends the program with every problem", () => {
    const broken = {
      REFERENCE_API: "nowhere",
      REFERENCE_CIDRS: "10.0.0.0/99",
      REFERENCE_TOKEN_FILE: "/does/not/exist",
    };
    expect(() => readConfig(broken)).toThrow(
      /no URL[^]*"10\.0\.0\.0\/99"[^]*REFERENCE_TOKEN_FILE: ENOENT[^]*REFERENCE_CA_FILE is not set[^]*REFERENCE_NODE is not set/,
    );
  });
});

describe("access", () => {
  const verbsOf = (settings: Settings, options = {}) =>
    JSON.stringify(reference.access(settings, select(options)).objects);

  test("pods may be listed as the vendor says, as the seed's role says, or not at all", () => {
    expect(verbsOf({})).toContain('"resources":["pods"],"verbs":["list","watch"]');
    expect(verbsOf({ podListing: "discovery-role" })).toContain('"resources":["pods"],"verbs":["list"]');
    expect(verbsOf({ podListing: "none" })).not.toContain("pods");
  });

  test("nothing may be written, but by the mutant that leaves a finalizer", () => {
    expect(verbsOf({})).not.toMatch(/patch|update|create|delete/);
    expect(verbsOf({}, { mutant: "leaves-finalizer" })).toContain("patch");
  });

  test("another namespace is made before what lives in it", () => {
    const { namespace, objects } = reference.access({ engineNamespace: "tenant" }, selection);
    expect(namespace).toBe("tenant");
    expect(objects.slice(0, 2).map(({ kind }) => kind)).toEqual(["Namespace", "ServiceAccount"]);
  });
});

describe("render and the program agree", () => {
  const context = { selection, settings: {}, namespace: "lp-1" };
  const backends = [{ address: "10.1.0.5", node: "n1" }];
  const stateOf = (object: FeatureObject) => {
    const objects = reference.render(object, context);
    const ofKind = (kind: string) => objects.filter((one) => one.kind === kind);
    const input = { services: ofKind("Service"), slices: ofKind("EndpointSlice") };
    return desiredState({ ...input, exempt: [], node: "n1", leaderElection: false });
  };

  test("on egress", () => {
    expect(stateOf({ kind: "egress-service", name: "web", vip: "192.0.2.1", backends })).toMatchObject({
      egress: [{ owner: "lp-1/web", pod: "10.1.0.5", vip: "192.0.2.1" }],
      routes: [],
    });
  });

  test("on routes", () => {
    expect(stateOf({ kind: "routed-service", name: "web", vip: "192.0.2.1", backends })).toMatchObject({
      egress: [],
      routes: [{ vip: "192.0.2.1" }],
    });
  });

  test("on plain Services, which ask for nothing", () => {
    const ports = [{ name: "http", protocol: "TCP", port: 80, targetPort: 8080 }] as const;
    const plain = {
      kind: "service",
      name: "web",
      type: "LoadBalancer",
      clusterIp: "10.96.0.5",
      ports,
      backends,
    } as const;
    expect(stateOf(plain)).toMatchObject({ egress: [], routes: [] });
  });
});
