import { oracles } from "../harness/oracle/all.ts";
import { families, type Family } from "../harness/model/state.ts";
import type { FamilySensitivity } from "./figure-schema.ts";
import type { PlannedEntry } from "./manifest-schema.ts";
import type { ReportedAttempt } from "./schema.ts";

/**
 * Whether changes are planted into the recording of an attempt: into one of every scenario of Core, that every part of a run
 * knows by its id, and that had no fault. More show nothing more, and cost time.
 */
export function isPlantedInto({ id, level, role }: PlannedEntry): boolean {
  return level === "core" && role === undefined && !/\.[rt]\d+$/.test(id);
}

type Row = NonNullable<ReportedAttempt["sensitivity"]>[number];

function sumFamily(engine: string, family: Family, attempts: readonly ReportedAttempt[]): FamilySensitivity {
  const recordings = attempts
    .map(({ sensitivity = [] }) => sensitivity.filter((row) => row.family === family))
    .filter((rows) => rows.length > 0);
  const rows = recordings.flat();
  const sum = (own: readonly Row[], of: "planted" | "caught"): number =>
    own.reduce((total, row) => total + row[of], 0);
  const missed = rows.flatMap(({ oracle, missed: all }) => all.map((what) => ({ oracle, what })));
  return {
    engine,
    family,
    written: attempts.some(
      ({ level, familiesWritten = [] }) => level === "core" && familiesWritten.includes(family),
    ),
    recordings: recordings.length,
    oracles: oracles.flatMap(({ name: oracle }) => {
      const own = rows.filter((row) => row.oracle === oracle);
      return own.length === 0 ? [] : [{ oracle, planted: sum(own, "planted"), caught: sum(own, "caught") }];
    }),
    missed: [...new Map(missed.map((one) => [JSON.stringify(one), one])).values()],
  };
}

/**
 * What the oracles would have seen, a family of kernel state: made from what was planted into recordings of
 * this run. Families that an engine wrote in Core and into which nothing could be planted are told with no oracle. Pure.
 */
export function sumSensitivity(attempts: readonly ReportedAttempt[]): readonly FamilySensitivity[] {
  const told = attempts.filter(({ level }) => level !== "power");
  return [...Map.groupBy(told, ({ engine }) => engine)].flatMap(([engine, own]) => {
    if (own.every(({ sensitivity }) => sensitivity === undefined)) return [];
    return families
      .map((family) => sumFamily(engine, family, own))
      .filter(({ written, recordings }) => written || recordings > 0);
  });
}

/** An oracle that saw nothing of all that was planted into a family. */
export interface BlindSpot {
  readonly engine: string;
  readonly family: Family;
  readonly oracle: string;
  readonly planted: number;
}

/** Where an engine's conformance would rest on an oracle that does not see: only families that it writes count. Pure. */
export function blindSpots(attempts: readonly ReportedAttempt[]): readonly BlindSpot[] {
  return sumSensitivity(attempts)
    .filter(({ written }) => written)
    .flatMap(({ engine, family, oracles: judges }) =>
      judges.flatMap(({ oracle, planted, caught }) =>
        caught === 0 ? [{ engine, family, oracle, planted }] : [],
      ),
    );
}
