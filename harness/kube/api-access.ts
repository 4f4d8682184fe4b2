import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { HarnessError } from "../errors/harness-error.ts";

/** What a request needs besides its path. */
type AccessOptions = Omit<RequestOptions, "headers"> & { headers: OutgoingHttpHeaders };

/** Where an API is, and how to be known there. */
export interface ApiAccess {
  /** URL without a slash at its end. */
  readonly server: string;
  /** As of now: tokens are renewed. */
  options(): Promise<AccessOptions>;
}

function unreadable(where: string, thrown: unknown): HarnessError {
  const seen = thrown instanceof Error ? thrown.message : String(thrown);
  return new HarnessError("args/bad-value", `${where} is no kubeconfig: ${seen}`, { cause: thrown });
}

/**
 * A context of a kubeconfig, by default the current one.
 *
 * @throws {HarnessError} `args/bad-value` where the file cannot be read, or has no such context
 */
export async function readKubeconfig(file: string, context?: string): Promise<KubeConfig> {
  // Loaded only where it is needed: with all its models it is larger than an audit of a whole node.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  try {
    config.loadFromFile(file);
    if (context !== undefined) {
      const names = config.getContexts().map(({ name }) => name);
      if (!names.includes(context))
        throw new Error(`it has no context "${context}", but ${names.join(", ")}`);
      config.setCurrentContext(context);
    }
    if (config.getCurrentCluster() === null) throw new Error("it has no current context with a cluster");
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
  return config;
}

/** The way to the API that a kubeconfig describes. */
export function accessOfKubeconfig(config: KubeConfig): ApiAccess {
  return {
    server: (config.getCurrentCluster()?.server ?? "").replace(/\/$/, ""),
    async options() {
      const options: AccessOptions = { headers: {} };
      await config.applyToHTTPSOptions(options);
      return options;
    },
  };
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The way to the API with the service account of the pod that this runs in.
 *
 * @throws {HarnessError} `args/bad-value` where this is no pod, or one without a service account
 */
export function accessOfPod(
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder: string = serviceAccount,
): ApiAccess {
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  if (host === "" || port === "" || !existsSync(join(folder, "token")))
    throw new HarnessError(
      "args/bad-value",
      `--in-cluster: this is no pod with a service account.\nSaw: KUBERNETES_SERVICE_HOST="${host}", and ${join(folder, "token")} is ${existsSync(join(folder, "token")) ? "" : "not "}there.\nFix: give --kubeconfig FILE, or let the pod have its token.`,
    );
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    async options() {
      const [token, ca] = await Promise.all([
        readFile(join(folder, "token"), "utf8"),
        readFile(join(folder, "ca.crt")),
      ]);
      return { ca, headers: { authorization: `Bearer ${token.trim()}` } };
    },
  };
}
