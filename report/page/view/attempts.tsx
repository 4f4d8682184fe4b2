import { useState } from "preact/hooks";
import type { VNode } from "preact";
import { type Filter, wantedAttempts } from "../model/finding-filter.ts";
import type { PageAttempt, PageData } from "../model/page-data.ts";
import { renderRoute } from "../model/route.ts";
import { hasMachine } from "./load-data.ts";
import { seconds, VerdictChip } from "./parts.tsx";

const page = 60;

const missing: Readonly<Record<NonNullable<PageAttempt["leftOut"]>, string>> = {
  none: "nothing was recorded",
  unreadable: "its recording cannot be read",
  time: "left out: the run was ended",
  size: "left out: the page is full",
};

/** Why there is no time machine of an attempt. */
export const missingWords = ({ leftOut }: PageAttempt): string => missing[leftOut ?? "size"];

function Row({ attempt, index }: { readonly attempt: PageAttempt; readonly index: number }): VNode {
  const { id, kind, findings, level, faults, durationMs, detail } = attempt;
  return (
    <tr>
      <td>
        <VerdictChip kind={kind} {...(findings === 0 ? {} : { count: `${findings}` })} />
      </td>
      <th scope="row">
        {hasMachine(index) ? (
          <a href={renderRoute({ view: "attempt", id, params: {} })}>{id}</a>
        ) : (
          <>
            {id} <span class="note">{missingWords(attempt)}</span>
          </>
        )}
        {faults?.map(({ what, fired }, at) => (
          <span key={at} class="note">
            {what}
            {fired ? "" : " (did not fire)"}
          </span>
        ))}
        {detail === undefined ? null : <span class="note">{detail}</span>}
      </th>
      <td class="level">{level}</td>
      <td class="number">{durationMs === 0 ? "–" : seconds(durationMs)}</td>
    </tr>
  );
}

/** Every attempt of the run, filtered as the findings are. */
export function AttemptsSection({
  data,
  filter,
}: {
  readonly data: PageData;
  readonly filter: Filter;
}): VNode {
  const [limit, setLimit] = useState(page);
  const shown = wantedAttempts(data.attempts, data.findings, filter).flatMap((index) => {
    const attempt = data.attempts[index];
    return attempt === undefined ? [] : [{ attempt, index }];
  });
  const without = data.attempts.filter(
    (attempt, index) => (!hasMachine(index) && attempt.leftOut === undefined) || attempt.leftOut === "size",
  ).length;
  return (
    <section id="attempts" aria-labelledby="attempts-heading">
      <h2 id="attempts-heading">Attempts</h2>
      <p class="note">
        {shown.length} of {data.attempts.filter(({ level }) => level !== "power").length}
        {without === 0
          ? ""
          : `. The time machines of ${without} are left out, since the page has at most ${data.sizeLimit / 1_000_000} MB: attempts that failed come first, then errors, then what was not exercised, then what passed; each that still fits is taken. Their evidence lies in the run's directory.`}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="attempts-heading">
        <table class="attempts">
          <thead>
            <tr>
              <th scope="col">Verdict</th>
              <th scope="col">Attempt</th>
              <th scope="col">Level</th>
              <th scope="col">Time</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, limit).map(({ attempt, index }) => (
              <Row key={index} attempt={attempt} index={index} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > limit ? (
        <button type="button" onClick={() => setLimit(limit + page)}>
          Show {Math.min(page, shown.length - limit)} more
        </button>
      ) : null}
    </section>
  );
}
