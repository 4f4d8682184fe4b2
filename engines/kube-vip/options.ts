import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { EngineSelection } from "../../harness/model/engine.ts";
import type { Family } from "../../harness/model/state.ts";
import { type Era, eraOf, tried } from "./eras.ts";

/** Variables that decide where kube-vip finds its kubeconfig and its tools: the harness sets them. */
const reserved: readonly string[] = ["HOME", "PATH"];

/**
 * Lease timings for every release. Defaults are 5/3/1 s to v1.0.4 and 15/10/2 s from v1.1.0
 * (cmd/kube-vip.go:84-86): one timing keeps runs comparable between releases, and short.
 */
export const leaseTimings = { vip_leaseduration: "5", vip_renewdeadline: "3", vip_retryperiod: "1" } as const;

/** Options that are annotations of every Service with egress, and no environment variables. */
const internalEgress = "egress-internal";

/** The options that are environment variables. */
export function environmentOptions({ options }: EngineSelection): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== internalEgress));
}

/** Whether Services ask for egress by nftables, which kube-vip writes itself, where no option asks for it for all of them. */
export function wantsInternalEgress({ options }: EngineSelection): boolean {
  return options[internalEgress] === "true";
}

function internalEgressProblems({ version, options }: EngineSelection): readonly string[] {
  const value = options[internalEgress];
  if (value === undefined) return [];
  const era = version === undefined ? undefined : eraOf(version);
  return [
    ...(value === "true" || value === "false"
      ? []
      : [`kube-vip option "${internalEgress}" is "${value}": give true or false.`]),
    ...(era === undefined || era.egressInternal
      ? []
      : [`kube-vip option "${internalEgress}" needs v1.0.0 or later: ${version} knows no such annotation.`]),
  ];
}

/** What is wrong with a selection, each problem a sentence. */
export function selectionProblems(selection: EngineSelection): readonly string[] {
  const names = Object.keys(environmentOptions(selection));
  return [
    ...versionProblems(selection.version),
    ...internalEgressProblems(selection),
    ...names
      .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      .map((name) => `kube-vip option "${name}" is no name of an environment variable.`),
    ...names
      .filter((name) => reserved.includes(name))
      .map((name) => `kube-vip option "${name}" is set by the harness and cannot be given.`),
  ];
}

function versionProblems(version: string | undefined): readonly string[] {
  if (version === undefined) {
    return [`kube-vip needs a version, as in kube-vip@${tried.last}: its settings differ between releases.`];
  }
  if (eraOf(version) !== undefined) return [];
  return [
    `kube-vip version "${version}" is not supported: give a release from ${tried.first} on (${tried.last} is the last that was tried).`,
  ];
}

/** The era of a selection that has no problems. */
export function eraOfSelection(selection: EngineSelection): Era {
  const era = selection.version === undefined ? undefined : eraOf(selection.version);
  if (era === undefined) {
    throw new HarnessError(
      "run/internal",
      `kube-vip was started with ${versionProblems(selection.version).join(" ")}`,
    );
  }
  return era;
}

/** As Go's strconv.ParseBool; what it does not know ends kube-vip at its start. */
function isTrue(text: string): boolean {
  return ["1", "t", "T", "TRUE", "true", "True"].includes(text);
}

type EgressBackend = Era["egress"] | Era["egressWithNftables"];

/** What writes egress rules for a selection. */
export function egressBackend(selection: EngineSelection): EgressBackend {
  const era = eraOfSelection(selection);
  if (wantsInternalEgress(selection)) return "nftables";
  const wanted = selection.options["egress_withnftables"];
  if (wanted === undefined || wanted === "") return era.egress;
  return isTrue(wanted) ? era.egressWithNftables : "iptables-legacy";
}

/** The families of state that iptables rules of a backend are found in, by address family. */
export function iptablesFamilies(backend: EgressBackend): { readonly 4: Family; readonly 6: Family } {
  return backend === "iptables-nft"
    ? { 4: "iptables-nft", 6: "ip6tables-nft" }
    : { 4: "iptables-legacy", 6: "ip6tables-legacy" };
}

/** nftables table of internal egress, with its address family: one pair an instance_name (v1.2.2). */
export function nftablesTable(selection: EngineSelection, family: 4 | 6): string {
  const instance = selection.options["instance_name"] ?? "";
  const base = instance === "" ? "kube_vip" : `kube_vip_${instance}`;
  return family === 4 ? `ip ${base}_v4` : `ip6 ${base}_v6`;
}

/** Protocol of routes, as `ip route` prints it. */
export function routeProtocol(selection: EngineSelection): string {
  const era = eraOfSelection(selection);
  // v0.7.0 knows no such variable.
  return era.routeProtocol === "boot"
    ? "boot"
    : selection.options["vip_routingprotocol"] || era.routeProtocol;
}

/** Duration option in ms. */
export function leaseTimingMs(selection: EngineSelection, name: keyof typeof leaseTimings): number {
  const seconds = Number(selection.options[name] ?? leaseTimings[name]);
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : Number(leaseTimings[name])) * 1_000;
}

/** Whether stale routes are swept once, ten seconds after the start (v0.7.1:pkg/manager/manager_table.go). */
export function sweepsRoutes(selection: EngineSelection): boolean {
  return isTrue(selection.options["vip_cleanroutingtable"] ?? "");
}
