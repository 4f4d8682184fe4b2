import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { setTimeout as pause } from "node:timers/promises";

/** Discard: whoever is there need not answer, the kernel has to find the address first. */
const discardPort = 9;
const lookEveryMs = 50;
const toolTimeoutMs = 5_000;

interface Answer {
  /** Undefined where the program could not be run. */
  readonly code: number | undefined;
  readonly stdout: string;
}

function ask(program: string, ...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: toolTimeoutMs }, (error, stdout) => {
      const code = error === null ? 0 : (error.code ?? 1);
      // A name where a number should be says why it did not start: ENOENT, or EACCES of a folder on the way.
      resolve({ code: typeof code === "string" ? undefined : code, stdout });
    });
  });
}

/** The entries of what `ip -json` prints, each with the text at `key`. */
function textsAt(json: string, key: string): readonly string[] {
  const parsed: unknown = JSON.parse(json.trim() === "" ? "[]" : json);
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: Readonly<Record<string, unknown>>) => {
    const text = entry[key];
    return typeof text === "string" ? [text] : [];
  });
}

async function provoke(address: string): Promise<void> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  // What comes back is no answer to our question.
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.send("leakproof", discardPort, address, () => resolve()));
  socket.close();
}

/** One echo request, by the first program that sends it; undefined where none does. */
async function isEchoed(address: string): Promise<boolean | undefined> {
  for (const argv of [["ping"], ["busybox", "ping"]] as const) {
    const [program, ...applet] = argv;
    const { code, stdout } = await ask(program, ...applet, "-c", "1", "-W", "2", address);
    if (code === 0) return true;
    // Whoever has no such applet, or may not send one, has sent nothing that could be answered.
    if (code !== undefined && stdout.includes("packets transmitted")) return false;
  }
  return undefined;
}

/**
 * Forgets a neighbour and lets the kernel look for it anew, by ARP or NDP; then asks it for an echo.
 *
 * @returns the address on the link, with `echo` behind it where one came back; without, where there is no tool for it
 * @throws {Error} what was not answered
 */
export async function reachNeighbour(address: string, timeoutMs: number): Promise<string> {
  const [device] = textsAt((await ask("ip", "-json", "route", "get", address)).stdout, "dev");
  if (device === undefined) throw new Error(`no route to ${address}`);
  await ask("ip", "neigh", "del", address, "dev", device);
  await provoke(address);
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const { stdout } = await ask("ip", "-json", "neigh", "show", "to", address, "dev", device);
    const [found] = textsAt(stdout, "lladdr");
    if (found !== undefined) {
      const echo = await isEchoed(address);
      if (echo === false) throw new Error(`${address} is at ${found} and sends no echo`);
      return echo === undefined ? found : `${found}, echo`;
    }
    if (performance.now() >= endMs) throw new Error(`nobody on ${device} says to be ${address}`);
    await pause(lookEveryMs);
  }
}
