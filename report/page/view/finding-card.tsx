import type { VNode } from "preact";
import type { FindingStack } from "../model/finding-filter.ts";
import type { Beside, PageAttempt, PageData, PageFinding, Writer } from "../model/page-data.ts";
import { renderRoute } from "../model/route.ts";
import { hasMachine } from "./load-data.ts";
import { CopyLine, Field, seconds, WebLink } from "./parts.tsx";

const certainties: Readonly<Record<Writer["certainty"], string>> = {
  seen: "the node was looked at right before and after this write",
  named: "its arguments name what the rule names",
  only: "the only write of this kind between the two looks",
  last: "the last of several writes between the two looks",
};

function WriterField({
  writer,
  attempt,
  node,
}: {
  readonly writer: Writer;
  readonly attempt: PageAttempt;
  readonly node: string;
}): VNode {
  const { act, argv, pid, what, index, atMs, certainty, others } = writer;
  const more = certainty === "last" ? ` (${others + 1})` : "";
  return (
    <>
      <code class="block">
        {argv.length === 0 ? "(the process was gone too soon to be asked)" : argv.join(" ")}
      </code>
      <span class="note">
        {act === "made" ? "made it" : "took it away"}: process {pid}, write{" "}
        <a href={renderRoute({ view: "attempt", id: attempt.id, params: { node, t: `${atMs}` } })}>
          #{index}
        </a>{" "}
        ({what}), {seconds(atMs)} after the start; {certainties[certainty]}
        {more}
      </span>
    </>
  );
}

function BesideBlock({ beside }: { readonly beside: Beside }): VNode {
  const { place, here, there, lines, hidden } = beside;
  const side = (skip: "+" | "-", label: string): VNode => (
    <div class="side" role="group" aria-label={label}>
      <p>{label}</p>
      <pre tabIndex={0}>
        {lines.map(({ op, text, isItem }, index) =>
          op === skip ? (
            <span key={index} class="line gap" aria-hidden="true">
              {"\u00a0\n"}
            </span>
          ) : (
            <span
              key={index}
              class={`line ${op === "+" ? "added" : op === "-" ? "removed" : ""} ${isItem ? "item" : ""}`}
            >
              {`${op === "+" ? "+" : op === "-" ? "\u2212" : " "} ${text}\n`}
            </span>
          ),
        )}
      </pre>
    </div>
  );
  return (
    <details class="beside" open>
      <summary>
        {place}
        {hidden > 0 ? <span class="note"> {hidden} like lines not shown</span> : null}
      </summary>
      <div class="sides">
        {side("-", here)}
        {side("+", there)}
      </div>
    </details>
  );
}

function Marks({ finding }: PageFinding): VNode {
  return (
    <>
      <span class={`tag ${finding.level}`}>{finding.level}</span>
      {finding.known === true ? <span class="tag">known</span> : null}
      {finding.waived === undefined ? null : (
        <span class="tag">
          waived until {finding.waived.until}: <WebLink to={finding.waived.issue} />
        </span>
      )}
    </>
  );
}

/** The attempts in which the same was found. */
function Others({
  data,
  others,
}: {
  readonly data: PageData;
  readonly others: readonly number[];
}): VNode | null {
  if (others.length === 0) return null;
  return (
    <details class="others">
      <summary>
        The same in {others.length} more {others.length === 1 ? "attempt" : "attempts"}
      </summary>
      <ul>
        {others.map((index) => {
          const attempt = data.attempts[data.findings[index]?.attempt ?? -1];
          return attempt === undefined ? null : (
            <li key={index}>
              <a href={renderRoute({ view: "attempt", id: attempt.id, params: {} })}>{attempt.id}</a>
              <span class="note"> {attempt.faults?.map(({ what }) => what).join("; then ")}</span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Fields({ card, attempt }: { readonly card: PageFinding; readonly attempt: PageAttempt }): VNode {
  const { finding, also, writer } = card;
  const { node, owner, firstSeen, packet, step } = finding;
  return (
    <dl class="fields">
      <Field name="Packet">{packet}</Field>
      <Field name="Owner">{owner}</Field>
      {writer === undefined ? null : (
        <Field name="Writer">
          <WriterField writer={writer} attempt={attempt} node={node ?? ""} />
        </Field>
      )}
      <Field name={attempt.role === "crash-point" ? "Crash point" : "Fault"}>
        {attempt.faults?.map(({ what, fired, evidence }, index) => (
          <span key={index} class="fault">
            {what}
            <span class="note">{fired ? (evidence ?? "it fired") : "it did not fire"}</span>
          </span>
        ))}
      </Field>
      <Field name="First seen">
        {firstSeen === undefined
          ? undefined
          : `${seconds(firstSeen.atMs)} after the start, in step ${firstSeen.step}`}
      </Field>
      <Field name="Judged">
        in step {step}
        {node === undefined ? "" : ` on ${node}`}
        {also.length === 0 ? null : (
          <span class="note">
            also {also.map(({ oracle, step: other }) => `${oracle} in ${other}`).join(", ")}
          </span>
        )}
      </Field>
    </dl>
  );
}

function Head({
  card,
  attempt,
  index,
}: {
  readonly card: PageFinding;
  readonly attempt: PageAttempt;
  readonly index: number;
}): VNode {
  const { finding } = card;
  return (
    <header>
      <p class="kicker">
        <span class="oracle">{finding.oracle}</span>
        <Marks {...card} />
        <a
          class="permalink"
          href={renderRoute({ view: "finding", id: `${index}`, params: {} })}
          aria-label={`Link to finding ${index + 1}`}
        >
          #{index + 1}
        </a>
      </p>
      <h3 id={`finding-${index}-heading`}>{finding.why}</h3>
      <p class="where">
        <code>{attempt.engine}</code> · {attempt.scenario}
        {attempt.mutant === undefined ? "" : ` · mutant ${attempt.mutant.name}`}
      </p>
    </header>
  );
}

/** One thing that is wrong, with what a maintainer needs to believe it. */
export function FindingCard({
  data,
  stack: { index, first: card, others },
}: {
  readonly data: PageData;
  readonly stack: FindingStack;
}): VNode | null {
  const attempt = data.attempts[card.attempt];
  if (attempt === undefined) return null;
  const { finding, beside } = card;
  const { item, node, level, step } = finding;
  const place = item === undefined ? "" : `${item.family} ${item.table ?? ""}`.trim();
  const params = { node: node ?? "", table: place, step };
  return (
    <article
      class={`card ${level}`}
      id={`finding-${index}`}
      tabIndex={-1}
      aria-labelledby={`finding-${index}-heading`}
    >
      <Head card={card} attempt={attempt} index={index} />
      {item === undefined ? null : (
        <div class="rule">
          <span class="place">{place}</span>
          <code>{item.text}</code>
        </div>
      )}
      <Fields card={card} attempt={attempt} />
      {beside === undefined ? null : <BesideBlock beside={beside} />}
      <Others data={data} others={others} />
      <footer>
        {hasMachine(card.attempt) ? (
          <a class="button" href={renderRoute({ view: "attempt", id: attempt.id, params })}>
            Open in the time machine
          </a>
        ) : null}
        <CopyLine text={attempt.replay} label="the command that shows it again" />
      </footer>
    </article>
  );
}
