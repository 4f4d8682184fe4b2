import { useMemo } from "preact/hooks";
import type { ComponentChildren, VNode } from "preact";
import {
  changingTables,
  type NodeStates,
  type TableFigures,
  tableFigures,
  tableLines,
  tableOf,
} from "../model/node-states.ts";
import type { DiffLine } from "../model/sequence.ts";
import type { AttemptData } from "../model/page-data.ts";
import { seconds } from "./parts.tsx";
import { setParams } from "./use-route.ts";
import { VirtualList } from "./virtual-list.tsx";

interface TablesProps {
  readonly data: AttemptData;
  readonly node: number;
  readonly states: NodeStates;
  /** Index of the look that is shown, and of the one that it is compared with. */
  readonly shown: number;
  readonly against: number;
  readonly table: string;
  readonly atMs: number;
  /** What it is compared with, to be chosen. */
  readonly children: ComponentChildren;
}

function TableButton({
  figures,
  isChosen,
  isWrong,
}: {
  readonly figures: TableFigures;
  readonly isChosen: boolean;
  readonly isWrong: boolean;
}): VNode {
  const { table, count, added, removed } = figures;
  return (
    <button type="button" class="table" aria-pressed={isChosen} onClick={() => setParams({ table })}>
      {isWrong ? (
        <span class="wrong-mark" title="holds what a finding is about">
          !<span class="visually-hidden"> has a finding: </span>{" "}
        </span>
      ) : null}
      {table} <span class="count">{count}</span>
      {added > 0 ? <span class="plus">+{added}</span> : null}
      {removed > 0 ? <span class="minus">−{removed}</span> : null}
    </button>
  );
}

interface TableButtonsProps {
  readonly all: readonly TableFigures[];
  readonly changing: ReadonlySet<string>;
  /** Tables that hold what a finding is about. */
  readonly wrong: ReadonlySet<string>;
  readonly table: string;
}

function TableButtons({ all, changing, wrong, table }: TableButtonsProps): VNode {
  const moving = all.filter((one) => changing.has(one.table));
  const still = all.filter((one) => !changing.has(one.table));
  const button = (one: TableFigures): VNode => (
    <TableButton
      key={one.table}
      figures={one}
      isChosen={one.table === table}
      isWrong={wrong.has(one.table)}
    />
  );
  return (
    <div class="table-buttons" role="group" aria-label="Tables of the node">
      {moving.map(button)}
      {still.length === 0 ? null : (
        <details open={still.some((one) => one.table === table)}>
          <summary>{still.length} that the engine never changed</summary>
          {still.map(button)}
        </details>
      )}
    </div>
  );
}

function titleOf({ data, states, shown, against, atMs }: TablesProps): string {
  const look = states.states[shown];
  if (look === undefined) return "The node was not looked at yet.";
  const later = states.states[shown + 1];
  const unseen = data.events.filter(
    (event) =>
      event.lane === "write" &&
      event.atMs > look.atMs &&
      event.atMs <= atMs &&
      event.atMs <= (later?.atMs ?? atMs),
  ).length;
  const than = states.states[against];
  return [
    `As seen at ${seconds(look.atMs)}: ${data.texts[look.title] ?? ""}.`,
    unseen > 0
      ? `${unseen} ${unseen === 1 ? "write" : "writes"} since then; what they changed shows at the next look.`
      : "",
    than === undefined ? "" : `Compared with ${seconds(than.atMs)}: ${data.texts[than.title] ?? ""}.`,
  ].join(" ");
}

const signs = { " ": " ", "+": "+", "-": "−" } as const;
const words = { " ": "", "+": "added: ", "-": "removed: " } as const;
const classes = { " ": "", "+": "added", "-": "removed" } as const;

interface Wrong {
  readonly why: string;
  readonly isNow: boolean;
}

/** The items of a node that findings are about, as they stand at the time of a look. */
function wrongItems(data: AttemptData, node: number, atMs: number): ReadonlyMap<number, Wrong> {
  const own = data.wrong
    .filter((one) => one.node === node)
    .toSorted((one, other) => other.fromMs - one.fromMs);
  return new Map(
    own.map(({ item, why, step, fromMs }) => {
      const isNow = fromMs <= atMs;
      const sentence = data.texts[why] ?? "";
      return [item, { why: isNow ? sentence : `in step ${data.texts[step]}: ${sentence}`, isNow }];
    }),
  );
}

interface LineProps {
  readonly data: AttemptData;
  readonly line: DiffLine | undefined;
  /** Item -> what is wrong with it, and whether it is by now. */
  readonly wrong: ReadonlyMap<number, Wrong>;
  readonly planted: ReadonlySet<number>;
}

function LineRow({ data, line, wrong, planted }: LineProps): VNode {
  if (line === undefined) return <div class="row" />;
  const { op, id } = line;
  const known = op === "-" ? undefined : wrong.get(id);
  const kind = known ? (known.isNow ? "wrong" : "to-be-wrong") : planted.has(id) ? "planted" : "";
  return (
    <div
      role="listitem"
      class={`row ${classes[op]} ${kind}`}
      title={known?.why ?? (kind === "planted" ? "planted by Leakproof" : "")}
    >
      <span class="sign" aria-hidden="true">
        {signs[op]}
      </span>
      <span class="visually-hidden">{words[op]}</span>
      <code>{data.texts[data.items[id]?.[1] ?? -1]}</code>
      {known?.isNow ? <span class="tag">finding</span> : null}
    </div>
  );
}

/** The node's tables at one look, each line marked as it came or went since another. */
export function Tables(props: TablesProps): VNode {
  const { data, node, states, shown, against, table, children } = props;
  const to = states.items(shown);
  const from = against < 0 ? to : states.items(against);
  const figures = useMemo(() => tableFigures(data, from, to), [data, from, to]);
  const changing = useMemo(() => changingTables(data, states.states), [data, states]);
  const lines = useMemo(() => tableLines(data, table, from, to), [data, table, from, to]);
  const lookMs = states.states[shown]?.atMs ?? 0;
  const wrong = useMemo(() => wrongItems(data, node, lookMs), [data, node, lookMs]);
  const wrongTables = useMemo(
    () => new Set(to.filter((item) => wrong.get(item)?.isNow).map((item) => tableOf(data, item))),
    [data, to, wrong],
  );
  const planted = useMemo(() => new Set(data.planted), [data]);
  const firstChange = lines.findIndex(({ op }) => op !== " ");
  return (
    <section class="tables" aria-labelledby="tables-heading">
      <div class="pane-head">
        <h2 id="tables-heading">Tables of {data.nodes[node]}</h2>
        {children}
      </div>
      <p class="note" role="status" id="state-title">
        {titleOf(props)}
      </p>
      <TableButtons all={figures} changing={changing} wrong={wrongTables} table={table} />
      <VirtualList
        label={`Lines of ${table}`}
        class="lines"
        count={lines.length}
        rowPx={22}
        {...(firstChange < 0 ? {} : { focus: firstChange })}
        row={(index) => (
          <LineRow key={index} data={data} line={lines[index]} wrong={wrong} planted={planted} />
        )}
      />
      {lines.length === 0 ? <p class="note">Nothing is in this table.</p> : null}
    </section>
  );
}
