import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";

/** Sources of the datagrams that came, by payload. */
const sources = new Map<string, string>();
const waiting = new Map<string, (source: string) => void>();

function plain(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** Listens for datagrams on `port`, both families. */
export async function receiveDatagrams(port: number): Promise<void> {
  const socket = createSocket({ type: "udp6", ipv6Only: false });
  socket.on("message", (message, from) => {
    const payload = message.toString();
    sources.set(payload, plain(from.address));
    waiting.get(payload)?.(plain(from.address));
  });
  socket.bind(port);
  await once(socket, "listening");
}

/** The source of the datagram with `payload`, or null when none came within `timeoutMs`. */
export async function sourceOf(payload: string, timeoutMs: number): Promise<string | null> {
  const known = sources.get(payload);
  if (known !== undefined) return known;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      waiting.delete(payload);
      resolve(null);
    }, timeoutMs);
    waiting.set(payload, (source) => {
      clearTimeout(timer);
      waiting.delete(payload);
      resolve(source);
    });
  });
}

/** Sends one datagram from the address `from`. */
export async function sendDatagram(from: string, to: string, port: number, payload: string): Promise<void> {
  const socket = createSocket(from.includes(":") ? "udp6" : "udp4");
  try {
    socket.bind(0, from);
    await once(socket, "listening");
    await new Promise<void>((resolve, reject) => {
      socket.send(payload, port, to, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

/** Answers every connection to `address`:`port` with the address, as a line. */
export async function answerConnections(address: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined); // The other side may go at any time.
    socket.end(`${address}\n`);
  });
  server.listen(port, address);
  await once(server, "listening");
}

/** Connects and gives the first line that comes back. Rejects when refused, cut or late. */
export function connectAndRead({
  from,
  host,
  port,
  timeoutMs,
}: {
  readonly from?: string;
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, ...(from === undefined ? {} : { localAddress: from }) });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", (error) => {
      clearTimeout(timer);
      fail(error);
    });
    socket.on("end", () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text.trim());
    });
  });
}

/** Joins every connection to `host`:`port` with one to `toHost`:`toPort`. */
export async function relayConnections(
  host: string,
  port: number,
  toHost: string,
  toPort: number,
): Promise<void> {
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ host: toHost, port: toPort, noDelay: true });
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  server.listen(port, host);
  await once(server, "listening");
}
