import { beforeAll, expect, test, type TestContext } from "vitest";
import { HarnessError } from "../../../harness/errors/harness-error.ts";
import { obtainGuestParts } from "../../../scripts/conformance/guest.ts";
import { destinationsOnlyAdded as mutant } from "./destinations-only-added.ts";
import { expectCaught, expectSilent, type TriedMutants, tryMutants } from "./trials.fixture.ts";

let tried: TriedMutants | undefined;
/** Why this machine can have no guest. */
let lacking = "";

// Where processors are emulated, a boot and three changes take two minutes; each guest takes one of ours.
beforeAll(async () => {
  try {
    const guest = await obtainGuestParts({ report: console.log });
    tried = await tryMutants([mutant], { guest, lanes: 2, timeoutMs: 1_150_000 });
  } catch (thrown) {
    // The gate has to have one.
    if (process.env["CI"] !== undefined || !(thrown instanceof HarnessError)) throw thrown;
    lacking = thrown.message;
    console.warn(`IPVS was not tried in a guest: ${lacking}`);
  }
}, 1_200_000);

function resultsOf({ skip }: TestContext): TriedMutants {
  return tried ?? skip(lacking);
}

test(`the sound engine passes ${mutant.scenario} in a guest, with virtual servers of IPVS`, (context) => {
  expectSilent(resultsOf(context).ofSound(mutant));
});

test(`the mutant ${mutant.name} fails it there, by ${mutant.oracle}`, (context) => {
  const result = resultsOf(context).of(mutant);
  expectCaught(mutant, result);
  expect(result.findings.map(({ item }) => item?.family)).toContain("ipvs");
});
