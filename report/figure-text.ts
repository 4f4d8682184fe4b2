import type { FamilySensitivity } from "./figure-schema.ts";
import type { KnownReport } from "./schema.ts";

/** A text inside of a table's cell. */
export function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll(/\s*\n\s*/g, " ");
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((one) => cell(String(one))).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line), ""];
}

const atMost = (ms: number | undefined): string => (ms === undefined ? "" : `≤ ${ms} ms`);

function availabilityTable({ availability = [] }: KnownReport): readonly string[] {
  const rows = availability.map(
    ({ engine, from, connection, looks, missed, setAside, p50Ms, p99Ms, outages, maxOutageMs }) => [
      engine,
      from === "control" ? "outside of all nodes" : from,
      connection,
      looks,
      missed,
      setAside,
      atMost(p50Ms),
      atMost(p99Ms),
      outages === 0 ? "none" : `${maxOutageMs} ms`,
    ],
  );
  return table(
    [
      "engine",
      "API server from",
      "connection",
      "looks",
      "missed",
      "set aside",
      "p50",
      "p99",
      "longest outage",
    ],
    rows,
  );
}

/** How many of all that was planted into a family was seen. */
function plantedInto({ oracles }: FamilySensitivity): {
  readonly planted: number;
  readonly caught: number;
} {
  const sum = (of: "planted" | "caught"): number => oracles.reduce((total, one) => total + one[of], 0);
  return { planted: sum("planted"), caught: sum("caught") };
}

function sensitivityTable({ oracleSensitivity = [] }: KnownReport): readonly string[] {
  const rows = oracleSensitivity.map((one) => {
    const { planted, caught } = plantedInto(one);
    const unseen = one.oracles.filter((row) => row.caught < row.planted);
    const by = unseen.map((row) => `${row.oracle} ${row.planted - row.caught} of ${row.planted}`);
    return [one.engine, one.family, one.written ? "yes" : "no", planted, caught, by.join(", ")];
  });
  return table(["engine", "family", "written by it", "faults planted", "seen", "not seen by"], rows);
}

function sentences({ bystanders = [], residue, engines }: KnownReport): readonly string[] {
  return [
    ...bystanders.map(({ engine, attempts, looks, families, packets, packetsMissed }) => {
      const sum = (of: "planted" | "lost"): number => families.reduce((total, one) => total + one[of], 0);
      return `- bystanders of ${engine}: ${sum("planted")} items of ${families.length} families in ${attempts} attempts, ${sum("lost")} changed or lost over ${looks} looks; ${packetsMissed} of ${packets} packets missed`;
    }),
    ...engines.flatMap(({ label, features, inferred }) => {
      if (inferred === undefined) return [];
      const unclaimed = inferred.filter((feature) => !features.includes(feature));
      const more = unclaimed.length === 0 ? "" : `; shown and not claimed: ${unclaimed.join(", ")}`;
      return [
        `- features of ${label}: claimed ${features.join(", ") || "none"}; shown in this run ${inferred.join(", ") || "none"}${more}`,
      ];
    }),
    ...(residue === undefined
      ? []
      : [
          `- the harness looked ${residue.checks} times for what it left itself: ${residue.left.length === 0 ? "nothing" : residue.left.map(({ attempt, what }) => `${attempt}: ${what.split("\n")[0]}`).join("; ")}`,
        ]),
  ];
}

/** Figures of the whole run as lines of Markdown; none for reports that have no figures. Pure. */
export function renderFigures(report: KnownReport): readonly string[] {
  const told = sentences(report);
  return [
    ...told,
    ...(told.length === 0 ? [] : [""]),
    ...availabilityTable(report),
    ...sensitivityTable(report),
  ];
}
