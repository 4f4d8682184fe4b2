import { useEffect, useState } from "preact/hooks";
import type { VNode } from "preact";
import { type Filter, isFindingWanted, stackFindings } from "../model/finding-filter.ts";
import { familyOf } from "../model/matrix.ts";
import type { PageData } from "../model/page-data.ts";
import { FindingCard } from "./finding-card.tsx";
import { Select } from "./parts.tsx";
import { setParams } from "./use-route.ts";

/** So many cards are made at once; the rest as they are asked for. */
const page = 40;

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

function Filters({ data, filter }: { readonly data: PageData; readonly filter: Filter }): VNode {
  const { attempts, findings } = data;
  const choose = (name: keyof Filter) => (value: string) =>
    setParams({ [name === "text" ? "q" : name]: value });
  const select = (
    name: "oracle" | "level" | "engine" | "scenario" | "family",
    label: string,
    options: readonly string[],
  ) =>
    options.length < 2 && (filter[name] ?? "") === "" ? null : (
      <Select key={name} label={label} value={filter[name] ?? ""} options={options} onChange={choose(name)} />
    );
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter findings and attempts"
      onSubmit={(event) => event.preventDefault()}
    >
      <label class="select grow">
        <span>Search</span>
        <input
          id="search"
          type="search"
          placeholder="rule, address, object, program …"
          value={filter.text ?? ""}
          onInput={({ currentTarget }) => choose("text")(currentTarget.value)}
        />
      </label>
      {select(
        "oracle",
        "Oracle",
        distinct(
          findings.flatMap(({ finding, also }) => [finding.oracle, ...also.map(({ oracle }) => oracle)]),
        ),
      )}
      {select("level", "Level", distinct(findings.map(({ finding }) => finding.level)))}
      {select("engine", "Engine", distinct(attempts.map(({ engine }) => engine)))}
      {select("scenario", "Scenario", distinct(attempts.map(({ scenario }) => scenario)))}
      {select("family", "Fault", distinct(attempts.map(familyOf)))}
    </form>
  );
}

/** The cards, filtered, those about the same thing together. */
export function FindingsSection({
  data,
  filter,
  linked,
}: {
  readonly data: PageData;
  readonly filter: Filter;
  readonly linked: number | undefined;
}): VNode {
  const [limit, setLimit] = useState(page);
  const wanted = data.findings.filter((finding) => {
    const attempt = data.attempts[finding.attempt];
    return attempt !== undefined && isFindingWanted(finding, attempt, filter);
  });
  const stacks = stackFindings(data.findings, data.attempts);
  const shown = stacks.filter(
    ({ first, others }) =>
      wanted.includes(first) || others.some((index) => wanted.some((one) => one === data.findings[index])),
  );
  const place = shown.findIndex(({ index, others }) => index === linked || others.includes(linked ?? -1));
  const count = Math.max(limit, place + 1);
  const target = shown[place]?.index;
  useEffect(() => {
    if (target === undefined) return;
    const card = document.getElementById(`finding-${target}`);
    card?.scrollIntoView({ block: "start" });
    card?.focus({ preventScroll: true });
  }, [target, linked]);
  return (
    <section id="findings" aria-labelledby="findings-heading">
      <h2 id="findings-heading">Findings</h2>
      <Filters data={data} filter={filter} />
      <p class="note" role="status">
        {shown.length === 0
          ? data.findings.length === 0
            ? "Nothing was found."
            : "No finding matches the filter."
          : `${shown.length}${shown.length === stacks.length ? "" : ` of ${stacks.length}`} different`}
        {data.findingsPerAttempt === undefined
          ? ""
          : `. Of each attempt at most ${data.findingsPerAttempt} are shown here, since more would not fit into one page; conformance-report.yaml has all.`}
      </p>
      {shown.slice(0, count).map((stack) => (
        <FindingCard key={stack.index} data={data} stack={stack} />
      ))}
      {shown.length > count ? (
        <button type="button" onClick={() => setLimit(count + page)}>
          Show {Math.min(page, shown.length - count)} more
        </button>
      ) : null}
    </section>
  );
}
