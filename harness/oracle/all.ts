import { apiReachability } from "./api-reachability.ts";
import { apiResidue } from "./api-residue.ts";
import { bystander } from "./bystander.ts";
import { convergence } from "./convergence.ts";
import { duplicates } from "./duplicates.ts";
import { exitPolicy } from "./exit-policy.ts";
import { growth } from "./growth.ts";
import { healedLate } from "./healed-late.ts";
import { intent } from "./intent.ts";
import { liveness } from "./liveness.ts";
import type { Oracle } from "./oracle.ts";
import { rateAtRest } from "./rate-at-rest.ts";
import { residue } from "./residue.ts";
import { retiredIdentity } from "./retired-identity.ts";
import { traffic } from "./traffic.ts";
import { unknownIdentity } from "./unknown-identity.ts";

/** Every oracle, in the order in which findings are told: whether the engine lived, then what was left behind. */
export const oracles: readonly Oracle[] = [
  liveness,
  retiredIdentity,
  unknownIdentity,
  intent,
  residue,
  convergence,
  growth,
  duplicates,
  bystander,
  traffic,
  apiReachability,
  apiResidue,
  exitPolicy,
  rateAtRest,
  healedLate,
];
