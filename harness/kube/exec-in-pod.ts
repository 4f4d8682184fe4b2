import { Writable } from "node:stream";
import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import { HarnessError } from "../errors/harness-error.ts";

/** Where a command is to run. */
export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** What came of it. */
export interface ExecAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

function createSink(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  // A character may be cut in two by a chunk's end.
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

/** The exit code that a Status tells; undefined where the command was not run to its end. */
export function exitCodeOf(status: V1Status): number | undefined {
  if (status.status === "Success") return 0;
  const told = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  return told === undefined ? undefined : Number(told);
}

function messageOf(thrown: unknown): string {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) return String(thrown.message);
  return String(thrown);
}

/**
 * Runs a command in a container of a pod, to its end.
 *
 * @throws {HarnessError} `cluster/api-failed` where it cannot be started, or breaks off, or does not end within `timeoutMs`
 */
export async function execInPod(
  config: KubeConfig,
  { namespace, pod, container }: PodContainer,
  argv: readonly string[],
  timeoutMs: number,
): Promise<ExecAnswer> {
  const { Exec } = await import("@kubernetes/client-node");
  const [stdout, stderr] = [createSink(), createSink()];
  const ended = Promise.withResolvers<V1Status>();
  const timer = setTimeout(() => ended.reject(new Error(`no end within ${timeoutMs} ms`)), timeoutMs);
  const connecting = new Exec(config).exec(
    namespace,
    pod,
    container,
    [...argv],
    stdout.stream,
    stderr.stream,
    null,
    false,
    (status) => ended.resolve(status),
  );
  connecting.then(
    (socket) => (socket.onclose = () => ended.reject(new Error("the connection ended before the command"))),
    (thrown: unknown) => ended.reject(thrown),
  );
  try {
    const status = await ended.promise;
    const exitCode = exitCodeOf(status);
    if (exitCode === undefined) throw new Error(status.message ?? "the command was not run");
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode };
  } catch (thrown) {
    throw new HarnessError(
      "cluster/api-failed",
      `exec in pod ${namespace}/${pod} failed.\nSaw: ${messageOf(thrown).slice(0, 400)}\nFix: see that this answers: kubectl -n ${namespace} exec ${pod} -- true.`,
      { cause: thrown },
    );
  } finally {
    clearTimeout(timer);
    // Also where it connects only after its time was over.
    connecting.then(
      (socket) => socket.close(),
      () => undefined,
    );
  }
}
