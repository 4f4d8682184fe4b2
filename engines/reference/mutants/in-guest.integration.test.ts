import { beforeAll, expect, test } from "vitest";
import { obtainGuests } from "../../../scripts/conformance/guest.ts";
import { destinationsOnlyAdded as mutant } from "./destinations-only-added.ts";
import { expectCaught, expectSilent, type TriedMutants, tryMutants } from "./trials.fixture.ts";

let tried: TriedMutants;

// Where processors are emulated, a boot and three changes take two minutes; each guest takes one of ours.
beforeAll(async () => {
  const guest = await obtainGuests({ report: console.log });
  tried = await tryMutants([mutant], { guest, lanes: 2, timeoutMs: 1_150_000 });
}, 1_200_000);

test(`the sound engine passes ${mutant.scenario} in a guest, with virtual servers of IPVS`, () => {
  expectSilent(tried.ofSound(mutant));
});

test(`the mutant ${mutant.name} fails it there, by ${mutant.oracle}`, () => {
  const result = tried.of(mutant);
  expectCaught(mutant, result);
  expect(result.findings.map(({ item }) => item?.family)).toContain("ipvs");
});
