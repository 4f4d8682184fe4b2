import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineHost, GatewayPod, Surroundings } from "../../harness/model/engine.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import {
  attachmentDefinition,
  gatewayObject,
  hostOf,
  networksOf,
  parseDefinitions,
  settingsOfGateways,
} from "./cluster-objects.ts";
import { files } from "./files.ts";
import { databasePorts, group, names, outerInterface } from "./names.ts";

function fileOf({ program }: EngineHost, name: string): string {
  return join(`${program}.d`, name);
}

/** An interface of its own to the outside, where elastic addresses go; what leaves for the outside goes by it. */
async function plugOuterInterface(host: EngineHost): Promise<void> {
  const { vipCidr, outside } = host.networks;
  const length = vipCidr.split("/")[1] ?? "";
  await host.plug(outerInterface);
  const lines = [
    // An address is announced by the interface that has it, and by no other.
    "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore",
    `ip addr add ${hostOf(vipCidr, -2)}/${length} dev ${outerInterface}`,
    `ip route add ${outside}/32 dev ${outerInterface}`,
  ];
  await host.exec(["sh", "-ec", lines.join("\n")]);
}

async function startDatabase(
  host: EngineHost,
  schema: string,
  port: number,
  control: "ovn-nbctl" | "ovn-sbctl",
): Promise<void> {
  const database = join(host.directory, `${schema}.db`);
  const address = `127.0.0.1`;
  await host.exec(["ovsdb-tool", "create", database, fileOf(host, schema)]);
  await host.start([
    "ovsdb-server",
    database,
    `--remote=ptcp:${port}:${address}`,
    `--unixctl=${join(host.directory, `${schema}.ctl`)}`,
    "--no-chdir",
  ]);
  await host.until(`the database of ${schema} answers`, async () => {
    const init = [control, `--db=tcp:${address}:${port}`, "--timeout=5", "init"] as const;
    return host.exec([...init]).then(
      () => true as const,
      () => undefined, // It does not listen yet.
    );
  });
}

async function serve(host: EngineHost, definition: KubeObject): Promise<void> {
  await host.apply(definition);
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  await host.until(`${definition.metadata.name} is served`, async () => {
    const { body } = await host.request("GET", path);
    const { status } = body as { status?: { conditions?: readonly { type: string; status: string }[] } };
    const isUp = status?.conditions?.some((one) => one.type === "Established" && one.status === "True");
    return isUp ? true : undefined;
  });
}

/** An object of the API, once `isReady` says so of it. */
async function untilReady(
  host: EngineHost,
  path: string,
  isReady: (object: Readonly<Record<string, unknown>>) => boolean,
): Promise<Readonly<Record<string, unknown>>> {
  return host.until(`${path} is ready`, async () => {
    const { status, body } = await host.request("GET", path);
    if (status !== 200 || typeof body !== "object" || body === null) return undefined;
    const object = body as Readonly<Record<string, unknown>>;
    return isReady(object) ? object : undefined;
  });
}

const podPath = `/api/v1/namespaces/${names.namespace}/pods/${names.pod}`;

interface PodTemplate {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** What a StatefulSet's controller and a kubelet would do: the pod of the template, on our node, running. */
async function runPod(host: EngineHost): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${names.namespace}/statefulsets/${names.statefulSet}`;
  const set = await untilReady(host, path, () => true);
  const { template } = set["spec"] as { readonly template: PodTemplate };
  const script = await readFile(fileOf(host, files.script), "utf8");
  const pod: GatewayPod = {
    namespace: names.namespace,
    pod: names.pod,
    container: names.container,
    files: {
      "/kube-ovn/nat-gateway.sh": script,
      // A kernel without modules has no list of them, and what is said of it on stderr counts as a failure.
      "/kube-ovn/bin/lsmod": "#!/bin/sh\n",
    },
    writable: ["/etc/kube-ovn"],
    path: "/kube-ovn/bin",
  };
  await host.openGateway(pod);
  // Its outer address is one that the interface has already.
  const outer = `${names.external}.${names.namespace}.kubernetes.io/ip_address`;
  const annotations = { ...template.metadata.annotations, [outer]: hostOf(host.networks.vipCidr, -2) };
  await host.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: names.pod,
      namespace: names.namespace,
      labels: { ...template.metadata.labels },
      annotations,
    },
    spec: {
      nodeName: host.node.name,
      containers: template.spec.containers.map(({ name, image }) => ({ name, image })),
    },
  });
  const state = { running: { startedAt: new Date().toISOString().replace(/\.\d+Z$/, "Z") } };
  const containerStatuses = template.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: image,
    ready: true,
    started: true,
    restartCount: 0,
    state,
  }));
  const status = { phase: "Running", podIP: host.node.ipv4, containerStatuses };
  await host.request("PATCH", `${podPath}/status`, { status }, "application/merge-patch+json");
  await untilReady(host, podPath, (object) => {
    const { annotations: seen } = object["metadata"] as PodTemplate["metadata"];
    return seen?.["ovn.kubernetes.io/vpc_nat_gw_init"] === "true";
  });
}

/** Longest part of a line that an error shows. */
const shownCharacters = 500;

/** What the controller complained of last, in klog's form: it goes on trying, whatever it is. */
export function lastError(log: string): string {
  const line = log.split("\n").findLast((each) => /^[EF]\d{4} /.test(each));
  return line === undefined
    ? "its log has no error so far"
    : `its log says: ${line.slice(0, shownCharacters)}`;
}

/** The databases, the kinds, and what the controller reads at its start; then a VPC with a gateway, and its pod. */
export const surroundings: Surroundings = {
  async prepare(host) {
    await plugOuterInterface(host);
    await startDatabase(host, files.northbound, databasePorts.northbound, "ovn-nbctl");
    await startDatabase(host, files.southbound, databasePorts.southbound, "ovn-sbctl");
    const definitions = parseDefinitions(await readFile(fileOf(host, files.crds), "utf8"));
    for (const definition of [...definitions, attachmentDefinition]) await serve(host, definition);
    for (const object of settingsOfGateways()) await host.apply(object);
  },
  async furnish(host) {
    await host.until("the controller has its gateways enabled", async () => {
      const log = host.log();
      if (log.includes("finish establishing vpc-nat-gateway")) return true;
      throw new Error(lastError(log));
    });
    const { external, vpc, subnet } = networksOf(host);
    await host.apply(external);
    await host.apply(vpc);
    await untilReady(host, `/apis/${group}/vpcs/${names.vpc}`, ({ status }) =>
      Boolean((status as { readonly standby?: boolean } | undefined)?.standby),
    );
    await host.apply(subnet);
    await untilReady(host, `/apis/${group}/subnets/${names.subnet}`, ({ status }) =>
      Boolean((status as { readonly v4availableIPs?: number } | undefined)?.v4availableIPs),
    );
    await host.apply(gatewayObject(host));
    await runPod(host);
  },
  async restartGateway(host) {
    await host.request("DELETE", podPath, { gracePeriodSeconds: 0 });
    await runPod(host);
  },
};
