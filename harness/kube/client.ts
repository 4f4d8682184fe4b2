import { Agent, request as httpsRequest } from "node:https";
import { CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { HarnessError } from "../errors/harness-error.ts";
import { type KubeObject, objectName } from "../model/objects.ts";
import { accessOfKubeconfig } from "./api-access.ts";
import { send as sendBy } from "./send.ts";

/** Where an API server is and how to talk to it as its administrator. */
export interface KubeEndpoint {
  /** https URL without a trailing slash. */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

interface KubeResponse {
  readonly status: number;
  /** Parsed JSON, or text where it is none. */
  readonly body: unknown;
}

/** What the harness does at the API, as its administrator. */
export interface KubeApi extends Disposable {
  /**
   * Server-side apply: creates the object or brings it to this form; fields that we gave before and leave out now go.
   * A `status` that it has is written too, which nobody else does: no kubelet runs.
   */
  apply(object: KubeObject): Promise<void>;
  /** Deletes at once, without grace. False where it was not there. */
  remove(object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): Promise<boolean>;
  /** A bearer token of that service account, valid for a day. */
  createToken(namespace: string, serviceAccount: string): Promise<string>;
  /** A request as it is; every status is an answer. `path` begins with a slash. */
  request(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeResponse>;
}

const requestTimeoutMs = 20_000;
const fieldManager = "leakproof";

function configOf(endpoint: KubeEndpoint): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: "c",
        server: endpoint.server,
        caData: Buffer.from(endpoint.ca).toString("base64"),
        skipTLSVerify: false,
      },
    ],
    users: [{ name: "admin", token: endpoint.token }],
    contexts: [{ name: "x", cluster: "c", user: "admin" }],
    currentContext: "x",
  });
  return config;
}

function statusOf(thrown: unknown): number | undefined {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "number"
    ? thrown.code
    : undefined;
}

function failed(what: string, thrown: unknown): HarnessError {
  const seen = thrown instanceof Error ? thrown.message : String(thrown);
  return new HarnessError(
    "cluster/api-failed",
    `${what} failed.\nSaw: ${seen.slice(0, 600)}\nFix: the object is malformed, or the API server is down; its log is in the run directory with --keep.`,
    { cause: thrown },
  );
}

function sendRequest(
  endpoint: KubeEndpoint,
  agent: Agent,
  message: { method: string; path: string; body?: unknown; contentType?: string },
): Promise<KubeResponse> {
  const { method, path, contentType = "application/json" } = message;
  const body = message.body === undefined ? undefined : JSON.stringify(message.body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${endpoint.server}${path}`,
      {
        method,
        agent,
        ca: endpoint.ca,
        timeout: requestTimeoutMs,
        headers: {
          authorization: `Bearer ${endpoint.token}`,
          accept: "application/json",
          // Given, since Node sends the body of a DELETE without any length, and the next request goes wrong.
          ...(body === undefined
            ? {}
            : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => {
          let parsed: unknown = text;
          if (response.headers["content-type"]?.startsWith("application/json") && text !== "")
            parsed = JSON.parse(text);
          resolve({ status: response.statusCode ?? 0, body: parsed });
        });
      },
    );
    request.on("timeout", () => request.destroy(new Error(`no answer within ${requestTimeoutMs} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}

/**
 * Kinds of which the client's own model would lose something: it calls the field `from` of a policy's rules
 * otherwise, and leaves out what it does not know of a definition: `x-kubernetes-*`, `enum`, `default`.
 */
const writtenAsIs: Readonly<Record<string, string>> = {
  NetworkPolicy: "/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies/NAME",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/NAME",
};

type Send = (method: string, path: string, body?: unknown, contentType?: string) => Promise<KubeResponse>;

/** Server-side apply without the client's model of the kind. */
async function applyAsIs(path: string, object: KubeObject, send: Send): Promise<void> {
  const { name, namespace = "" } = object.metadata;
  const at = path.replace("NAMESPACE", namespace).replace("NAME", name);
  const query = `fieldManager=${fieldManager}&force=true`;
  const answer = await send("PATCH", `${at}?${query}`, object, "application/apply-patch+yaml");
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}

/** The API server leaves the status out of what is applied to the object itself. Objects of core/v1 that have a namespace only. */
async function applyStatus(send: Send, object: KubeObject): Promise<void> {
  const { kind, metadata } = object;
  const path = `/api/v1/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${metadata.name}/status`;
  const status = { status: object["status"] };
  const answer = await send("PATCH", path, status, "application/merge-patch+json");
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
}

/**
 * Connects to an API server; nothing is sent before the first call.
 *
 * All methods reject with {HarnessError} `cluster/api-failed`, but for `request`, which rejects only
 * when no answer came.
 */
export function connectKube(endpoint: KubeEndpoint): KubeApi {
  const agent = new Agent({ keepAlive: true, ca: endpoint.ca });
  const send: Send = (method, path, body, contentType) =>
    sendRequest(endpoint, agent, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
    });
  return { ...clientOf(configOf(endpoint), send), [Symbol.dispose]: () => agent.destroy() };
}

/** As `connectKube`, with whatever a kubeconfig has to be known by: tokens, certificates, plug-ins. */
export function connectKubeconfig(config: KubeConfig): KubeApi {
  const access = accessOfKubeconfig(config);
  const send: Send = (method, path, body, contentType) => sendBy(access, method, path, body, contentType);
  return { ...clientOf(config, send), [Symbol.dispose]: () => undefined };
}

function clientOf(config: KubeConfig, send: Send): Omit<KubeApi, typeof Symbol.dispose> {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const core = config.makeApiClient(CoreV1Api);
  return {
    async apply(object) {
      const path = writtenAsIs[object.kind];
      try {
        if (path !== undefined) return await applyAsIs(path, object, send);
        await objects.patch(
          { ...object },
          undefined,
          undefined,
          fieldManager,
          true,
          PatchStrategy.ServerSideApply,
        );
        if (object["status"] !== undefined) await applyStatus(send, object);
      } catch (thrown) {
        throw failed(`applying ${objectName(object)}`, thrown);
      }
    },
    async remove(object) {
      try {
        await objects.delete({ ...object }, undefined, undefined, 0);
        return true;
      } catch (thrown) {
        if (statusOf(thrown) === 404) return false;
        throw failed(`deleting ${objectName(object)}`, thrown);
      }
    },
    async createToken(namespace, serviceAccount) {
      try {
        const answer = await core.createNamespacedServiceAccountToken({
          namespace,
          name: serviceAccount,
          body: { spec: { audiences: [], expirationSeconds: 86_400 } },
        });
        return answer.status?.token ?? "";
      } catch (thrown) {
        throw failed(`a token for ServiceAccount ${namespace}/${serviceAccount}`, thrown);
      }
    },
    request: send,
  };
}
