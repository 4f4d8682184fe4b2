import type { EngineSelection, LaunchRequest, LaunchSpec } from "../../harness/model/engine.ts";
import { mechanicalOrder, mechanicalProblems } from "./mechanical.ts";

const minSyncPeriod = "iptables-min-sync-period";

/**
 * In every mode but ipvs, whatever the flag's name says. By default it is a second, for which every step of an attempt
 * waits; with less than this it is a matter of luck how the objects of one step fall into syncs.
 */
const defaultMinSyncPeriod = "400ms";

/** A short duration of Go, in one unit; undefined for others. */
function durationMs(text: string): number | undefined {
  const { value, unit } = /^(?<value>\d+(?:\.\d+)?)(?<unit>ms|s)$/.exec(text)?.groups ?? {};
  return value === undefined ? undefined : Number(value) * (unit === "s" ? 1_000 : 1);
}

/** How far apart syncs are with these options, in ms. */
export function minSyncMs(options: EngineSelection["options"]): number {
  return durationMs(options[minSyncPeriod] ?? defaultMinSyncPeriod) ?? 0;
}

/** Flags that the adapter sets from what it is given. */
const reserved: readonly string[] = ["config", "kubeconfig", "hostname-override", "proxy-mode", "master"];

/** What is wrong with a selection, each problem a sentence. Options are flags of kube-proxy without their dashes, and `mechanical`. */
export function selectionProblems(selection: EngineSelection): readonly string[] {
  const { options } = selection;
  const names = Object.keys(options);
  return [
    ...(selection.version === undefined
      ? []
      : ["kube-proxy comes with the control plane and takes no version."]),
    ...names
      .filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))
      .map(
        (name) =>
          `kube-proxy option "${name}" is no flag: give its name without dashes, as in iptables-sync-period=5s.`,
      ),
    ...Object.entries(options)
      .filter(([name, value]) => name === minSyncPeriod && !((durationMs(value) ?? Infinity) <= 10_000))
      .map(
        ([name, value]) => `kube-proxy option "${name}" is "${value}": give it as 500ms or 2s, at most 10s.`,
      ),
    ...mechanicalProblems(options["mechanical"]),
    ...names
      .filter((name) => reserved.includes(name))
      .map((name) => `kube-proxy option "${name}" is set by the harness and cannot be given.`),
  ];
}

/**
 * Limits of connection tracking stay as they are: without these zeros kube-proxy writes values of the
 * whole machine, and exits where they are read-only.
 */
const untouchedConntrack = {
  "conntrack-max-per-core": "0",
  "conntrack-min": "0",
  "conntrack-tcp-timeout-established": "0",
  "conntrack-tcp-timeout-close-wait": "0",
} as const;

/** What it says when it has written its rules, of either family, to a log that has that much in it. */
const synced = { level: 2, pattern: '"SyncProxyRules complete"' } as const;

/** kube-proxy on one node. Its addresses come from the Node object (InternalIP), as nothing binds to --bind-address. */
export function launch(request: LaunchRequest): LaunchSpec {
  const { mechanical, ...options } = request.selection.options;
  const order = mechanicalOrder(mechanical, request.selection.variant);
  const flags = {
    kubeconfig: `${request.home}/kubeconfig`,
    "hostname-override": request.node.name,
    "proxy-mode": request.selection.variant,
    "cluster-cidr": request.podCidr,
    [minSyncPeriod]: defaultMinSyncPeriod,
    ...untouchedConntrack,
    "metrics-bind-address": "127.0.0.1:10249",
    "healthz-bind-address": "127.0.0.1:10256",
    v: String(synced.level),
    ...options,
  };
  return {
    argv: [request.program, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
    env: { HOME: request.home },
    files: { kubeconfig: request.kubeconfig },
    hostname: request.node.name,
    ...(Number(flags.v) >= synced.level ? { readyPattern: synced.pattern } : {}),
    ...(order === undefined ? {} : { toolOrders: [order] }),
  };
}
