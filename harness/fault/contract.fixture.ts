import { answerErrand } from "../cluster/sandbox/in-sandbox.fixture.ts";
import { contractCases } from "./contract-cases.fixture.ts";
import { type ContractResult, runCase } from "./contract-run.fixture.ts";

export interface ContractInput {
  readonly names: readonly string[];
  /** Path of kube-proxy. */
  readonly kubeProxy: string;
}

const lanes = 2;

await answerErrand<ContractInput>(lanes, async (input, pool) => {
  const results: Record<string, ContractResult> = {};
  const left = contractCases.filter(({ name }) => input.names.includes(name));
  const work = async (): Promise<void> => {
    for (let each = left.shift(); each; each = left.shift()) {
      const began = performance.now();
      results[each.name] = await runCase(each, { kubeProxy: input.kubeProxy, hasShims: true }, pool);
      console.log(`${each.name}: ${Math.round(performance.now() - began)} ms`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return results;
});
