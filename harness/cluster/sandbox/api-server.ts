import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { HarnessError, toHarnessError } from "../../errors/harness-error.ts";
import { type KubeApi, type KubeEndpoint, connectKube } from "../../kube/client.ts";
import { type RunningProcess, startProcess } from "../../process/start.ts";
import { until } from "../../wait/until.ts";
import type { ClusterNetwork } from "./addresses.ts";
import type { Authority } from "./certificates.ts";

/** An etcd and a kube-apiserver of our own, ready. */
export interface RunningApiServer extends AsyncDisposable {
  readonly endpoint: KubeEndpoint;
  readonly api: KubeApi;
  /** http URL of etcd, on loopback. */
  readonly etcd: string;
  /** SIGKILL of the API server; etcd lives on. Resolves when it is gone. Idempotent. */
  kill(): Promise<void>;
  /**
   * Starts the API server again where it was killed, with the same data, ports and credentials; resolves when it is ready.
   *
   * @returns false where it was running
   * @throws {HarnessError} `control-plane/start-failed`
   */
  start(): Promise<boolean>;
  log(): string;
}

export interface ApiServerOptions {
  readonly network: ClusterNetwork;
  /** Paths of the programs. */
  readonly programs: { readonly etcd: string; readonly kubeApiserver: string };
  readonly authority: Authority;
  /** An empty directory of ours, on tmpfs. */
  readonly directory: string;
  readonly signal?: AbortSignal;
}

/** Common name of its certificate. */
export const apiServerName = "kube-apiserver";

const startTimeoutMs = 90_000;
/** What it starts ends with this process, however that dies. */
const withParent = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/** The flags that etcd is started with; `directory` holds its data. */
export function etcdArguments(directory: string, network: ClusterNetwork): readonly string[] {
  const client = `http://127.0.0.1:${network.ports.etcd}`;
  const peer = `http://127.0.0.1:${network.ports.etcdPeer}`;
  return [
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

/** The flags that kube-apiserver is started with; `directory` holds what `writeCredentials` wrote. */
export function apiServerArguments(directory: string, network: ClusterNetwork): readonly string[] {
  const file = (name: string): string => join(directory, name);
  return [
    `--etcd-servers=http://127.0.0.1:${network.ports.etcd}`,
    "--bind-address=0.0.0.0",
    `--secure-port=${network.ports.api}`,
    `--advertise-address=${network.gateway4}`,
    `--tls-cert-file=${file("serving.pem")}`,
    `--tls-private-key-file=${file("serving.key")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    `--service-account-key-file=${file("sa.pub")}`,
    `--service-account-signing-key-file=${file("sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-cluster-ip-range=${network.serviceCidr},${network.serviceCidr6}`,
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-client-certificate=${file("serving.pem")}`,
    `--kubelet-client-key=${file("serving.key")}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    "--disable-admission-plugins=ServiceAccount",
    "--max-requests-inflight=0",
    "--max-mutating-requests-inflight=0",
    "--enable-priority-and-fairness=false",
    "--event-ttl=10m",
    `--cert-dir=${file("certs")}`,
  ];
}

/** Writes what the API server reads at its start: certificate, keys, and `token` as its administrator's. */
export async function writeCredentials(
  options: Pick<ApiServerOptions, "network" | "authority" | "directory">,
  token: string,
): Promise<void> {
  const { directory, network, authority } = options;
  const serving = await authority.issue(apiServerName, {
    dns: ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost"],
    ip: ["127.0.0.1", network.gateway4, network.gateway6, network.apiServiceIp],
  });
  const signing = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const secret = { mode: 0o600 };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await Promise.all([
    writeFile(join(directory, "serving.pem"), serving.certificate),
    writeFile(join(directory, "serving.key"), serving.key, secret),
    writeFile(join(directory, "tokens.csv"), `${token},leakproof-admin,1,"system:masters"\n`, secret),
    writeFile(join(directory, "sa.pub"), signing.publicKey.export({ type: "spki", format: "pem" })),
    writeFile(join(directory, "sa.key"), signing.privateKey.export({ type: "pkcs8", format: "pem" }), secret),
  ]);
}

function isEtcdHealthy(port: number): Promise<boolean | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path: "/health", timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
    request.end();
  });
}

async function untilReady(
  what: string,
  process: RunningProcess,
  look: () => Promise<boolean | undefined>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const settled = { timeoutMs: startTimeoutMs, everyMs: 25, ...(signal === undefined ? {} : { signal }) };
  try {
    await until(
      what,
      async () => {
        if (process.hasExited()) return "exited" as const;
        return (await look()) === true ? ("ready" as const) : undefined;
      },
      settled,
    ).then((state) => {
      if (state === "exited") throw new Error("it exited");
    });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new HarnessError(
      "control-plane/start-failed",
      `${what}: ${toHarnessError(thrown).message}\nSaw, at the end of its log:\n${process.tail(15)}\nFix: npm run doctor says what this machine lacks.`,
      { cause: thrown },
    );
  }
}

interface ServerProcess extends Pick<RunningApiServer, "kill" | "start" | "log">, AsyncDisposable {}

/** The API server's process, which may be killed and started again over the same store. */
function createServerProcess(options: ApiServerOptions, api: KubeApi): ServerProcess {
  const { network, programs, directory } = options;
  const argv = [...withParent, programs.kubeApiserver, ...apiServerArguments(directory, network)] as const;
  let server: RunningProcess | undefined;
  let starting: Promise<void> | undefined;
  const look = async (): Promise<boolean | undefined> =>
    (await api.request("GET", "/readyz")).status === 200 ? true : undefined;
  const launch = async (): Promise<void> => {
    // Only the first start ends with the attempt that asked for it: every later one repairs what others need.
    const signal = server === undefined ? options.signal : undefined;
    await server?.[Symbol.asyncDispose]();
    server = await startProcess(argv, { extendEnv: true });
    await untilReady(`kube-apiserver on 127.0.0.1:${network.ports.api}`, server, look, signal);
  };
  return {
    async kill() {
      await starting?.catch(() => undefined); // Who asked for the start hears of its failure.
      server?.kill("SIGKILL");
      await server?.exited;
    },
    async start() {
      if (server !== undefined && !server.hasExited() && starting === undefined) return false;
      starting ??= launch().finally(() => {
        starting = undefined;
      });
      await starting;
      return true;
    },
    log: () => server?.log() ?? "",
    [Symbol.asyncDispose]: async () => server?.[Symbol.asyncDispose](),
  };
}

/**
 * Starts etcd and kube-apiserver and waits until `/readyz` says so.
 *
 * @throws {HarnessError} `control-plane/start-failed` with the end of the log of the one that failed
 */
export async function startApiServer(options: ApiServerOptions): Promise<RunningApiServer> {
  const { network, programs, directory, signal } = options;
  await using undo = new AsyncDisposableStack();
  const token = randomBytes(24).toString("hex");
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const etcd = undo.use(
    await startProcess([...withParent, programs.etcd, ...etcdArguments(directory, network)], {
      extendEnv: true,
    }),
  );
  await writeCredentials(options, token);
  await untilReady(
    `etcd on 127.0.0.1:${network.ports.etcd}`,
    etcd,
    () => isEtcdHealthy(network.ports.etcd),
    signal,
  );
  const endpoint = {
    server: `https://127.0.0.1:${network.ports.api}`,
    ca: options.authority.certificate,
    token,
  };
  const api = undo.use(connectKube(endpoint));
  const server = undo.use(createServerProcess(options, api));
  await server.start();
  const owned = undo.move();
  return {
    endpoint,
    api,
    etcd: `http://127.0.0.1:${network.ports.etcd}`,
    kill: () => server.kill(),
    start: () => server.start(),
    log: () => server.log(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
