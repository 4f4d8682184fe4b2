import { textAt, listAt } from "../objects.ts";

/** A pod's container that commands are run in. */
export interface ExecTarget {
  readonly apiServer: URL;
  readonly token: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the gateway's pod; rejects where no exit code came in time. */
export type PodExec = (command: readonly string[]) => Promise<ExecResult>;

/** An answer that is not there by then never comes: another try finds out what was done. */
const answerTimeoutMs = 4_000;

/** Channels of v5.channel.k8s.io: the first byte of a message. */
const channels = { stdout: 1, stderr: 2, error: 3 } as const;

function urlOf({ apiServer, namespace, pod, container }: ExecTarget, command: readonly string[]): URL {
  const url = new URL(`/api/v1/namespaces/${namespace}/pods/${pod}/exec`, apiServer);
  url.protocol = "wss:";
  url.searchParams.set("container", container);
  url.searchParams.set("stdout", "true");
  url.searchParams.set("stderr", "true");
  for (const word of command) url.searchParams.append("command", word);
  return url;
}

/** The exit code that a Status tells. */
function exitCodeOf(text: string): number {
  const status: unknown = JSON.parse(text);
  if (textAt(status, "status") === "Success") return 0;
  const cause = listAt(status, "details", "causes").find((one) => textAt(one, "reason") === "ExitCode");
  const code = Number(textAt(cause, "message"));
  if (Number.isInteger(code) && code !== 0) return code;
  throw new Error(`exec: ${textAt(status, "message") ?? text}`);
}

/** `pods/exec` over WebSocket. The CA of the API server comes by NODE_EXTRA_CA_CERTS. */
export function podExec(target: ExecTarget): PodExec {
  const bearer = Buffer.from(target.token).toString("base64url");
  const protocols = ["v5.channel.k8s.io", `base64url.bearer.authorization.k8s.io.${bearer}`];
  return (command) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(urlOf(target, command), protocols);
      socket.binaryType = "arraybuffer";
      const texts = { stdout: "", stderr: "", error: "" };
      // The deadline of an exec that is never answered: without it one such would stop the engine for good.
      const timer = setTimeout(() => {
        reject(new Error(`exec: no answer within ${answerTimeoutMs} ms`));
        socket.close();
      }, answerTimeoutMs);
      socket.addEventListener("message", ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const bytes = Buffer.from(data);
        for (const name of ["stdout", "stderr", "error"] as const) {
          if (bytes[0] === channels[name]) texts[name] += bytes.toString("utf8", 1);
        }
      });
      // What went wrong is told by `close`, which follows.
      socket.addEventListener("close", () => {
        clearTimeout(timer);
        try {
          if (texts.error === "") throw new Error("exec: the connection ended without an answer");
          resolve({ code: exitCodeOf(texts.error), stdout: texts.stdout, stderr: texts.stderr });
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
}
