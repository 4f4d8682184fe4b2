import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem, Token } from "../model/state.ts";
import { readAddress, renderAddress } from "./address.ts";
import { excerpt } from "./json.ts";
import { markToken, networkTokens, portToken } from "./tokens.ts";

const protocols: Readonly<Record<string, string>> = { "-t": "tcp", "-u": "udp", "--sctp-service": "sctp" };
const forwarding = ["-m", "-g", "-i"];

/** Options of a service and of a destination in the order in which they are written; those with a value, and those alone. */
const serviceOptions = { valued: ["-s", "-b", "-p", "-M", "--pe"], alone: ["-o"] } as const;
const destinationOptions = {
  valued: ["-w", "-x", "-y", "--tun-type", "--tun-port"],
  alone: ["--tun-nocsum", "--tun-csum", "--tun-remcsum"],
} as const;

interface Endpoint {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** `10.96.0.1:443` or `[fd00:96::a]:53`; port 0 stands for all and is no port. */
function readEndpoint(text: string, role: "destination" | "target", protocol?: string): Endpoint | undefined {
  const [, v4, v6, digits = ""] = /^(?:(\d+(?:\.\d+){3})|\[([^\]]+)\]):(\d{1,5})$/.exec(text) ?? [];
  const address = readAddress(v4 ?? v6 ?? "");
  const port = Number(digits);
  if (address === undefined || port > 65_535) return undefined;
  const host = renderAddress(address);
  return {
    text: address.family === 4 ? `${host}:${port}` : `[${host}]:${port}`,
    tokens: [...networkTokens(host), ...(port === 0 ? [] : [portToken(port, port, role, protocol)])],
  };
}

/** Options in their one order; undefined where one is unknown, stands twice or lacks its value. */
function readOptions(
  words: readonly string[],
  { valued, alone }: { readonly valued: readonly string[]; readonly alone: readonly string[] },
): string | undefined {
  const found = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const name = words[at] ?? "";
    const value = valued.includes(name) ? words[(at += 1)] : alone.includes(name) ? "" : undefined;
    if (value === undefined || found.has(name)) return undefined;
    found.set(name, value);
  }
  return [...valued, ...alone]
    .flatMap((name) => {
      const value = found.get(name);
      return value === undefined ? [] : [value === "" ? name : `${name} ${value}`];
    })
    .join(" ");
}

interface Service {
  readonly key: string;
  readonly protocol?: string;
  readonly tokens: readonly Token[];
  /** What follows. */
  readonly rest: readonly string[];
}

/** `-t 10.96.0.1:443`, `-f 64`, `-f 64 -6`, and what stands behind. */
function readServiceKey([flag = "", where = "", ...rest]: readonly string[]): Service | undefined {
  if (flag === "-f") {
    const mark = Number(where);
    if (!/^\d{1,10}$/.test(where) || mark === 0 || mark > 0xffffffff) return undefined;
    const isV6 = rest[0] === "-6";
    const key = `-f ${mark}${isV6 ? " -6" : ""}`;
    return { key, tokens: [markToken(mark)], rest: isV6 ? rest.slice(1) : rest };
  }
  const protocol = protocols[flag];
  const endpoint = readEndpoint(where, "destination", protocol);
  if (protocol === undefined || endpoint === undefined) return undefined;
  return { key: `${flag} ${endpoint.text}`, protocol, tokens: endpoint.tokens, rest };
}

function readService(words: readonly string[]): StateItem | undefined {
  const service = readServiceKey(words);
  const options = service && readOptions(service.rest, serviceOptions);
  if (service === undefined || options === undefined || !options.startsWith("-s ")) return undefined;
  const { key, tokens } = service;
  return { family: "ipvs", chain: key, kind: "service", text: `-A ${key} ${options}`, tokens };
}

function readDestination(words: readonly string[], known: ReadonlySet<string>): StateItem | undefined {
  const service = readServiceKey(words);
  const [flag, where = "", method = "", ...rest] = service?.rest ?? [];
  const endpoint = readEndpoint(where, "target", service?.protocol);
  const options = readOptions(rest, destinationOptions);
  if (service === undefined || endpoint === undefined || options === undefined) return undefined;
  if (flag !== "-r" || !forwarding.includes(method) || !/^-w \d+(?: |$)/.test(options)) return undefined;
  const { key } = service;
  if (!known.has(key)) return undefined;
  const text = `-a ${key} -r ${endpoint.text} ${method} ${options}`;
  return { family: "ipvs", chain: key, kind: "destination", text, tokens: endpoint.tokens };
}

const tableEntry = /^(?:(?:TCP|UDP|SCTP|FWM) | {2}-> (?:[0-9A-F]{8}|\[))/;
const tableHeading = /^(?:IP Virtual Server version |Prot LocalAddress:Port | {2}-> RemoteAddress:Port )/;

/** How many services and destinations /proc/net/ip_vs has. */
function countEntries(table: string): number {
  const lines = table.split("\n").filter((line) => line.trim() !== "");
  const unknown = lines.find((line) => !tableEntry.test(line) && !tableHeading.test(line));
  if (unknown !== undefined)
    throw new HarnessError("state/unreadable", `/proc/net/ip_vs: unexpected ${excerpt(unknown)}.`);
  return lines.filter((line) => tableEntry.test(line)).length;
}

/**
 * Reads `ipvsadm -Sn`: services with scheduler, flags and persistence, destinations with forwarding and weight,
 * v4, v6 and by mark. Their order is that of their texts, since the kernel keeps them in a hash table.
 *
 * @param table - /proc/net/ip_vs at the same time, which hides flags but no service: it says whether ipvsadm
 *   has shown all of them (to who is not the machine's own root it shows those of IPv4 alone)
 * @throws {HarnessError} `state/unreadable` for a line that is neither service nor destination, and for a
 *   destination of no service; `state/tool-failed` where the two do not show as many
 */
export function parseIpvs(saved: string, table: string): readonly StateItem[] {
  const services = new Set<string>();
  const items = saved
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [command, ...words] = line.trim().split(/\s+/);
      const item =
        command === "-A"
          ? readService(words)
          : command === "-a"
            ? readDestination(words, services)
            : undefined;
      if (item === undefined)
        throw new HarnessError("state/unreadable", `ipvsadm -Sn: unexpected ${excerpt(line)}.`);
      if (item.kind === "service") services.add(item.chain ?? "");
      return item;
    });
  const expected = countEntries(table);
  if (items.length !== expected)
    throw new HarnessError(
      "state/tool-failed",
      `ipvsadm -Sn shows ${items.length} services and destinations, and /proc/net/ip_vs has ${expected}.`,
    );
  return items.toSorted((one, other) => (one.text < other.text ? -1 : 1));
}
