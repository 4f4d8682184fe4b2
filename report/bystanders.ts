import { families } from "../harness/model/state.ts";
import type { BystanderSums, ResidueFigures } from "./figure-schema.ts";
import type { ReportedAttempt } from "./schema.ts";

/** What stood beside each engine under test that was somebody else's, over all of its attempts, and what became of it. Pure. */
export function sumBystanders(attempts: readonly ReportedAttempt[]): readonly BystanderSums[] {
  const told = attempts.flatMap(({ engine, level, bystanders }) =>
    bystanders === undefined || level === "power" ? [] : [{ engine, bystanders }],
  );
  return [...Map.groupBy(told, ({ engine }) => engine)].map(([engine, rows]) => {
    const own = rows.map(({ bystanders }) => bystanders);
    const sum = (of: "looks" | "packets" | "packetsMissed"): number =>
      own.reduce((total, one) => total + one[of], 0);
    const all = own.flatMap((one) => one.families);
    return {
      engine,
      attempts: own.length,
      looks: sum("looks"),
      families: families.flatMap((family) => {
        const rest = all.filter((one) => one.family === family);
        const count = (of: "planted" | "lost"): number => rest.reduce((total, one) => total + one[of], 0);
        return rest.length === 0 ? [] : [{ family, planted: count("planted"), lost: count("lost") }];
      }),
      packets: sum("packets"),
      packetsMissed: sum("packetsMissed"),
    };
  });
}

/**
 * What the harness itself left behind, over all attempts. Pure.
 *
 * @returns undefined where no attempt tells
 */
export function sumResidue(attempts: readonly ReportedAttempt[]): ResidueFigures | undefined {
  const told = attempts.flatMap(({ id, residue }) => (residue === undefined ? [] : [{ id, residue }]));
  if (told.length === 0) return undefined;
  return {
    attempts: told.length,
    checks: told.reduce((total, { residue }) => total + residue.checks, 0),
    left: told.flatMap(({ id, residue }) => residue.left.map((what) => ({ attempt: id, what }))),
  };
}
