import type { CheckResult } from "./checks.ts";
import type { Verification } from "./verify.ts";

/** So many problems of one check are told. */
const shownProblems = 5;

const marks = { ok: "ok", failed: "FAILED", "not-reached": "-" } as const;

function renderResult({ name, demands, fix, state, problems }: CheckResult): readonly string[] {
  const head = `${marks[state].padEnd(7)} ${name.padEnd(16)} ${demands}`;
  if (state !== "failed") return [head];
  const more = problems.length - shownProblems;
  return [
    head,
    ...problems.slice(0, shownProblems).map((what) => `          ${what}`),
    ...(more > 0 ? [`          ... and ${more} more.`] : []),
    `        Fix: ${fix}`,
  ];
}

const conformance = { true: "conformant", false: "not conformant", undetermined: "undetermined" } as const;

/** What a verification came to, for people: a line a check, and what is wrong below it. */
export function renderVerification({ results, report }: Verification): string {
  const count = (state: CheckResult["state"]): number => results.filter((one) => one.state === state).length;
  const failed = count("failed");
  const says =
    report === undefined
      ? ""
      : ` The report says: ${conformance[`${report.conformant}`]}, of ${report.results.length} attempts.`;
  const [head, proves] =
    failed === 0
      ? [
          "CONSISTENT",
          " This shows that the report follows from its evidence, not that the evidence is true.",
        ]
      : ["NOT CONSISTENT", ""];
  return [
    ...results.flatMap(renderResult),
    "",
    `${head}: ${count("ok")} checks hold, ${failed} fail, ${count("not-reached")} not reached.${says}${proves}`,
    "",
  ].join("\n");
}
