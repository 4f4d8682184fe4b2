import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { join } from "node:path";
import { clusterNetwork } from "../../harness/cluster/sandbox/addresses.ts";
import {
  apiServerArguments,
  etcdArguments,
  writeCredentials,
} from "../../harness/cluster/sandbox/api-server.ts";
import type { Authority } from "../../harness/cluster/sandbox/certificates.ts";
import { until } from "../../harness/wait/until.ts";

const limits = { timeoutMs: 90_000, everyMs: 10 };

/** As the clusters of the sandbox do it: nothing outlives this process. */
const withParent = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

function start(program: string, args: readonly string[]): ChildProcess {
  const [command, ...flags] = withParent;
  return spawn(command, [...flags, program, ...args], { stdio: "ignore" });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

type Get = (
  answer: (response: { statusCode?: number | undefined; resume(): unknown }) => void,
) => ReturnType<typeof httpGet>;

function answersOk(get: Get): Promise<true | undefined> {
  return new Promise((resolve, reject) => {
    const request = get((response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    });
    request.on("error", reject);
  });
}

/**
 * Starts etcd and kube-apiserver with the flags of a cluster and nothing else, as a shell script would:
 * etcd, and the API server as soon as etcd answers. Ends both again.
 *
 * @returns ms from the start of etcd until `/readyz` says so; credentials and address are there before
 */
export async function timeBareStart(
  programs: { readonly etcd: string; readonly kubeApiserver: string },
  authority: Authority,
  parent: string,
): Promise<number> {
  const directory = join(parent, "bare");
  const network = clusterNetwork(0);
  const token = randomBytes(24).toString("hex");
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(directory, { recursive: true, force: true }));
  await writeCredentials({ network, authority, directory }, token);
  const began = performance.now();
  const etcd = start(programs.etcd, etcdArguments(directory, network));
  undo.defer(() => end(etcd));
  const health = `http://127.0.0.1:${network.ports.etcd}/health`;
  await until("etcd answers", () => answersOk((answer) => httpGet(health, answer)), limits);
  const server = start(programs.kubeApiserver, apiServerArguments(directory, network));
  undo.defer(() => end(server));
  const ready = `https://127.0.0.1:${network.ports.api}/readyz`;
  const options = { ca: authority.certificate, headers: { authorization: `Bearer ${token}` } };
  await until(
    "kube-apiserver is ready",
    () => answersOk((answer) => httpsGet(ready, options, answer)),
    limits,
  );
  return performance.now() - began;
}
