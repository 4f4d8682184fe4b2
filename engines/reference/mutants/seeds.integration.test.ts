import { beforeAll, describe, expect, test } from "vitest";
import { finalizerMissingForRoutes } from "./finalizer-missing-for-routes.ts";
import { gatewayFinalizerAfterExec } from "./gateway-finalizer-after-exec.ts";
import { gatewaySourceNatNeverHeld } from "./gateway-source-nat-never-held.ts";
import { jumpInsertedThenDeleted } from "./jump-inserted-then-deleted.ts";
import { orphanAfterUpgrade } from "./orphan-after-upgrade.ts";
import { ownAddressesOfIpv4Alone } from "./own-addresses-of-ipv4-alone.ts";
import { teardownUsesNewEndpoint } from "./teardown-uses-new-endpoint.ts";
import { expectCaught, expectSilent, soundTrials, type TriedMutants, tryMutants } from "./trials.fixture.ts";

/** The upstream bugs that this suite was begun for, each as the reference engine has it; IPVS is in in-guest.integration.test.ts. */
const seeds = [
  jumpInsertedThenDeleted,
  orphanAfterUpgrade,
  teardownUsesNewEndpoint,
  finalizerMissingForRoutes,
  ownAddressesOfIpv4Alone,
  gatewayFinalizerAfterExec,
  gatewaySourceNatNeverHeld,
];

let tried: TriedMutants;
beforeAll(async () => {
  // Most of the time is patience with what the broken ones leave.
  tried = await tryMutants(seeds, { lanes: 6, timeoutMs: 580_000 });
}, 600_000);

describe("on a real API server and kernel", () => {
  test.each(seeds)("$name fails $scenario, by $oracle, which names what is left", (mutant) => {
    const result = tried.of(mutant);
    expectCaught(mutant, result);
    const own = result.findings.filter(({ oracle }) => oracle === mutant.oracle);
    // What an outage leaves is time, and no rule.
    if (mutant.oracle !== "api-reachability")
      expect(own.map(({ item }) => item?.text ?? "")).not.toContain("");
  });

  test.each(soundTrials(seeds))("the sound engine passes $scenario, with the same done to it", (trial) => {
    expectSilent(tried.ofSound(trial));
  });
});
