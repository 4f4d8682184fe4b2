import type { Scenario, Step, World } from "../../harness/model/scenario.ts";
import type { ExploredFeature, Schedule } from "../../harness/model/schedule.ts";
import { egressCanary } from "../building/egress.ts";
import { routeCanary } from "../building/route.ts";
import { serviceCanary } from "../building/service.ts";
import { stepsOf } from "./steps-of.ts";
import { egressKind } from "./egress-subject.ts";
import { routeKind } from "./route-subject.ts";
import { serviceKind } from "./service-subject.ts";
import type { SubjectKind } from "./subject.ts";

const kinds: Readonly<Record<ExploredFeature, SubjectKind>> = {
  egress: egressKind,
  "route-table": routeKind,
  "service-rules": serviceKind,
};

const canaries: Readonly<Record<ExploredFeature, (world: World) => ReturnType<Scenario["canary"]>>> = {
  egress: (world) => egressCanary(world),
  "route-table": routeCanary,
  "service-rules": serviceCanary,
};

/** What every schedule comes from: objects change at any time, and an engine follows them. */
const source = "https://kubernetes.io/docs/concepts/architecture/controller/";

/**
 * The scenario that a schedule stands for: its steps, with what must be there and what must not after each.
 * It is none of the listed ones; its name says the feature only, so that findings of the same kind have the same key.
 */
export function scenarioOf(schedule: Schedule): Scenario {
  const { feature } = schedule;
  const kind = kinds[feature];
  return {
    name: `explored-${feature}`,
    title: `A drawn schedule of changes: ${feature}`,
    feature,
    nodes: 1,
    settings: kind.settings,
    sources: [source],
    steps: (world): readonly Step[] => stepsOf(schedule, kind, world),
    canary: canaries[feature],
  };
}
