import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { HarnessError } from "../../errors/harness-error.ts";

/** Ports of API servers begin here: above what the sandbox takes. */
const firstPort = 21_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first port that the kernel gives out by itself. */
async function firstEphemeral(): Promise<number> {
  const range = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  return Number(range.trim().split(/\s+/)[0]);
}

/**
 * Gives out free ports of the loopback interface, each once, below the ephemeral range: a connection of
 * somebody else's never takes one between our look and the listening.
 *
 * @param start - where to begin, so that runs at the same time do not meet; any number
 * @throws {HarnessError} `cluster/exhausted` where none is left
 */
export function createPortSource(start: number): () => Promise<number> {
  const given = new Set<number>();
  return async () => {
    const end = await firstEphemeral();
    const count = end - firstPort;
    for (let offset = 0; offset < count; offset++) {
      const port = firstPort + ((start + offset) % count);
      if (given.has(port)) continue;
      given.add(port);
      if (await isFree(port)) return port;
    }
    throw new HarnessError(
      "cluster/exhausted",
      `no port of 127.0.0.1 from ${firstPort} to ${end - 1} is free for an API server.\nFix: see \`ss -tln\` for who has them, or \`npm run sweep\`.`,
    );
  };
}
