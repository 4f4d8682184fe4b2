import { eventsOf, type Recording } from "../model/recording.ts";
import type { FeatureName, Intent } from "../model/scenario.ts";
import { isFullyPresent, type JudgedExpectation, judgedExpectations } from "./intent.ts";
import { isTrafficRight } from "./traffic.ts";

/** What an engine that fulfils an intent can do; a Service by what it is made of. */
const featureOf: Readonly<
  Record<
    Exclude<Intent["kind"], "service-port" | "node-port" | "egress-port" | "flows" | "address">,
    FeatureName
  >
> = {
  egress: "egress",
  "egress-exempt": "egress",
  route: "route-table",
  "service-address": "ipvs-service",
  "own-address": "ipvs-service",
  "api-servers": "control-plane-balancing",
  "input-exempt": "policy-input",
  "pod-guarded": "policy-input",
  "policy-client": "policy-input",
  "elastic-ip": "fip-nat",
  "floating-ip": "fip-nat",
  "source-nat": "fip-nat",
  "port-forward": "fip-nat",
};

/** What the intent of an expectation shows where it is fulfilled. */
function mayShow(recording: Recording, { event }: JudgedExpectation): readonly FeatureName[] {
  const { intent } = event.expectation;
  switch (intent.kind) {
    case "service-port":
    case "node-port":
      return event.matchers.some(
        ({ families = [] }) => families.includes("ipvs") || families.includes("ipset"),
      )
        ? ["ipvs-service"]
        : ["service-rules"];
    case "flows":
      // The kernel's own doing.
      return [];
    case "egress-port":
      return ["egress", "egress-ports"];
    case "egress":
      return intent.vip.includes(":") ? ["egress", "egress-ipv6"] : ["egress"];
    case "address":
      return [
        intent.vip === recording.plan.settings.controlPlaneVip ? "control-plane-address" : "service-address",
      ];
    case "egress-exempt":
      // Nobody told the engine which networks these are.
      return recording.plan.settings.egressCidrs === undefined
        ? ["egress", "egress-cidr-discovery"]
        : ["egress"];
    default:
      return [featureOf[intent.kind]];
  }
}

function ofItems(recording: Recording): ReadonlySet<FeatureName> {
  const shown = new Set<FeatureName>();
  for (const judged of judgedExpectations(recording)) {
    if (!judged.event.expectation.present || judged.event.byOther) continue;
    const features = mayShow(recording, judged);
    // Once is enough: looking through all items costs.
    if (features.every((feature) => shown.has(feature)) || !isFullyPresent(judged)) continue;
    for (const feature of features) shown.add(feature);
  }
  return shown;
}

/** For engines whose intents stand for no items, since a packet may be led by a rule of another feature too: what only a rule of theirs does to a packet. */
function ofTraffic(recording: Recording): readonly FeatureName[] {
  return eventsOf(recording, "traffic").flatMap((event): readonly FeatureName[] => {
    if (!isTrafficRight(event)) return [];
    const { check } = event;
    if (check.kind === "egress" && event.seen !== check.pod) return ["egress"];
    return check.kind === "policy" && !check.isAllowed ? ["policy-input"] : [];
  });
}

/**
 * The features that an engine was seen to have in an attempt, whatever it claims: all that an intent stands for
 * was on the node, a packet was led by a rule, or its own clean-up came to a good end. Pure.
 *
 * @returns each once, sorted
 */
export function featuresShown(recording: Recording): readonly FeatureName[] {
  const byItems = [...ofItems(recording)];
  const shown = byItems.length > 0 ? byItems : ofTraffic(recording);
  const { leaderElection } = recording.plan.settings;
  const hasCleaned = eventsOf(recording, "engine").some(
    ({ state, exitCode }) => state === "uninstalled" && exitCode === 0,
  );
  return [
    ...new Set<FeatureName>([
      ...shown,
      ...(leaderElection === true && shown.length > 0 ? (["leader-election"] as const) : []),
      ...(hasCleaned ? (["uninstall"] as const) : []),
    ]),
  ].toSorted();
}
