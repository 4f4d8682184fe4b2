import { resolve } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";
import type { OptionName } from "./option-table.ts";

/** A cluster of the user's own, as the command line names it. */
export interface ExistingOptions {
  /** Absolute path. */
  readonly kubeconfig: string;
  readonly context?: string;
  /** Image of the pods that look at nodes. */
  readonly nodeImage?: string;
}

type Given = ReadonlyMap<string, readonly string[]>;

const bad = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);

/** Of no use without the provider, and dangerous to be taken for granted. */
const ofExisting: readonly OptionName[] = ["kubeconfig", "context", "node-image", "i-own-this-cluster"];

/** What the harness would have to do to an engine, to a kernel or to a cluster that are not its own. */
const refused: readonly (readonly [OptionName, why: string])[] = [
  ["engine-binary", "the engine is the one that runs in the cluster"],
  ["engine-image", "the engine is the one that runs in the cluster"],
  ["power", "mutants of the reference engine cannot be put into your cluster"],
  ["explore", "its schedules kill the engine and break its way to the API"],
  ["control-plane", "the control plane is that of the cluster"],
  ["guest-kernel", "nodes are those of the cluster"],
  ["as-root", "nothing is run on this machine that would need it"],
];

/** Faults that need nothing but a client of the API. */
const clientFaults: readonly string[] = ["hurry"];

function faultProblems(given: Given): readonly HarnessError[] {
  const families = given.get("faults") ?? [];
  const strangers = families.filter((family) => !clientFaults.includes(family));
  const places = given.get("crash-points")?.[0];
  return [
    ...strangers.map((family) =>
      bad(
        `--faults ${family} is not to be had on a cluster of your own: the engine is not started, traced or cut off by the harness.`,
        `give --faults ${clientFaults.join(", ")}, or run this in the sandbox.`,
      ),
    ),
    ...(places !== undefined && places !== "none" && families.length === 0
      ? [
          bad(
            "--crash-points: nobody sees or stops the writes of an engine that runs in your cluster.",
            "leave it out, or give --faults hurry with it: then it says how many.",
          ),
        ]
      : []),
  ];
}

function engineProblems(given: Given): readonly HarnessError[] {
  const asked = given.get("engine") ?? [];
  const [engine] = asked;
  if (engine === undefined || asked.length > 1)
    return [
      bad(
        `--provider existing is about one engine, and ${asked.length === 0 ? "none is" : `${asked.length} are`} given.`,
        "give --engine NAME[@VERSION][/VARIANT]: the one that runs there, as it was configured.",
      ),
    ];
  return engine.includes("..")
    ? [
        bad(
          `--engine "${engine}": an engine that runs in your cluster is not upgraded by the harness.`,
          "give one version.",
        ),
      ]
    : [];
}

/** What is wrong with the options of a run on a cluster of the user's own, all of it. */
function existingProblems(given: Given): readonly HarnessError[] {
  const clusters = given.get("clusters")?.[0] ?? "1";
  return [
    ...(given.has("kubeconfig")
      ? []
      : [bad("--provider existing has no cluster.", "give --kubeconfig FILE, and --context NAME.")]),
    ...(given.has("i-own-this-cluster")
      ? []
      : [
          new HarnessError(
            "args/cluster-not-owned",
            "--provider existing makes and deletes objects in a cluster that others may use.\nFix: give --i-own-this-cluster if it is yours to do so; docs/existing.md says what is done.",
          ),
        ]),
    ...engineProblems(given),
    ...refused
      .filter(([name]) => given.has(name))
      .map(([name, why]) =>
        bad(`--${name} cannot stand beside --provider existing: ${why}.`, "leave it out."),
      ),
    ...faultProblems(given),
    ...(clusters === "1" ? [] : [bad("--clusters: there is one cluster of your own.", "leave it out.")]),
  ];
}

/**
 * The part of a command line that is about a cluster of the user's own.
 *
 * @param given - values of every option that was given
 */
export function parseExisting(
  provider: string,
  given: Given,
): {
  readonly options: { readonly existing?: ExistingOptions };
  readonly problems: readonly HarnessError[];
} {
  if (provider !== "existing") {
    const strangers = ofExisting.filter((name) => given.has(name));
    return {
      options: {},
      problems: strangers.map((name) =>
        bad(`--${name} is of --provider existing alone.`, "leave it out, or give that."),
      ),
    };
  }
  const problems = existingProblems(given);
  const kubeconfig = given.get("kubeconfig")?.[0];
  const context = given.get("context")?.[0];
  const nodeImage = given.get("node-image")?.[0];
  if (kubeconfig === undefined) return { options: {}, problems };
  const existing = {
    kubeconfig: resolve(kubeconfig),
    ...(context === undefined ? {} : { context }),
    ...(nodeImage === undefined ? {} : { nodeImage }),
  };
  return { options: { existing }, problems };
}
