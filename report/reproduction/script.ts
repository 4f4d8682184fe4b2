import { readFileSync } from "node:fs";
import { eventsOf, type Recording } from "../../harness/model/recording.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { Finding } from "../../harness/model/verdict.ts";
import { renderFault } from "../fault-text.ts";
import { checkOfItem, checkOfMatcher } from "./checks.ts";
import { playRecording } from "./play.ts";
import { quoteLiteral, splitterOf, type TextPart, variablesOf } from "./shell-text.ts";
import { strikeFunctions } from "./strike.ts";
import { applyCommand } from "./writes.ts";

type Split = (text: string) => readonly TextPart[];

function readPart(name: string): string {
  return readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8").trimEnd();
}

/** A sentence as comment lines. */
function comment(text: string): string {
  return text
    .split("\n")
    .map((line) => `# ${line}`.trimEnd())
    .join("\n");
}

function header({ plan }: Recording, finding: Finding | undefined): string {
  const { engine, settings, faults = [] } = plan;
  const version = engine.version === undefined ? "" : ` ${engine.version}`;
  const options = { ...settings, ...engine.options };
  const lines = [
    ...(finding === undefined ? [] : [`${finding.oracle}: ${finding.why}`]),
    ...(finding?.owner === undefined ? [] : [`It belongs to ${finding.owner}.`]),
    ...(finding?.packet === undefined ? [] : [`What goes wrong by it: ${finding.packet}.`]),
    `Seen with ${engine.name}${version}, ${engine.variant}, set to ${JSON.stringify(options)}.`,
    ...faults.map((fault) => `What was done to it: ${renderFault(fault)}.`),
    "",
    "Run it on a node of a test cluster, as root, with KUBECONFIG of an administrator and the engine stopped:",
    "",
    "  ENGINE='command that starts the engine, in the foreground' bash this-script.sh",
    "",
    "It makes the objects, waits for the rules that were seen, and ends with 1 where it is so again, 0 where it",
    "is not, 2 where it could not tell. Needs kubectl, iproute2, iptables; strace, flock, ipset, nft where used.",
    "It leaves its objects and the engine's rules: look at them, and delete the namespace.",
  ];
  return lines.map(comment).join("\n");
}

function settings(recording: Recording): string {
  const profile = eventsOf(recording, "begin")[0]?.engineProfile;
  const worstCaseS = Math.ceil((profile?.worstCaseMs ?? 30_000) / 1_000);
  const text = [...variablesOf(recording).keys()];
  return [
    "set -u",
    ': "${ENGINE:?the command that starts the engine, in the foreground}"',
    "KUBECTL=${KUBECTL:-kubectl}",
    "# How long is waited for what was seen, the longest in which the engine is known to follow a change, and to end, in s.",
    "WAIT_S=${WAIT_S:-60}",
    `WORST_S=\${WORST_S:-${worstCaseS}}`,
    `EXIT_S=\${EXIT_S:-${Math.ceil(recording.plan.limits.exitMs / 1_000)}}`,
    "# How long strace holds whoever has just written, in ms.",
    "DELAY_MS=${DELAY_MS:-20}",
    "INTERFACE=${INTERFACE:-$(ip -o route get 192.0.2.1 | sed 's/.* dev \\([^ ]*\\).*/\\1/')}",
    ...variableLines(recording, text),
  ].join("\n");
}

/** Names and addresses of this cluster; where it is not known what they are, those of the recording. */
function variableLines(recording: Recording, names: readonly string[]): readonly string[] {
  const recorded = variablesOf(recording);
  const own: Readonly<Record<string, string>> = {
    NODE_0: "$(hostname)",
    NODE_0_IPV4:
      "$(ip -o -4 addr show dev \"$INTERFACE\" scope global | sed -n '1s,.* inet \\([^/]*\\)/.*,\\1,p')",
    NODE_0_IPV6:
      "$(ip -o -6 addr show dev \"$INTERFACE\" scope global | sed -n '1s,.* inet6 \\([^/]*\\)/.*,\\1,p')",
  };
  return names.map((name) => `${name}=\${${name}:-${own[name] ?? recorded.get(name) ?? ""}}`);
}

/** The namespaces that the objects are in, which nobody wrote in the recording. */
function namespaces(recording: Recording, split: Split): string {
  const names = eventsOf(recording, "write").flatMap(({ object }) => object?.metadata.namespace ?? []);
  const objects = [...new Set(names)]
    .filter((name) => !name.startsWith("kube-"))
    .map((name): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  return objects.length === 0 ? "" : applyCommand(objects, split);
}

/** The expectation that a finding without an item speaks of. */
function missingCheck(recording: Recording, finding: Finding): string | undefined {
  const events = eventsOf(recording, "expectation").filter(
    ({ step, node, expectation }) => step === finding.step && node === finding.node && expectation.present,
  );
  const matcher = events
    .flatMap(({ matchers }) => matchers)
    .find(({ title }) => finding.why.startsWith(`${title} is missing`));
  return matcher && checkOfMatcher(matcher);
}

/** Findings of these oracles speak of an item that is there and should not be. */
const leaks = new Set<string>(["retired-identity", "unknown-identity", "intent", "residue", "exit-policy"]);

/** How the script ends: with a verdict of its own, or by saying what to look at. */
function ending(recording: Recording, finding: Finding | undefined, split: Split): string {
  if (finding === undefined) return 'say "all was done as recorded"';
  const { item, oracle } = finding;
  const title = quoteLiteral(item?.text ?? finding.why);
  const check = item === undefined ? missingCheck(recording, finding) : checkOfItem(item, split);
  const kind = item === undefined ? "missing" : oracle === "duplicates" ? "doubled" : "leaked";
  const isJudged = item === undefined || oracle === "duplicates" || leaks.has(oracle);
  if (check !== undefined && isJudged) return `judge ${kind} ${title} ${quoteLiteral(check)}`;
  return `give_up ${quoteLiteral(`all was done as recorded; look for this: ${finding.why}`)}`;
}

/**
 * A bash script that shows a finding without this project: with kubectl, the tools of the kernel's tables,
 * strace and flock. Whoever runs it gives a cluster and the command that starts the engine.
 *
 * @param finding - one of the recording's; without one the script only does what was recorded
 * @returns its text. It ends with 1 where the finding is there again, 0 where it is not, 2 where it could not
 *   tell: what was recorded did not come about, a fault needs more than a shell, or no tool shows the finding
 */
export function renderScript(recording: Recording, finding?: Finding): string {
  const split = splitterOf(recording);
  const faults = recording.plan.faults ?? [];
  const struck = faults.find(({ trigger }) => trigger.at === "kernel-write");
  const node = finding?.node ?? eventsOf(recording, "begin")[0]?.nodes[0]?.name ?? "";
  const steps = eventsOf(recording, "step").map(({ step }) => step);
  const parts = [
    `#!/usr/bin/env bash\n${header(recording, finding)}`,
    settings(recording),
    readPart("prelude"),
    ...(struck?.trigger.at === "kernel-write"
      ? [readPart("write-watcher"), strikeFunctions(struck.trigger.point, struck, split)]
      : []),
    ...(faults.some(({ action }) => action.kind === "xtables-lock") ? [readPart("lock-holder")] : []),
    namespaces(recording, split),
    playRecording({ recording, node, until: finding?.step ?? steps.at(-1) ?? "", split }).join("\n"),
    ending(recording, finding, split),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
