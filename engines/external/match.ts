import type { RenderContext } from "../../harness/model/engine.ts";
import type { ItemMatcher } from "../../harness/model/matcher.ts";
import type { Intent } from "../../harness/model/scenario.ts";
import type { Token } from "../../harness/model/state.ts";
import { parseNetwork } from "../../harness/state/address.ts";
import { fill, fillPattern, placeholdersIn, type Values } from "./placeholders.ts";
import type { EngineFile, FileKept, FileMatcher } from "./schema.ts";

function valuesOf(intent: Intent, context: RenderContext): Values {
  switch (intent.kind) {
    case "egress":
      return { pod: intent.pod, vip: intent.vip };
    case "egress-port":
      return {
        pod: intent.pod,
        vip: intent.vip,
        protocol: intent.protocol.toLowerCase(),
        port: String(intent.port),
      };
    case "egress-exempt":
    case "input-exempt":
      return { cidr: intent.cidr };
    case "pod-guarded":
      return { pod: intent.pod };
    case "policy-client":
      return { client: intent.client };
    case "route":
      return { vip: intent.vip, routeTable: (intent.table ?? context.settings.routeTable)?.toString() };
    case "address":
      return { vip: intent.vip };
    case "service-port":
      return {
        clusterIp: intent.clusterIp,
        protocol: intent.protocol.toLowerCase(),
        port: String(intent.port),
        targetPort: String(intent.targetPort),
      };
    case "node-port":
      return { protocol: intent.protocol.toLowerCase(), nodePort: String(intent.nodePort) };
    case "service-address":
    case "own-address":
      return { address: intent.address };
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
    case "flows":
    case "api-servers":
      return {};
  }
}

function tokensOf(matcher: FileMatcher, values: Values): readonly Token[] {
  const addresses = (matcher.addresses ?? []).flatMap((text) => fill(text, values) ?? []);
  const ports = (matcher.ports ?? []).flatMap(({ port, role }) => {
    const number = Number(fill(port, values));
    return Number.isInteger(number) ? [{ kind: "ports", first: number, last: number, role } as const] : [];
  });
  return [...addresses.map(parseNetwork), ...ports];
}

/** A matcher without tokens, placeholders filled; what names a value that is not there is left out. */
function fixedPart(matcher: FileMatcher | FileKept, values: Values): ItemMatcher {
  const table = matcher.table === undefined ? undefined : fill(matcher.table, values);
  const chain = matcher.chain === undefined ? undefined : fillPattern(matcher.chain, values);
  const text = matcher.text === undefined ? undefined : fillPattern(matcher.text, values);
  return {
    title: fill(matcher.title, values) ?? matcher.title,
    ...(matcher.families === undefined ? {} : { families: matcher.families }),
    ...(table === undefined ? {} : { table }),
    ...(chain === undefined ? {} : { chain }),
    ...(matcher.kinds === undefined ? {} : { kinds: matcher.kinds }),
    ...(text === undefined ? {} : { text }),
  };
}

export function plainMatcher(kept: FileKept): ItemMatcher & { readonly reason: string } {
  return { ...fixedPart(kept, {}), reason: kept.reason };
}

function namesBackend(matcher: FileMatcher): boolean {
  return placeholdersIn(JSON.stringify(matcher)).includes("backend");
}

/** The items of an intent; a matcher that names `${backend}` stands for one item of each backend. */
export function match(file: EngineFile, intent: Intent, context: RenderContext): readonly ItemMatcher[] {
  const values = valuesOf(intent, context);
  const backends = intent.kind === "service-port" ? intent.backends : [];
  const described: Readonly<Partial<Record<Intent["kind"], readonly FileMatcher[] | undefined>>> =
    file.intent;
  return (described[intent.kind] ?? []).flatMap((matcher) => {
    const all = namesBackend(matcher) ? backends.map((backend) => ({ ...values, backend })) : [values];
    return all.map((each) => ({ ...fixedPart(matcher, each), tokens: tokensOf(matcher, each) }));
  });
}
