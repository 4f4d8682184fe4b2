import { familyNames } from "../model/fault-family.ts";

/** One option of a command, as parser, help text and shell completion see it. */
export interface OptionSpec {
  readonly name: string;
  /** Shown in the help; an option without one is a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly help: string;
}

/** Every option of `conformance`, in the order of the help text. */
export const optionTable = [
  {
    name: "engine",
    value: "NAME[@VERSION][/VARIANT]",
    repeatable: true,
    help: "Engine under test, or an engine file (./my.yaml, .ts); @OLD..NEW upgrades it. Default: the profile's.",
  },
  {
    name: "engine-binary",
    value: "[NAME@VERSION=]PATH",
    repeatable: true,
    help: "The engine's program. Else from the directory LEAKPROOF_ENGINES: NAME-VERSION, or image NAME-VERSION.tar.",
  },
  {
    name: "engine-image",
    value: "[NAME@VERSION=]IMAGE",
    repeatable: true,
    help: "The engine's image in place of a program: an archive (docker save, OCI), or a reference as for docker pull.",
  },
  {
    name: "engine-option",
    value: "KEY=VALUE",
    repeatable: true,
    help: "A setting in the engine's own terms.",
  },
  {
    name: "beside",
    value: "NAME[@VERSION][/VARIANT]",
    help: "The other engine of scenarios that have two on a node. Default: kube-proxy/nftables.",
  },
  { name: "profile", value: "NAME", help: "Which requirements, with which limits. Default: default." },
  {
    name: "scenario",
    value: "GLOB",
    repeatable: true,
    help: "Only the profile's scenarios whose names match (* and ?).",
  },
  {
    name: "crash-points",
    value: "all|sample:N|none",
    help: "Strike at all places between the engine's writes, or at N of them. Default: the profile's; none with --scenario.",
  },
  {
    name: "faults",
    value: "FAMILY",
    repeatable: true,
    help: `What is done at the crash points, at eight where --crash-points does not say. Default: the\n      profile's; kill with --crash-points. One of:\n      ${familyNames.join(", ")}.`,
  },
  {
    name: "explore",
    value: "TIME",
    help: "Search with drawn schedules of operations and faults for that long in all, as in 90s or 10m, after everything else.",
  },
  { name: "repeat", value: "N", help: "Every attempt N times, each with a seed of its own, 1 to 1000." },
  {
    name: "power",
    help: "Show what the oracles catch, by mutants of the reference engine. Default: the profile's; off with --scenario.",
  },
  { name: "no-power", help: "Leave that out." },
  {
    name: "shard",
    value: "I/N",
    help: "Only the I-th of N parts of the run, 1 to 100, for machines that share it; needs --seed. `npm run merge` joins them.",
  },
  {
    name: "provider",
    value: "sandbox|kind|existing",
    help: "Where the clusters come from: this machine's namespaces, docker (docs/kind.md), or one of\n      your own (docs/existing.md). Default: sandbox.",
  },
  { name: "kubeconfig", value: "FILE", help: "With --provider existing: the way to that cluster." },
  { name: "context", value: "NAME", help: "A context of that file. Default: its current one." },
  {
    name: "node-image",
    value: "IMAGE",
    help: "With --provider existing: image of the pods that look at nodes, where none of deploy/audit runs.",
  },
  {
    name: "i-own-this-cluster",
    help: "Without it nothing is done to a cluster that --kubeconfig leads to.",
  },
  {
    name: "clusters",
    value: "N",
    help: "Attempts that run at once, each on a cluster of its own, 1 to 16. Default: 3, on kind 2, on a cluster of your own 1.",
  },
  { name: "seed", value: "N", help: "Source of all chance, 0 to 4294967295. Default: random, and printed." },
  { name: "out", value: "DIR", help: "Where the run's directory is made. Default: out." },
  {
    name: "baseline",
    value: "REPORT",
    help: "A conformance-report.yaml: only findings that it lacks fail the run.",
  },
  {
    name: "waivers",
    value: "FILE",
    help: "A YAML file of findings that are let pass until a date. They are shown, and never make a run conformant.",
  },
  {
    name: "resume",
    value: "DIR",
    help: "Go on with an interrupted run: the attempts of its directory that have no verdict.",
  },
  {
    name: "only-failed",
    value: "DIR",
    help: "Run the attempts of that run again that did not pass.",
  },
  { name: "bisect", help: "Exit 125 in place of 2, for git bisect run." },
  {
    name: "control-plane",
    value: "assets|download|build",
    help: "Take etcd and kube-apiserver from there and nowhere else.",
  },
  {
    name: "guest-kernel",
    value: "PATH",
    help: "Kernel of nodes that are guests: a vmlinuz beside its lib/modules, or a .deb. Default: Debian's, by apt.",
  },
  {
    name: "as-root",
    help: "Keep root, where user namespaces are forbidden. The engine is then less well fenced in.",
  },
  {
    name: "keep",
    help: "Leave the first attempt that does not pass as it is, and print how to get in; Ctrl-C ends it.",
  },
  { name: "list", help: "Print what would be run, and end." },
  { name: "help", help: "Print this text, and end." },
] as const satisfies readonly OptionSpec[];

export type OptionName = (typeof optionTable)[number]["name"];

/** Rows of options that another command has too, and hands over. */
export function optionRows<Name extends OptionName>(
  ...names: readonly Name[]
): readonly Extract<(typeof optionTable)[number], { readonly name: Name }>[] {
  const isNamed = (
    row: (typeof optionTable)[number],
  ): row is Extract<(typeof optionTable)[number], { readonly name: Name }> =>
    names.some((name) => name === row.name);
  return optionTable.filter(isNamed);
}
