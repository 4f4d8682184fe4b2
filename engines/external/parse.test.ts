import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { HarnessProblems } from "../../harness/errors/problems.ts";
import { parseEngineFile } from "./parse.ts";

const example = readFileSync(join(import.meta.dirname, "example-engine.yaml"), "utf8");

type Content = Record<string, unknown>;

/** The problems of the example after a change: place and message of each. */
function problemsAfter(change: (content: Content) => unknown): readonly string[] {
  const content = parse(example) as Content;
  change(content);
  try {
    parseEngineFile(stringify(content), "my.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof HarnessProblems)) throw error;
    return error.problems.map(
      ({ message }) => message.replace("[args/bad-engine-file] my.yaml: ", "").split("\n")[0] ?? "",
    );
  }
}

function matcher(change: Content) {
  return (content: Content): void => {
    const { route } = content["intent"] as { route: Content[] };
    Object.assign(route[0] ?? {}, change);
  };
}

describe("the example", () => {
  test("is valid as it stands", () => {
    expect(problemsAfter(() => undefined)).toEqual([]);
  });

  test("stands word for word in the guide", () => {
    const guide = readFileSync(join(import.meta.dirname, "../../docs/adding-an-engine.md"), "utf8");
    expect(guide).toContain(`\`\`\`yaml\n${example}\`\`\``);
  });
});

describe("one mistake, one problem at its place", () => {
  test.each<[string, (content: Content) => unknown, string]>([
    [
      "another version of the form",
      (c) => (c["apiVersion"] = "leakproof.dev/v9"),
      "apiVersion: Invalid input",
    ],
    ["another kind", (c) => (c["kind"] = "Profile"), "kind: Invalid input"],
    ["a name with blanks", (c) => (c["name"] = "My Engine"), "name: must be lower-case"],
    ["no title", (c) => delete c["title"], "title: Invalid input"],
    ["a field that nobody reads", (c) => (c["titel"] = "x"), 'Unrecognized key: "titel"'],
    ["no command", (c) => (c["command"] = []), "command: Too small"],
    ["an empty group", (c) => (c["command"] = ["a", []]), "command[1]: "],
    ["a map as an argument", (c) => (c["command"] = [{ a: 1 }]), "command[0]: must be a text, or a list"],
    [
      "an unknown placeholder",
      (c) => (c["hostname"] = "${nod}"),
      'hostname: there is no placeholder "${nod}"',
    ],
    [
      "an option that is not declared",
      (c) => (c["env"] = { A: "${option.speed}" }),
      "env.A: there is no placeholder",
    ],
    ["a file outside of the home", (c) => (c["files"] = { "../x": "" }), "files.../x: must be a path inside"],
    [
      "a file with an absolute path",
      (c) => (c["files"] = { "/etc/x": "" }),
      "files./etc/x: must be a path inside",
    ],
    ["a ready pattern that is none", (c) => (c["ready"] = "("), 'ready: is no regular expression: "("'],
    ["a feature that there is not", (c) => (c["features"] = ["magic"]), "features[0]: Invalid option"],
    ["no features", (c) => (c["features"] = []), "features: Too small"],
    ["a policy that there is not", (c) => (c["exit"] = { policy: "maybe" }), "exit.policy: Invalid option"],
    [
      "a kept item without a reason",
      (c) => (c["keeps"] = [{ title: "x" }]),
      "keeps[0].reason: Invalid input",
    ],
    [
      "a constant that is no network",
      (c) => (c["constants"] = [{ cidr: "ten", reason: "x" }]),
      "constants[0].cidr: is no address",
    ],
    ["a time that is none", (c) => (c["worstCaseMs"] = "5s"), "worstCaseMs: Invalid input"],
    [
      "a worst case below the settle time",
      (c) => (c["worstCaseMs"] = 100),
      "settleMs: is longer than worstCaseMs (100)",
    ],
    ["no service account", (c) => (c["access"] = {}), "access.serviceAccount: Invalid input"],
    [
      "a rule without verbs",
      (c) =>
        (c["access"] = {
          serviceAccount: "a",
          cluster: [{ apiGroups: [""], resources: ["pods"], verbs: [] }],
        }),
      "access.cluster[0].verbs: Too small",
    ],
    [
      "no annotations for egress",
      (c) => (c["objects"] = { "routed-service": { annotations: {} } }),
      "objects.egress-service: is missing",
    ],
    [
      "an intent left out",
      (c) => delete (c["intent"] as Content)["egress-exempt"],
      "intent.egress-exempt: is missing",
    ],
    [
      "ipv6 without egress",
      (c) => (c["features"] = ["route-table", "egress-ipv6"]),
      "features: egress-ipv6 is claimed without egress",
    ],
    [
      "ports without saying how they show",
      (c) => (c["features"] = [...(c["features"] as string[]), "egress-ports"]),
      "intent.egress-port: is missing",
    ],
    [
      "a family that there is not",
      matcher({ families: ["iptables"] }),
      "intent.route[0].families[0]: Invalid option",
    ],
    ["a pattern that is none", matcher({ text: "[" }), "intent.route[0].text: is no regular expression"],
    [
      "a placeholder of another intent",
      matcher({ addresses: ["${pod}"] }),
      'intent.route[0].addresses[0]: there is no placeholder "${pod}"',
    ],
    [
      "a role that there is not",
      matcher({ ports: [{ port: 80, role: "both" }] }),
      "intent.route[0].ports[0].role: Invalid option",
    ],
  ])("%s", (_, change, problem) => {
    const problems = problemsAfter(change);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

test("problems of every kind are told together", () => {
  const problems = problemsAfter((content) => {
    Object.assign(content, { name: "A B", hostname: "${nod}", settleMs: 6_000, titel: 1 });
  });
  expect(problems).toHaveLength(4);
});

test("a pattern may use a placeholder where it alone would be no pattern", () => {
  expect(problemsAfter(matcher({ text: "^${vip} dev (eth|lo)" }))).toEqual([]);
});

test("numbers may stand where texts are meant", () => {
  expect(problemsAfter(matcher({ table: 198 }))).toEqual([]);
});
