import type { VNode } from "preact";
import type { PageData } from "../model/page-data.ts";
import { seconds } from "./parts.tsx";

interface TableInput {
  readonly title: string;
  readonly label: string;
  /** The first one names the row. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A table of figures that is folded away; numbers to the right. */
function FigureTable({ title, label, columns, rows }: TableInput): VNode {
  return (
    <details>
      <summary>{title}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={label}>
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([head, ...cells], index) => (
              <tr key={index}>
                <th scope="row">{head}</th>
                {cells.map((cell, column) => (
                  <td key={column} class={typeof cell === "number" ? "number" : ""}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const atMost = (ms: number | undefined): string => (ms === undefined ? "–" : `≤ ${ms} ms`);

/** How the API server could be reached, by kind of prober and connection. */
function AvailabilityFigures({ data }: { readonly data: PageData }): VNode | null {
  const { availability } = data.report;
  if (availability === undefined) return null;
  const own = availability.filter(({ from }) => from !== "control");
  const longest = Math.max(0, ...own.map(({ maxOutageMs }) => maxOutageMs));
  return (
    <FigureTable
      title={`The API server as probes saw it: longest outage ${longest === 0 ? "none" : seconds(longest)}`}
      label="Availability"
      columns={[
        "Engine",
        "From",
        "Connection",
        "Looks",
        "Missed",
        "Set aside",
        "p50",
        "p99",
        "Longest outage",
      ]}
      rows={availability.map((one) => [
        one.engine,
        one.from === "control" ? "outside of all nodes" : one.from,
        one.connection,
        one.looks,
        one.missed,
        one.setAside,
        atMost(one.p50Ms),
        atMost(one.p99Ms),
        one.outages === 0 ? "none" : seconds(one.maxOutageMs),
      ])}
    />
  );
}

/** What the oracles see of faults planted into recordings of this run. */
function SensitivityFigures({ data }: { readonly data: PageData }): VNode | null {
  const { oracleSensitivity } = data.report;
  if (oracleSensitivity === undefined) return null;
  const all = oracleSensitivity.flatMap(({ oracles }) => oracles);
  const [planted, caught] = (["planted", "caught"] as const).map((of) =>
    all.reduce((total, one) => total + one[of], 0),
  );
  const rows = oracleSensitivity.flatMap(({ engine, family, written, oracles }) =>
    oracles.length === 0
      ? [[engine, family, "yes", "nothing could be planted", 0, 0]]
      : oracles.map((one) => [engine, family, written ? "yes" : "no", one.oracle, one.planted, one.caught]),
  );
  const missed = oracleSensitivity.flatMap((one) =>
    one.missed.map(({ oracle, what }) => `${one.engine}, ${oracle}: ${what}`),
  );
  return (
    <>
      <FigureTable
        title={`Oracle sensitivity: ${caught} of ${planted} faults seen that were planted into recordings of this run`}
        label="Oracle sensitivity"
        columns={["Engine", "Family", "Written by it", "Oracle", "Planted", "Seen"]}
        rows={rows}
      />
      {missed.length === 0 ? null : (
        <ul class="plain" aria-label="Planted and not seen">
          {missed.map((text) => (
            <li key={text}>not seen: {text}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What stood beside the engines. */
function BystanderFigures({ data }: { readonly data: PageData }): VNode | null {
  const { bystanders } = data.report;
  if (bystanders === undefined) return null;
  const lost = bystanders.flatMap(({ families }) => families).reduce((total, one) => total + one.lost, 0);
  return (
    <FigureTable
      title={`Bystanders: somebody else's state beside the engines, ${lost === 0 ? "nothing" : lost} of it changed or lost`}
      label="Bystanders"
      columns={["Engine", "Family", "Planted", "Changed or lost"]}
      rows={bystanders.flatMap(({ engine, families }) =>
        families.map((one) => [engine, one.family, one.planted, one.lost]),
      )}
    />
  );
}

/** What the harness left behind itself. */
function ResidueFigures({ data }: { readonly data: PageData }): VNode | null {
  const { residue } = data.report;
  if (residue === undefined) return null;
  return (
    <p class="note">
      The harness looked {residue.checks} times for what it left itself:{" "}
      {residue.left.length === 0
        ? "nothing."
        : residue.left.map(({ attempt, what }) => `${attempt}: ${what}`).join("; ")}
    </p>
  );
}

/** Figures of the whole run that are no verdicts; reports before schema version 3 have none. */
export function Figures({ data }: { readonly data: PageData }): VNode {
  return (
    <>
      <AvailabilityFigures data={data} />
      <SensitivityFigures data={data} />
      <BystanderFigures data={data} />
      <ResidueFigures data={data} />
    </>
  );
}
