import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { faultFamilies } from "../../harness/model/fault-family.ts";
import { isKernelFeature } from "../../harness/model/kernel-feature.ts";
import type { Profile, ProfileLevel } from "../../harness/model/profile.ts";
import type { NodeRef, Scenario } from "../../harness/model/scenario.ts";
import { oracles } from "../../harness/oracle/all.ts";
import { createWorld } from "../../harness/run/world.ts";
import { scenarios } from "../../scenarios/all.ts";
import { specDigest } from "../../suites/spec-digest.ts";

/** What each limit is, and why it is what it is. */
const limitTexts: Readonly<Record<keyof Profile["limits"], string>> = {
  convergenceMs:
    "The most that an engine may declare as its worst case. The slowest convergence known upstream is a leader election of 15 s followed by a sweep 10 s after the start.",
  apiOutageMs:
    "The longest that the API server may be out of reach of a node or a pod. One retry period of a default leader election (2 s): a shorter outage makes no controller lose its lease.",
  exitMs:
    "From SIGTERM to the exit. Kubernetes allows 30 s by default, to all containers of a node that is drained: an engine that needs no more than a sixth is never killed while it cleans.",
};

const levelTexts: Readonly<Record<ProfileLevel, string>> = {
  core: "Conformance is decided here: every one must pass, with the engine's writes traced.",
  extended: "A badge of its own: told in the report, and decides no conformance.",
  observed: "Figures.",
};

/** `https://github.com/kube-vip/kube-vip/issues/966` as `kube-vip#966`; other pages by their host. */
function renderSource(url: string): string {
  const { repository, number } =
    /^https:\/\/github\.com\/[^/]+\/(?<repository>[^/]+)\/(?:issues|pull)\/(?<number>\d+)$/.exec(url)
      ?.groups ?? {};
  return `[${repository === undefined ? new URL(url).hostname : `${repository}#${number}`}](${url})`;
}

/** The sentence that stands above a scenario in its file: why it is there. */
async function reasonOf(root: string, { name }: Scenario): Promise<string> {
  const text = await readFile(join(root, "scenarios", `${name}.ts`), "utf8");
  const comment =
    /\/\*\*(?<body>(?:(?!\*\/)[^])*)\*\/\nexport const scenario\b/.exec(text)?.groups?.["body"] ?? "";
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, ""))
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function stepsOf(scenario: Scenario): readonly string[] {
  const node = (index: number): NodeRef => ({
    name: `node-${index}`,
    ipv4: `192.0.2.${index + 1}`,
    ipv6: `2001:db8::${index + 1}`,
  });
  const others = Array.from({ length: scenario.nodes - 1 }, (_, index) => node(index + 1));
  const networks = {
    podCidr: "10.244.0.0/16",
    podCidr6: "fd00:10:244::/48",
    serviceCidr: "10.96.0.0/16",
    serviceCidr6: "fd00:10:96::/112",
    vipCidr: "172.31.0.0/16",
    vipCidr6: "fd00:31::/48",
  };
  const world = createWorld({
    seed: 0,
    attemptName: scenario.name,
    nodes: [node(0), ...others],
    ...networks,
  });
  return scenario.steps(world).map(({ name }) => name);
}

async function renderRequirement(root: string, scenario: Scenario): Promise<string> {
  const { name, title, feature, needs = [], nodes, sources } = scenario;
  const list = (names: readonly string[], between = ", "): string =>
    names.map((one) => `\`${one}\``).join(between);
  const kernel = needs.filter(isKernelFeature);
  const rows = [
    ["claimed features", list([feature, ...needs.filter((need) => !isKernelFeature(need))])],
    ["nodes", String(nodes)],
    ...(kernel.length === 0 ? [] : [["kernel of the nodes", list(kernel)]]),
    ["steps", list(stepsOf(scenario), " → ")],
    ["upstream", sources.map(renderSource).join(", ")],
  ];
  return [
    `### ${name}`,
    "",
    `**${title}.** ${await reasonOf(root, scenario)}`.trim(),
    "",
    "| | |",
    "| --- | --- |",
    ...rows.map(([what, text]) => `| ${what} | ${text} |`),
    "",
  ].join("\n");
}

async function renderLevel(root: string, profile: Profile, level: ProfileLevel): Promise<string> {
  const named = profile.scenarios.filter((one) => one.level === level);
  if (named.length === 0) return "";
  const found = named.flatMap(({ name }) => scenarios.find((scenario) => scenario.name === name) ?? []);
  const parts = await Promise.all(found.map((scenario) => renderRequirement(root, scenario)));
  const title = `${level.charAt(0).toUpperCase()}${level.slice(1)}`;
  return [`## ${title}`, "", levelTexts[level], "", ...parts].join("\n");
}

/** The families of faults that a run of the whole profile tries. */
function renderFaults({ faults = [] }: Profile): readonly string[] {
  if (faults.length === 0) return [];
  const places = (points: string): string => (points === "all" ? "all" : points.replace("sample:", ""));
  return [
    "## Faults",
    "",
    "A whole run strikes the engines at places that their own writes show, in attempts of their own, drawn by the seed and shared out among the engines. What an engine has nothing to be bitten by is not exercised.",
    "",
    "| family | level | places | what is done |",
    "| --- | --- | --- | --- |",
    ...faults.map(
      ({ family, level, points }) =>
        `| \`${family}\` | ${level} | ${places(points)} | ${faultFamilies[family]} |`,
    ),
    "",
  ];
}

/**
 * The page of a profile: every requirement with its reason and the bug that it comes from.
 *
 * @param root - of the checkout
 */
export async function renderSpecPage(root: string, profile: Profile): Promise<string> {
  const { name, version, title, limits, engines } = profile;
  const levels = await Promise.all(
    (["core", "extended", "observed"] as const).map((level) => renderLevel(root, profile, level)),
  );
  const limitRows = (Object.keys(limitTexts) as (keyof typeof limitTexts)[]).map(
    (limit) => `| \`${limit}\` | ${limits[limit]} ms | ${limitTexts[limit]} |`,
  );
  return `${[
    `<!-- Made by \`npm run docs\` from suites/profiles/${name}.yaml and scenarios/: edit those. -->`,
    "",
    `# Profile ${name} ${version}`,
    "",
    `${title}. Spec digest \`${specDigest(profile, { scenarios, oracles })}\`.`,
    "",
    "```",
    `npm run conformance -- --engine NAME@VERSION --engine-binary PATH --profile ${name}`,
    "```",
    "",
    `Without \`--engine\` it is run for ${engines.map((engine) => `\`${engine}\``).join(", ")}. How to certify: [certify.md](../certify.md).`,
    "",
    "## Limits",
    "",
    "| limit | | why |",
    "| --- | --- | --- |",
    ...limitRows,
    "",
    ...levels.filter((text) => text !== ""),
    ...renderFaults(profile),
    "## What the oracles demand",
    "",
    "In every attempt, whatever its scenario:",
    "",
    "| oracle | demands |",
    "| --- | --- |",
    ...oracles.map((oracle) => `| ${oracle.name} | ${oracle.demands} |`),
  ].join("\n")}\n`;
}
