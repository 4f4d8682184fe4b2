import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { LaunchRequest } from "../../harness/model/engine.ts";
import type { FeatureObject } from "../../harness/model/objects.ts";
import type { Settings } from "../../harness/model/scenario.ts";
import { readConfig } from "../reference/config.ts";
import { reference } from "../reference/engine.ts";
import { engineOfFile } from "./from-file.ts";
import { parseEngineFile } from "./parse.ts";

const text = readFileSync(join(import.meta.dirname, "example-engine.yaml"), "utf8");

/** The example with some fields replaced. */
function engineWith(change: object = {}) {
  return engineOfFile(parseEngineFile(stringify({ ...(parse(text) as object), ...change }), "my.yaml"));
}

const selection = { name: "example-engine", variant: "default", options: {} };
const context = { selection, settings: {}, namespace: "lp-1" };

function request(home: string, settings: Settings = {}): LaunchRequest {
  return {
    selection,
    settings,
    node: { name: "n1", ipv4: "172.30.0.2", ipv6: "fd00:30::2" },
    program: "/engines/mine",
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

describe("the example's program", () => {
  let home = "";
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function configOf(settings: Settings) {
    home = mkdtempSync(join(tmpdir(), "example-"));
    const { argv, env, files, hostname } = engineWith().launch(request(home, settings));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
    return { argv, hostname, env, config: readConfig(env) };
  }

  test("understands the launch that the file gives it", () => {
    const { argv, hostname, env, config } = configOf({});
    expect(argv).toEqual(["/engines/mine"]);
    expect(hostname).toBe("n1");
    expect(env).toMatchObject({ HOME: home });
    expect(config).toMatchObject({
      token: "TOKEN",
      ca: "CA",
      node: "n1",
      cidrs: [],
      routeTable: 200,
      backend: "nft",
    });
    expect(readFileSync(join(home, ".kube/config"), "utf8")).toBe("KUBECONFIG");
  });

  test("gets the settings of a scenario that has some", () => {
    const egressCidrs = { pod: "10.66.0.0/16", service: "10.67.0.0/16" };
    const { config } = configOf({ egressCidrs, routeTable: 177, leaderElection: true });
    expect(config).toMatchObject({
      cidrs: ["10.66.0.0/16", "10.67.0.0/16"],
      routeTable: 177,
      leaderElection: true,
    });
  });

  test("is a file that runs, from any directory, and is the reference engine", () => {
    const program = join(import.meta.dirname, "example-engine");
    const { status, stderr } = spawnSync(program, {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toContain("REFERENCE_API is not set.");
  });

  test("is asked for objects, and seen in items, as the adapter of the project has it", () => {
    const backends = [{ address: "10.1.0.5", node: "n1" }];
    const objects: readonly FeatureObject[] = [
      { kind: "egress-service", name: "web", vip: "192.0.2.1", backends },
      { kind: "routed-service", name: "web", vip: "192.0.2.1", backends },
      { kind: "cluster-cidrs", name: "c", podCidr: "10.1.0.0/16", serviceCidr: "10.96.0.0/16" },
    ];
    for (const object of objects)
      expect(engineWith().render(object, context)).toEqual(reference.render(object, context));
    const intent = { kind: "egress", node: "n1", pod: "10.1.0.5", vip: "192.0.2.1" } as const;
    const essence = (engine: typeof reference) =>
      engine
        .match(intent, context)
        .map(({ table, chain, tokens, text: pattern }) => ({ table, chain, tokens, pattern }));
    expect(essence(engineWith())).toEqual(essence(reference));
  });
});

describe("launch", () => {
  const argvOf = (command: unknown, settings: Settings = {}) =>
    engineWith({ command }).launch(request("/h", settings)).argv;

  test("leaves out an argument or a whole group whose value is missing", () => {
    const command = [
      "${program}",
      "--kubeconfig=${kubeconfig}",
      ["--table", "${routeTable}"],
      "--elect=${leaderElection}",
    ];
    expect(argvOf(command)).toEqual(["/engines/mine", "--kubeconfig=/h/.kube/config"]);
    expect(argvOf(command, { routeTable: 7, leaderElection: true })).toEqual([
      "/engines/mine",
      "--kubeconfig=/h/.kube/config",
      "--table",
      "7",
      "--elect=true",
    ]);
  });

  test("takes a default where there is one", () => {
    expect(argvOf(["${program}", "${routeTable:-198}"])).toEqual(["/engines/mine", "198"]);
  });

  test("takes options from the file, then from the command line, and knows no other", () => {
    const engine = engineWith({
      options: { speed: "slow", colour: null },
      env: { S: "${option.speed}", C: "${option.colour}" },
    });
    const env = (options: Record<string, string>) =>
      engine.launch({ ...request("/h"), selection: { ...selection, options } }).env;
    expect(env({})).toMatchObject({ S: "slow" });
    expect(env({})).not.toHaveProperty("C");
    expect(env({ speed: "fast", colour: "red" })).toMatchObject({ S: "fast", C: "red" });
    expect(engine.problems({ ...selection, options: { sped: "x" } })[0]).toContain('Did you mean "speed"?');
    expect(engine.problems({ ...selection, options: { speed: "x" } })).toEqual([]);
  });
});

describe("match", () => {
  const servicePort = {
    kind: "service-port",
    node: "n1",
    clusterIp: "10.96.0.5",
    protocol: "TCP",
    port: 80,
    targetPort: 8080,
    backends: ["10.1.0.5", "10.1.0.6"],
  } as const;
  const intents = (matcher: object) =>
    engineWith({ features: ["leader-election"], intent: { "service-port": [matcher] } });

  test("repeats an entry that names the backend, once for each", () => {
    const matchers = intents({
      title: "to ${backend}",
      addresses: ["${backend}"],
      ports: [{ port: "${targetPort}", role: "target" }],
    });
    expect(matchers.match(servicePort, context)).toEqual(
      servicePort.backends.map((first) => ({
        title: `to ${first}`,
        tokens: [
          { kind: "addresses", family: 4, first, last: first },
          { kind: "ports", first: 8080, last: 8080, role: "target" },
        ],
      })),
    );
  });

  test("escapes values in patterns", () => {
    const [matcher] = intents({ title: "x", text: "^-d ${clusterIp} .*${protocol}" }).match(
      servicePort,
      context,
    );
    expect(new RegExp(matcher?.text ?? "").test("-d 10.96.0.5 -p tcp")).toBe(true);
    expect(new RegExp(matcher?.text ?? "").test("-d 10196.0.5 -p tcp")).toBe(false);
  });

  test("an intent that the file does not mention has no items", () => {
    expect(intents({ title: "x" }).match({ kind: "route", node: "n1", vip: "192.0.2.1" }, context)).toEqual(
      [],
    );
  });
});

describe("access", () => {
  const cluster = [{ apiGroups: [""], resources: ["pods", "services"], verbs: ["list"] }];
  const engine = engineWith({ access: { serviceAccount: "mine", cluster, kubeSystem: [] } });
  const rulesOf = (settings: Settings) =>
    engine
      .access(settings, selection)
      .objects.flatMap(({ kind, rules }) => (rules === undefined ? [] : [{ kind, rules }]));

  test("is as given, without the right to list pods, or with exactly that", () => {
    const services = [{ apiGroups: [""], resources: ["services"], verbs: ["list"] }];
    const pods = [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }];
    expect(rulesOf({})).toEqual([{ kind: "ClusterRole", rules: cluster }]);
    expect(rulesOf({ podListing: "none" })).toEqual([{ kind: "ClusterRole", rules: services }]);
    expect(rulesOf({ podListing: "discovery-role" })).toEqual([
      { kind: "ClusterRole", rules: services },
      { kind: "Role", rules: pods },
    ]);
  });

  test("lives where the scenario puts it", () => {
    const { namespace, objects } = engine.access({ engineNamespace: "tenant" }, selection);
    expect(namespace).toBe("tenant");
    expect(objects.map(({ kind }) => kind)).toEqual([
      "Namespace",
      "ServiceAccount",
      "ClusterRole",
      "ClusterRoleBinding",
    ]);
    expect(JSON.stringify(objects)).not.toContain('"namespace":"kube-system"');
  });
});

test("core/v1 Endpoints and the traffic policy are there where the file asks for them", () => {
  const form = {
    annotations: { "example.com/vip": "${vip}" },
    externalTrafficPolicy: "Local",
    endpoints: true,
  };
  const engine = engineWith({ objects: { "egress-service": form, "routed-service": form } });
  const object = { kind: "egress-service", name: "web", vip: "192.0.2.1", backends: [] } as const;
  const [service, , endpoints] = engine.render(object, context);
  expect(service).toMatchObject({
    metadata: { annotations: { "example.com/vip": "192.0.2.1" } },
    spec: { externalTrafficPolicy: "Local" },
  });
  expect(endpoints).toMatchObject({ kind: "Endpoints", subsets: [] });
});

test("two variants are two variants, the first is the default", () => {
  expect(engineWith({ variants: ["arp", "bgp"] }).variants).toEqual(["arp", "bgp"]);
});
