import { join } from "node:path";

/** Where everything of a night lies below `--out`. */
export interface Places {
  /** `--out` of a job's run; what the job's artifact holds. */
  readonly runOf: (job: string) => string;
  /** Programs of engines that were fetched. */
  readonly programs: string;
  /** What the history's artifact holds: `history.jsonl`, and the reports of the last night. */
  readonly history: string;
  readonly nights: string;
  readonly reportOf: (job: string) => string;
  /** What `report` leaves to `issues`. */
  readonly issues: string;
}

export function placesIn(out: string): Places {
  const history = join(out, "history");
  return {
    runOf: (job) => join(out, `run-${job}`),
    programs: join(out, "programs"),
    history,
    nights: join(history, "history.jsonl"),
    reportOf: (job) => join(history, "reports", job, "conformance-report.yaml"),
    issues: join(out, "issues.json"),
  };
}
