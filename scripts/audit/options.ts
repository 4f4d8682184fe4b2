import { parseArgs } from "node:util";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { readNetwork } from "../../harness/state/address.ts";
import { parseTable } from "../help/command-help.ts";
import type { NodeSource } from "./nodes/open-nodes.ts";
import { type AuditFormat, auditOptions, formats } from "./option-table.ts";

/** Where to look. */
export type Source =
  | { readonly kind: "host" }
  | { readonly kind: "netns"; readonly of: string }
  | NodeSource
  | { readonly kind: "snapshot"; readonly directory: string };

/** Where live objects come from. */
export type ObjectSource =
  | { readonly kind: "kubeconfig"; readonly file: string }
  | { readonly kind: "in-cluster" }
  | { readonly kind: "files"; readonly files: readonly string[]; readonly asked: readonly string[] };

/** How nodes are looked at through the API. */
export interface EveryNode {
  readonly kubeconfig: string;
  readonly image?: string;
  readonly namespace: string;
}

/** The command line of an audit. */
export interface AuditOptions {
  readonly sources: readonly Source[];
  readonly objects: ObjectSource;
  /** Every node of the cluster, through the API: its sources are found when it is opened. */
  readonly everyNode?: EveryNode;
  readonly node?: string;
  readonly engines: readonly string[];
  readonly cidrs: readonly string[];
  readonly betweenMs: number;
  readonly format: AuditFormat;
  readonly plan: boolean;
  readonly explain?: string;
  readonly baseline?: string;
  readonly watch?: {
    readonly everyMs: number;
    readonly host: string;
    readonly port: number;
    readonly events: boolean;
  };
}

/** What a command line asks for. */
export type AuditRequest =
  | { readonly kind: "diff"; readonly before: string; readonly after: string; readonly format: AuditFormat }
  | { readonly kind: "audit"; readonly options: AuditOptions };

type Values = ReturnType<typeof parse>["values"];

function parse(argv: readonly string[]) {
  // A rule begins with a dash, as no other value does.
  const at = argv.indexOf("--explain");
  const rule = at === -1 ? undefined : argv[at + 1];
  const args =
    rule === undefined ? [...argv] : [...argv.slice(0, at), `--explain=${rule}`, ...argv.slice(at + 2)];
  return parseArgs({ args, options: parseTable(auditOptions), allowPositionals: true });
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Collects problems, so that all are told at once. */
class Problems {
  readonly all: HarnessError[] = [];

  bad(what: string, fix: string): void {
    this.all.push(new HarnessError("args/bad-value", `${what}\nFix: ${fix}`));
  }

  duration(option: string, text: string, leastMs: number): number {
    const [, count = "", unit = ""] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Number(count) * (unitsMs[unit] ?? Number.NaN);
    if (ms >= leastMs && ms <= 24 * 3_600_000) return ms;
    this.bad(`--${option} "${text}" is no time from ${leastMs} ms to a day.`, `write --${option} 60s.`);
    return leastMs;
  }
}

function sourcesOf(values: Values): readonly Source[] {
  return [
    ...(values.host === true ? [{ kind: "host" } as const] : []),
    ...(values.netns ?? []).map((of) => ({ kind: "netns", of }) as const),
    ...(values.snapshot ?? []).map((directory) => ({ kind: "snapshot", directory }) as const),
  ];
}

function objectSourceOf(values: Values, problems: Problems): ObjectSource {
  const given: ObjectSource[] = [
    ...(values.kubeconfig === undefined ? [] : [{ kind: "kubeconfig", file: values.kubeconfig } as const]),
    ...(values["in-cluster"] === true ? [{ kind: "in-cluster" } as const] : []),
    ...(values.objects === undefined
      ? []
      : [{ kind: "files", files: values.objects, asked: values.asked?.split(",") ?? [] } as const]),
  ];
  const [only, ...more] = given;
  if (only === undefined || more.length > 0)
    problems.bad(
      `${given.length} sources of objects are given.`,
      "give one of --kubeconfig FILE, --in-cluster, --objects FILE: without objects nothing is known to be dead.",
    );
  return only ?? { kind: "in-cluster" };
}

function watchOf(values: Values, sources: readonly Source[], problems: Problems): AuditOptions["watch"] {
  if (values.watch === undefined) {
    for (const option of ["listen", "events"] as const)
      if (values[option] !== undefined)
        problems.bad(`--${option} has no use without --watch.`, "add --watch 60s.");
    return undefined;
  }
  if (sources.some(({ kind }) => kind === "snapshot"))
    problems.bad("--watch looks at what changes, and a snapshot does not.", "give --host or --netns.");
  if (values.events === true && values.objects !== undefined)
    problems.bad("--events needs an API to write them to.", "give --kubeconfig or --in-cluster.");
  for (const option of ["plan", "explain", "baseline", "format"] as const)
    if (values[option] !== undefined)
      problems.bad(`--${option} has no use with --watch.`, "leave one of them out.");
  const everyMs = problems.duration("watch", values.watch, 1_000);
  const listen = values.listen ?? "127.0.0.1:9464";
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? plain ?? "";
  if (host === "" || Number(port) > 65_535)
    problems.bad(`--listen "${listen}" is no address with a port.`, "write --listen 127.0.0.1:9464.");
  return { everyMs, host, port: Number(port), events: values.events === true };
}

function formatOf(values: Values, problems: Problems): AuditFormat {
  const format = formats.find((known) => known === (values.format ?? "table"));
  if (format === undefined)
    problems.bad(`--format "${values.format ?? ""}" is unknown.`, `give one of: ${formats.join(", ")}.`);
  return format ?? "table";
}

/** `--kubeconfig` alone means every node of that cluster. */
function everyNodeOf(
  values: Values,
  sources: readonly Source[],
  problems: Problems,
): AuditOptions["everyNode"] {
  const { kubeconfig, image, namespace = "kube-system" } = values;
  if (sources.length === 0 && kubeconfig !== undefined) {
    if (values.watch !== undefined)
      problems.bad(
        "--watch would make pods on every node each time.",
        "kubectl apply -k deploy/audit: each node watches itself.",
      );
    return { kubeconfig, namespace, ...(image === undefined ? {} : { image }) };
  }
  if (sources.length === 0)
    problems.bad(
      "nothing to look at is given.",
      "give --host, --netns or --snapshot, or --kubeconfig alone for every node.",
    );
  for (const option of ["image", "namespace"] as const)
    if (values[option] !== undefined)
      problems.bad(`--${option} is for pods on every node.`, "leave it out, or give --kubeconfig alone.");
  return undefined;
}

function checkNames(
  values: Values,
  sources: readonly Source[],
  names: readonly string[],
  problems: Problems,
): void {
  if (values.node !== undefined && sources.length > 1)
    problems.bad(`--node is given for ${sources.length} sources.`, "leave it out, or look at one.");
  for (const cidr of values.cidr ?? [])
    if (readNetwork(cidr) === undefined)
      problems.bad(`--cidr "${cidr}" is no network.`, "write --cidr 10.244.0.0/16.");
  for (const engine of values.engine ?? []) {
    const name = engine.split("@")[0] ?? "";
    if (!names.includes(name)) {
      const fix = `give one of: ${names.join(", ")}, as in --engine kube-vip@v0.8.4.`;
      problems.all.push(
        new HarnessError("args/unknown-engine", `no engine "${name}" is known.\nFix: ${fix}`),
      );
    }
  }
}

function readOptions(values: Values, names: readonly string[], problems: Problems): AuditOptions {
  const sources = sourcesOf(values);
  checkNames(values, sources, names, problems);
  const everyNode = everyNodeOf(values, sources, problems);
  const watch = watchOf(values, sources, problems);
  return {
    sources,
    objects: objectSourceOf(values, problems),
    engines: values.engine ?? [],
    cidrs: values.cidr ?? [],
    betweenMs: values.between === undefined ? 10_000 : problems.duration("between", values.between, 1),
    format: formatOf(values, problems),
    plan: values.plan === true,
    ...(everyNode === undefined ? {} : { everyNode }),
    ...(values.node === undefined ? {} : { node: values.node }),
    ...(values.explain === undefined ? {} : { explain: values.explain }),
    ...(values.baseline === undefined ? {} : { baseline: values.baseline }),
    ...(watch === undefined ? {} : { watch }),
  };
}

/** Parses the command line of an audit; names are those of known engines. Where there are problems, nothing is to be started. */
export function parseAudit(
  argv: readonly string[],
  names: readonly string[],
): { readonly request?: AuditRequest; readonly problems: readonly HarnessError[] } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    const problem = new HarnessError(
      "args/unknown-option",
      `${what}\nFix: --help lists the options of audit.`,
    );
    return { problems: [problem] };
  }
  const { values, positionals } = parsed;
  const problems = new Problems();
  if (values.diff !== undefined) {
    const [after = ""] = positionals;
    if (positionals.length !== 1)
      problems.bad(`--diff has ${positionals.length + 1} files.`, "write --diff BEFORE AFTER.");
    const format = formatOf(values, problems);
    return { request: { kind: "diff", before: values.diff, after, format }, problems: problems.all };
  }
  for (const word of positionals)
    problems.bad(`unexpected argument "${word}".`, "every argument but those of --diff is an option.");
  const options = readOptions(values, names, problems);
  return { request: { kind: "audit", options }, problems: problems.all };
}
