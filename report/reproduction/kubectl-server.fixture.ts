import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubeApi } from "../../harness/kube/client.ts";
import type { KubeObject } from "../../harness/model/objects.ts";

interface Call {
  readonly verb: string;
  readonly args: readonly string[];
  readonly input: string;
}

/** Does what the shim was asked for, at the API server, as its administrator. */
async function perform(api: KubeApi, known: Map<string, KubeObject>, { verb, args, input }: Call) {
  if (verb === "apply") {
    for (const document of parseAllDocuments(input)) {
      const object = document.toJS() as KubeObject;
      known.set(`${object.kind.toLowerCase()} ${object.metadata.name}`, object);
      await api.apply(object);
    }
    return;
  }
  const [kind = "", name = ""] = args;
  const object = known.get(`${kind} ${name}`);
  if (verb !== "delete" || !object) throw new Error(`the shim cannot ${verb} ${args.join(" ")}`);
  await api.remove(object);
}

/** Serves kubectl at a socket; `command` is what stands for `kubectl`. */
export async function serveKubectl(
  api: KubeApi,
  socketPath: string,
): Promise<AsyncDisposable & { readonly command: string }> {
  const known = new Map<string, KubeObject>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    void text(socket)
      .then((asked) => perform(api, known, JSON.parse(asked) as Call))
      .then(
        () => socket.end("ok"),
        (thrown: unknown) => socket.end(String(thrown)),
      );
  });
  server.listen(socketPath);
  await once(server, "listening");
  await chmod(socketPath, 0o777);
  const shim = fileURLToPath(new URL("kubectl-shim.fixture.ts", import.meta.url));
  return {
    command: `${process.execPath} ${shim} ${socketPath}`,
    async [Symbol.asyncDispose]() {
      await new Promise((done) => server.close(done));
    },
  };
}
