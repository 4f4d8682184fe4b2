import type { FeatureName } from "../../harness/model/scenario.ts";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import { placeholdersIn } from "./placeholders.ts";
import type { EngineFile } from "./schema.ts";

/** Something wrong at a place of the file: `intent.egress[0].text`. */
export interface FileProblem {
  readonly path: string;
  readonly message: string;
}

/** Placeholders of command, env, files and hostname. */
export const launchPlaceholders = [
  "program",
  "home",
  "node",
  "interface",
  "apiServer",
  "kubeconfig",
  "tokenFile",
  "caFile",
  "namespace",
  "podCidr",
  "serviceCidr",
  "serviceCidr6",
  "addressPool",
  "version",
  "variant",
  "egressPodCidr",
  "egressServiceCidr",
  "routeTable",
  "leaderElection",
] as const;

type IntentKind = keyof EngineFile["intent"];

const ofIntent: Readonly<Record<IntentKind, readonly string[]>> = {
  egress: ["pod", "vip"],
  "egress-port": ["pod", "vip", "protocol", "port"],
  "egress-exempt": ["cidr"],
  route: ["vip", "routeTable"],
  address: ["vip"],
  "service-port": ["clusterIp", "protocol", "port", "targetPort", "backend"],
  "node-port": ["protocol", "nodePort"],
  "service-address": ["address"],
  "own-address": ["address"],
  "input-exempt": ["cidr"],
  "pod-guarded": ["pod"],
  "policy-client": ["client"],
};

interface Need {
  readonly feature: FeatureName;
  readonly object?: keyof EngineFile["objects"];
  readonly intents: readonly IntentKind[];
}

/** Without these a claimed feature could not be asked for, or not be seen. */
const needs: readonly Need[] = [
  { feature: "egress", object: "egress-service", intents: ["egress", "egress-exempt"] },
  { feature: "egress-ports", intents: ["egress-port"] },
  { feature: "route-table", object: "routed-service", intents: ["route"] },
  { feature: "service-address", object: "address-service", intents: ["address"] },
  { feature: "service-rules", intents: ["service-port", "node-port"] },
  { feature: "ipvs-service", intents: ["service-port", "node-port"] },
  { feature: "policy-input", intents: ["input-exempt", "pod-guarded", "policy-client"] },
];

type Content = Readonly<Record<string, unknown>>;

function record(value: unknown): Content {
  return typeof value === "object" && value !== null ? (value as Content) : {};
}

/**
 * What the form alone does not show: unknown placeholders, features that nothing is said about.
 *
 * @param content - of a file whose form may well be wrong: all problems of a file are told together
 */
export function checkEngineFile(content: unknown): readonly FileProblem[] {
  const file = record(content);
  return [
    ...checkLaunch(file),
    ...checkIntents(file),
    ...checkObjects(file),
    ...checkFeatures(file),
    ...checkLimits(file),
  ];
}

/** Every text below `value` with its path. */
function texts(value: unknown, path: string): readonly { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => texts(entry, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => texts(entry, `${path}.${key}`));
}

function checkPlaceholders(value: unknown, path: string, known: readonly string[]): readonly FileProblem[] {
  return texts(value, path).flatMap((place) =>
    placeholdersIn(place.text)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: place.path,
        message: `there is no placeholder "\${${name}}" here.\n${adviseName(name, known)}`,
      })),
  );
}

function checkLaunch(file: Content): readonly FileProblem[] {
  const known = [
    ...launchPlaceholders,
    ...Object.keys(record(file["options"])).map((key) => `option.${key}`),
  ];
  return (["command", "env", "files", "hostname"] as const).flatMap((key) =>
    checkPlaceholders(file[key], key, known),
  );
}

function checkIntents(file: Content): readonly FileProblem[] {
  return (Object.keys(ofIntent) as readonly IntentKind[]).flatMap((kind) =>
    checkPlaceholders(record(file["intent"])[kind], `intent.${kind}`, ofIntent[kind]),
  );
}

function checkObjects(file: Content): readonly FileProblem[] {
  const known = ["name", "vip", "namespace", "egressPorts"];
  const filesOutside = Object.keys(record(file["files"])).filter(
    (path) => path.startsWith("/") || path.split("/").includes(".."),
  );
  return [
    ...checkPlaceholders(file["objects"], "objects", known),
    ...filesOutside.map((path) => ({
      path: `files.${path}`,
      message: "must be a path inside the engine's home.",
    })),
  ];
}

function checkFeatures(file: Content): readonly FileProblem[] {
  const features: readonly unknown[] = Array.isArray(file["features"]) ? file["features"] : [];
  const [objects, intent] = [record(file["objects"]), record(file["intent"])];
  const missing = needs
    .filter(({ feature }) => features.includes(feature))
    .flatMap(({ feature, object, intents }) => [
      ...(object === undefined || object in objects
        ? []
        : [
            {
              path: `objects.${object}`,
              message: `is missing: ${feature} is claimed, and this asks the engine for it.`,
            },
          ]),
      ...intents
        .filter((kind) => !(kind in intent))
        .map((kind) => ({
          path: `intent.${kind}`,
          message: `is missing: ${feature} is claimed, and this says how it shows (an empty list where no item does).`,
        })),
    ]);
  const baseless = ["egress-ipv6", "egress-cidr-discovery", "egress-ports"]
    .filter((feature) => features.includes(feature) && !features.includes("egress"))
    .map((feature) => ({ path: "features", message: `${feature} is claimed without egress.` }));
  return [...missing, ...baseless];
}

function checkLimits({ settleMs, worstCaseMs }: Content): readonly FileProblem[] {
  if (typeof settleMs !== "number" || typeof worstCaseMs !== "number" || settleMs <= worstCaseMs) return [];
  return [
    {
      path: "settleMs",
      message: `is longer than worstCaseMs (${worstCaseMs}): the state could never be called quiet.`,
    },
  ];
}
