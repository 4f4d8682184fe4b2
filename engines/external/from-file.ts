import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { Engine, EngineSelection, RenderContext } from "../../harness/model/engine.ts";
import type { FeatureObject, KubeObject } from "../../harness/model/objects.ts";
import { adviseName } from "../../harness/run/did-you-mean.ts";
import {
  annotatedService,
  clusterCidrsPod,
  networkPolicy,
  endpoints,
  plainService,
} from "../kubernetes-objects.ts";
import { access } from "./access.ts";
import { launch } from "./launch.ts";
import { match, plainMatcher } from "./match.ts";
import { fillRecord } from "./placeholders.ts";
import type { EngineFile } from "./schema.ts";

function problems(file: EngineFile, { options }: EngineSelection): readonly string[] {
  const known = Object.keys(file.options);
  return Object.keys(options)
    .filter((key) => !known.includes(key))
    .map((key) => `it has no option "${key}". ${adviseName(key, known)}`);
}

/** `udp:53,tcp:443`; undefined where egress is about all ports, so that an annotation that names it is left out. */
function egressPorts(
  object: Extract<FeatureObject, { kind: "egress-service" | "routed-service" | "address-service" }>,
): string | undefined {
  if (object.kind !== "egress-service") return undefined;
  return object.ports?.map(({ protocol, port }) => `${protocol.toLowerCase()}:${port}`).join(",");
}

function render(
  file: EngineFile,
  object: FeatureObject,
  { namespace }: RenderContext,
): readonly KubeObject[] {
  switch (object.kind) {
    case "egress-service":
    case "routed-service":
    case "address-service": {
      const form = file.objects[object.kind];
      const annotations = fillRecord(form?.annotations ?? {}, {
        name: object.name,
        vip: object.vip,
        namespace,
        egressPorts: egressPorts(object),
      });
      return [
        ...annotatedService(object, namespace, annotations, form?.externalTrafficPolicy),
        ...(form?.endpoints === true ? [endpoints(object, namespace)] : []),
      ];
    }
    case "service":
      return plainService(object, namespace);
    case "cluster-cidrs":
      return [clusterCidrsPod(object)];
    case "pod-policy":
      return networkPolicy(object, namespace);
    case "elastic-ip":
    case "floating-ip":
    case "source-nat":
    case "port-forward":
      throw new HarnessError(
        "run/internal",
        `an engine file describes no gateway, which ${object.name} needs.`,
      );
  }
}

/** The engine that a valid engine file describes. */
export function engineOfFile(file: EngineFile): Engine {
  const [variant = "default", ...variants] = file.variants;
  return {
    contract: 1,
    name: file.name,
    title: file.title,
    variants: [variant, ...variants],
    program: { kind: "user-binary" },
    problems: (selection) => problems(file, selection),
    kernelNeeds: () => file.kernel,
    profile: () => ({
      features: file.features,
      keeps: file.keeps.map(plainMatcher),
      keepsObjects: file.keepsObjects,
      constants: file.constants,
      ...(file.sharedRoutes === undefined ? {} : { sharedRoutes: file.sharedRoutes }),
      exit: { policy: file.exit.policy, except: file.exit.except.map(plainMatcher) },
      worstCaseMs: file.worstCaseMs,
      settleMs: file.settleMs,
    }),
    access: (settings) => access(file, settings),
    launch: (request) => launch(file, request),
    render: (object, context) => render(file, object, context),
    match: (intent, context) => match(file, intent, context),
  };
}
