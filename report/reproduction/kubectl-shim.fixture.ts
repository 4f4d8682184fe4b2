import { createConnection } from "node:net";
import { text } from "node:stream/consumers";

/**
 * Stands in for kubectl, which the project does not bring: the two verbs that scripts use, handed to whoever
 * listens on the socket. `kubectl-shim.fixture.ts SOCKET apply|delete ...`
 */
const [socketPath = "", verb, ...args] = process.argv.slice(2);
const input = verb === "apply" ? await text(process.stdin) : "";
const socket = createConnection(socketPath);
socket.end(JSON.stringify({ verb, args, input }));
const answer = await text(socket);
if (answer !== "ok") {
  process.stderr.write(`${answer}\n`);
  process.exit(1);
}
