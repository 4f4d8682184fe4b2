import { readFileSync } from "node:fs";
import { canonicalAddress, canonicalCidr } from "./addresses.ts";
import type { Wording } from "./input.ts";
import { type Version, vipLabels } from "./vips.ts";
import { defaultRouteTable } from "./routes.ts";

export interface Config {
  readonly apiServer: URL;
  readonly token: string;
  readonly ca: string;
  readonly node: string;
  readonly interface: string;
  readonly backend: "nft" | "legacy";
  /** Somebody said which: the other one may hold what is ours from before. */
  readonly isBackendChosen: boolean;
  readonly routeTable: number;
  /** Networks that egress leaves alone; where empty they are discovered. */
  readonly cidrs: readonly string[];
  readonly leaderElection: boolean;
  /** Policies are programmed, with this network let through; absent where they are none of its business. */
  readonly input?: { readonly services: string; readonly wording: Wording };
  /** Services are led to their pods; absent where they are none of its business. */
  readonly proxy?: {
    readonly isIpvs: boolean;
    readonly nodeAddresses: readonly [string, ...string[]];
    /** The address that Services of type LoadBalancer get. */
    readonly pool?: string;
  };
  /** Addresses are put on the interface, and marked as those of this version; absent where they are none of its business. */
  readonly vips?: { readonly version: Version };
  readonly controlPlaneVip?: string;
  /** Port of that address that is shared out among the API servers; absent where that is none of its business. */
  readonly balancedPort?: number;
  /** Well within the declared worst case: losses to somebody else come with no event. In ms. */
  readonly resyncMs: number;
  /** Whether this node is a gateway. */
  readonly isGateway: boolean;
  /** It only takes away what is there of the engine, and ends. */
  readonly cleansOnly: boolean;
  readonly mutant: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

function readProxy(env: Environment, problems: string[]): Pick<Config, "proxy"> {
  const mode = env["REFERENCE_PROXY"];
  if (mode === undefined) return {};
  if (mode !== "sets" && mode !== "ipvs") problems.push("REFERENCE_PROXY is neither sets nor ipvs.");
  const given = (env["REFERENCE_NODE_ADDRESSES"] ?? "").split(",");
  const [first, ...others] = given.flatMap((text) => canonicalAddress(text) ?? []);
  const pool = canonicalAddress(env["REFERENCE_POOL"]?.replace(/\/(?:32|128)$/, "") ?? "");
  if (env["REFERENCE_POOL"] !== undefined && pool === undefined)
    problems.push("REFERENCE_POOL is no network of one address.");
  if (first === undefined || others.length + 1 < given.length) {
    problems.push(`REFERENCE_NODE_ADDRESSES: "${given.join(",")}" are no addresses.`);
    return {};
  }
  const nodeAddresses = [first, ...others] as const;
  return { proxy: { isIpvs: mode === "ipvs", nodeAddresses, ...(pool === undefined ? {} : { pool }) } };
}

function readControlPlane(
  env: Environment,
  problems: string[],
): Pick<Config, "controlPlaneVip" | "balancedPort"> {
  const controlPlaneVip = env["REFERENCE_CONTROL_PLANE_VIP"];
  const port = env["REFERENCE_BALANCED_PORT"];
  if (port !== undefined && !/^\d+$/.test(port)) problems.push("REFERENCE_BALANCED_PORT is no port.");
  return {
    ...(controlPlaneVip === undefined ? {} : { controlPlaneVip }),
    ...(port === undefined ? {} : { balancedPort: Number(port) }),
  };
}

/**
 * The engine's configuration, all of it from REFERENCE_* variables.
 *
 * @throws {Error} with every problem, one a line
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const text = (name: string, fallback?: string): string => {
    const value = env[name] ?? fallback;
    if (value === undefined || value === "") problems.push(`${name} is not set.`);
    return value ?? "";
  };
  const file = (name: string): string => {
    const path = text(name);
    try {
      return path === "" ? "" : readFileSync(path, "utf8").trim();
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return "";
    }
  };
  const apiServer = text("REFERENCE_API");
  if (!URL.canParse(apiServer)) problems.push(`REFERENCE_API is no URL: "${apiServer}".`);
  const backend = text("REFERENCE_BACKEND", "nft");
  if (backend !== "nft" && backend !== "legacy")
    problems.push(`REFERENCE_BACKEND is neither nft nor legacy.`);
  const routeTable = Number(text("REFERENCE_ROUTE_TABLE", String(defaultRouteTable)));
  if (!Number.isInteger(routeTable) || routeTable < 1)
    problems.push("REFERENCE_ROUTE_TABLE is no table number.");
  const cidrs = (env["REFERENCE_CIDRS"] ?? "").split(",").filter((cidr) => cidr !== "");
  problems.push(
    ...cidrs
      .filter((cidr) => !canonicalCidr(cidr))
      .map((cidr) => `REFERENCE_CIDRS: "${cidr}" is no network.`),
  );
  const services = env["REFERENCE_SERVICES"];
  const versions = Object.keys(vipLabels) as Version[];
  const version = versions.find((name) => name === env["REFERENCE_VERSION"]) ?? "v3";
  const controlPlane = readControlPlane(env, problems);
  const proxied = readProxy(env, problems);
  const isIpvs = proxied.proxy?.isIpvs === true || controlPlane.balancedPort !== undefined;
  const config = {
    token: file("REFERENCE_TOKEN_FILE"),
    ca: file("REFERENCE_CA_FILE"),
    node: text("REFERENCE_NODE"),
    interface: text("REFERENCE_INTERFACE"),
    backend: backend === "legacy" ? ("legacy" as const) : ("nft" as const),
    isBackendChosen: env["REFERENCE_BACKEND"] !== undefined,
    routeTable,
    cidrs,
    leaderElection: env["REFERENCE_LEADER_ELECTION"] === "true",
    ...(services === undefined ? {} : { input: { services, wording: version } }),
    ...proxied,
    // Where there are virtual servers the node may be a guest that is emulated: it has no time for more.
    resyncMs: isIpvs ? 8_000 : 2_000,
    ...(env["REFERENCE_ADDRESSES"] === "true" ? { vips: { version } } : {}),
    ...controlPlane,
    isGateway: env["REFERENCE_GATEWAY"] === "true",
    cleansOnly: env["REFERENCE_CLEAN"] === "true",
    mutant: env["REFERENCE_MUTANT"],
  };
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { ...config, apiServer: new URL(apiServer) };
}
