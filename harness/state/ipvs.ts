import { HarnessError } from "../errors/harness-error.ts";
import type { StateItem, Token } from "../model/state.ts";
import { readAddress, renderAddress } from "./address.ts";
import { excerpt } from "./json.ts";
import { markToken, networkTokens, portToken } from "./tokens.ts";

const flags: Readonly<Record<string, string>> = { TCP: "-t", UDP: "-u", SCTP: "--sctp-service" };
const methods: Readonly<Record<string, string>> = { Masq: "-m", Route: "-g", Tunnel: "-i", Local: "-g" };

interface Endpoint {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** `AC1E010A:192B` or `[fd00:0000:...:0001]:0035`, hexadecimal. */
function readEndpoint(text: string, role: "destination" | "target", protocol?: string): Endpoint | undefined {
  const match = /^(?:([0-9A-F]{8})|\[([0-9A-Fa-f:]+)\]):([0-9A-F]{4})$/.exec(text);
  if (!match) return undefined;
  const [, v4, v6 = "", hexPort = ""] = match;
  const address = v4 === undefined ? readAddress(v6) : ({ family: 4, value: BigInt(`0x${v4}`) } as const);
  if (address === undefined) return undefined;
  const host = renderAddress(address);
  const port = Number.parseInt(hexPort, 16);
  return {
    text: address.family === 4 ? `${host}:${port}` : `[${host}]:${port}`,
    tokens: [...networkTokens(host), portToken(port, port, role, protocol)],
  };
}

interface Service {
  readonly key: string;
  readonly protocol?: string;
}

function readService(line: string): readonly [Service, StateItem] | undefined {
  const [protocol = "", where = "", scheduler = "", ...options] = line.trim().split(/\s+/);
  const at = options.indexOf("persistent");
  const tail = `-s ${scheduler}${at === -1 ? "" : ` -p ${Number(options[at + 1])}`}${options.includes("ops") ? " -o" : ""}`;
  const make = (key: string, tokens: readonly Token[]): StateItem => ({
    family: "ipvs",
    chain: key,
    kind: "service",
    text: `-A ${key} ${tail}`,
    tokens,
  });
  if (protocol === "FWM" && /^[0-9A-F]{8}$/.test(where)) {
    const mark = Number.parseInt(where, 16);
    const key = `-f ${mark}`;
    return [{ key }, make(key, [markToken(mark)])];
  }
  const flag = flags[protocol];
  const name = protocol.toLowerCase();
  const endpoint = readEndpoint(where, "destination", name);
  if (flag === undefined || endpoint === undefined || scheduler === "") return undefined;
  const key = `${flag} ${endpoint.text}`;
  return [{ key, protocol: name }, make(key, endpoint.tokens)];
}

function readDestination(line: string, service: Service | undefined): StateItem | undefined {
  const [, where = "", method = "", weight = ""] = line.trim().split(/\s+/);
  const endpoint = readEndpoint(where, "target", service?.protocol);
  const flag = methods[method];
  if (service === undefined || endpoint === undefined || flag === undefined || !/^-?\d+$/.test(weight))
    return undefined;
  const text = `-a ${service.key} -r ${endpoint.text} ${flag} -w ${weight}`;
  return { family: "ipvs", chain: service.key, kind: "destination", text, tokens: endpoint.tokens };
}

/**
 * Reads `/proc/net/ip_vs`; items are written as `ipvsadm-save -n` would. Connection counts stay out,
 * and so does the netmask of persistence.
 *
 * @throws {HarnessError} `state/unreadable` for a line that is neither header, service nor destination
 */
export function parseIpvs(text: string): readonly StateItem[] {
  const items: StateItem[] = [];
  let service: Service | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    if (index === 0 && line.startsWith("IP Virtual Server")) continue;
    if (/^(?:Prot LocalAddress:Port| {2}-> RemoteAddress:Port)/.test(line)) continue;
    const found = line.startsWith("  ->") ? undefined : readService(line);
    const item = found === undefined ? readDestination(line, service) : found[1];
    if (found !== undefined) service = found[0];
    if (item === undefined) throw new HarnessError("state/unreadable", `ipvs: unexpected ${excerpt(line)}.`);
    items.push(item);
  }
  return items;
}
