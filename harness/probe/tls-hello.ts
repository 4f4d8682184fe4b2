import { once } from "node:events";
import { duplexPair } from "node:stream";
import { connect, type SecureContext } from "node:tls";

/** What a client says first in a TLS handshake, as bytes; whoever says it again gets the same kind of answer. */
export async function recordHello(secureContext: SecureContext, servername: string): Promise<Buffer> {
  const [client, server] = duplexPair();
  const socket = connect({ socket: client, secureContext, servername });
  // Nobody answers.
  socket.on("error", () => undefined);
  const [hello] = (await once(server, "data")) as [Buffer];
  socket.destroy();
  client.destroy();
  server.destroy();
  return hello;
}
