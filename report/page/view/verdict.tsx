import type { VNode } from "preact";
import { stackFindings } from "../model/finding-filter.ts";
import type { PageData } from "../model/page-data.ts";
import { duration } from "./parts.tsx";

const headings = { true: "Conformant", false: "Not conformant", undetermined: "Undetermined" } as const;
const classes = { true: "pass", false: "fail", undetermined: "open" } as const;

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly isBad: boolean;
}

function levelFigures({ report: { statistics } }: PageData): readonly Figure[] {
  return (["core", "extended", "observed"] as const).flatMap((level) => {
    const { pass, fail, error, "not-exercised": open, unsupported } = statistics[level];
    const all = pass + fail + error + open;
    if (all + unsupported === 0) return [];
    const rest = [
      fail > 0 ? `${fail} failed` : "",
      error > 0 ? `${error} in error` : "",
      open > 0 ? `${open} not exercised` : "",
      unsupported > 0 ? `${unsupported} unsupported` : "",
    ].filter((note) => note !== "");
    return [
      {
        name: `${level[0]?.toUpperCase()}${level.slice(1)}`,
        value: `${pass} / ${all}`,
        note: rest.length === 0 ? "attempts passed" : `passed; ${rest.join(", ")}`,
        isBad: fail > 0,
      },
    ];
  });
}

function crashFigures({ report: { engines } }: PageData): readonly Figure[] {
  const known = engines.flatMap(({ crashPoints }) => crashPoints ?? []);
  const sum = (of: (one: (typeof known)[number]) => number): number =>
    known.reduce((all, one) => all + of(one), 0);
  if (known.length === 0) return [];
  const failed = sum((one) => one.failed);
  const distinct = sum((one) => one.distinct);
  const missed = sum((one) => one.notExercised);
  return [
    {
      name: "Crash points",
      value: `${sum((one) => one.fired)} fired`,
      note: `of ${distinct} distinct states; ${failed} failed${missed > 0 ? `, ${missed} not exercised` : ""}`,
      isBad: failed > 0,
    },
  ];
}

function figuresOf(data: PageData): readonly Figure[] {
  const { report, attempts } = data;
  const { seed, startedAt, endedAt } = report.run;
  const findings = attempts.reduce((sum, one) => (one.level === "power" ? sum : sum + one.findings), 0);
  const different = stackFindings(
    data.findings.filter(({ attempt }) => attempts[attempt]?.level !== "power"),
    attempts,
  ).length;
  return [
    ...levelFigures(data),
    ...crashFigures(data),
    {
      name: "Findings",
      value: `${different}`,
      note: `different; ${findings} in all attempts`,
      isBad: findings > 0 && report.conformant === false,
    },
    {
      name: "Run",
      value: duration(Date.parse(endedAt) - Date.parse(startedAt)),
      note: `seed ${seed}, ${startedAt.slice(0, 10)}`,
      isBad: false,
    },
  ];
}

/** What the run says, in one look. */
export function VerdictSection({ data }: { readonly data: PageData }): VNode {
  const { report } = data;
  const key = `${report.conformant}` as const;
  return (
    <section id="verdict" class={`verdict ${classes[key]}`} aria-labelledby="verdict-heading">
      <p class="kicker">
        profile {report.profile.name} {report.profile.version}
        {report.interrupted ? " · interrupted" : ""}
      </p>
      <h1 id="verdict-heading">{headings[key]}</h1>
      <ul class="engines">
        {report.engines.map((engine) => (
          <li key={engine.label}>
            <code>{engine.label}</code>
            {report.engines.length > 1 ? (
              <span class={`chip ${classes[`${engine.conformant}`]}`}>
                {headings[`${engine.conformant}`]}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      <ul class="reasons">
        {report.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <dl class="figures">
        {figuresOf(data).map(({ name, value, note, isBad }) => (
          <div key={name} class={isBad ? "bad" : ""}>
            <dt>{name}</dt>
            <dd>
              <span class="value">{value}</span>
              <span class="note">{note}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
