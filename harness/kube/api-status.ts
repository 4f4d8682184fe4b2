import type { ApiRequest } from "./api-request.ts";

/** Failures that the API proxy answers with, in the API server's own words. */
export type StatusCode = 403 | 409 | 429 | 500;

const failures: Readonly<Record<StatusCode, { readonly reason: string; readonly message: string }>> = {
  403: { reason: "Forbidden", message: "is forbidden: User cannot do this at the moment" },
  409: {
    reason: "Conflict",
    message:
      "cannot be changed: the object has been modified; please apply your changes to the latest version and try again",
  },
  429: { reason: "TooManyRequests", message: "too many requests, please try again later" },
  500: { reason: "InternalError", message: "Internal error occurred: the store did not answer" },
};

function namesObject(status: StatusCode): boolean {
  return status === 403 || status === 409;
}

interface StatusAnswer {
  readonly status: StatusCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * An answer as the API server gives it: a Status object with reason and code.
 *
 * @param retryAfterS - the header Retry-After, which lets client-go try again by itself; no header where it is absent
 */
export function renderStatusAnswer(
  request: ApiRequest,
  status: StatusCode,
  retryAfterS?: number,
): StatusAnswer {
  const { reason, message } = failures[status];
  const kind = request.resource ?? request.pathname;
  const body = JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: namesObject(status) ? `${kind} ${message}` : message,
    reason,
    details: {
      ...(namesObject(status) ? { kind } : {}),
      ...(retryAfterS === undefined ? {} : { retryAfterSeconds: retryAfterS }),
    },
    code: status,
  });
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
  };
  return { status, headers, body };
}

const goneCode = 410;
const gone = { status: "Failure", reason: "Expired" } as const;

/** Field `number` of a protobuf message, as bytes with their length; all of ours are shorter than 16 KiB. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

/** WatchEvent{type, object.raw}, its object in the envelope `k8s\0` Unknown{typeMeta, raw}; four bytes of length in front. */
function protobufGone(message: string): Buffer {
  const code = Buffer.from([6 << 3, (goneCode & 127) | 128, goneCode >> 7]);
  const status = Buffer.concat([
    field(1, Buffer.concat([field(1, ""), field(2, ""), field(3, "")])),
    field(2, gone.status),
    field(3, message),
    field(4, gone.reason),
    code,
  ]);
  const typeMeta = Buffer.concat([field(1, "v1"), field(2, "Status")]);
  const unknown = Buffer.concat([field(1, typeMeta), field(2, status), field(3, ""), field(4, "")]);
  const object = Buffer.concat([Buffer.from("k8s\0"), unknown]);
  const event = Buffer.concat([field(1, "ERROR"), field(2, field(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

/**
 * How events follow each other in the stream of a watch: one JSON document a line, or protobuf messages
 * with their length in front (kube-proxy asks for those). Undefined for any other type, which is passed on unread.
 */
export function watchEncoding(contentType: string | undefined): "json" | "protobuf" | undefined {
  if (contentType?.startsWith("application/json")) return "json";
  return contentType?.startsWith("application/vnd.kubernetes.protobuf") ? "protobuf" : undefined;
}

/**
 * The event with which the API server ends a watch whose version it no longer knows: 410, reason Expired. A watch
 * that begins with such a version is answered so, too: status 200, and this event.
 */
export function renderGoneEvent(encoding: "json" | "protobuf", message = "too old resource version"): Buffer {
  if (encoding === "protobuf") return protobufGone(message);
  const object = { kind: "Status", apiVersion: "v1", metadata: {}, message, ...gone, code: goneCode };
  return Buffer.from(`${JSON.stringify({ type: "ERROR", object })}\n`);
}

/** What the API server would answer a watch with, that accepts `accept`. */
export function acceptedWatchType(accept: string | undefined): {
  readonly encoding: "json" | "protobuf";
  readonly contentType: string;
} {
  return accept?.includes("application/vnd.kubernetes.protobuf") === true
    ? { encoding: "protobuf", contentType: "application/vnd.kubernetes.protobuf;stream=watch" }
    : { encoding: "json", contentType: "application/json" };
}
