import { Listr } from "listr2";
import type { AttemptResult } from "../model/attempt-result.ts";

/** What people see while a run goes on. */
export interface Progress {
  doing(lane: number, id: string, what: string): void;
  finished(result: AttemptResult): void;
  /** Shows the lanes until all have ended. */
  follow(lanes: readonly Promise<void>[]): Promise<void>;
}

export interface ProgressOptions {
  readonly total: number;
  readonly lanes: number;
  readonly print: (line: string) => void;
  /** A terminal shows what runs where, in place; a log gets a line for each result. */
  readonly isTerminal: boolean;
}

function renderDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function renderResult(result: AttemptResult, count: number, total: number, left: string): string {
  const { verdict, plan, durationMs } = result;
  const detail =
    verdict.kind === "fail"
      ? ` (${verdict.findings.length} findings)`
      : verdict.kind === "error"
        ? ` (${verdict.cause.code})`
        : "";
  const place = `[${String(count).padStart(String(total).length)}/${total}]`;
  return `${place} ${verdict.kind.padEnd(13)} ${plan.id}${detail}, ${(durationMs / 1000).toFixed(1)} s${left}`;
}

/** Lines for a log, and on a terminal what runs where as well. */
export function createProgress({ total, lanes, print, isTerminal }: ProgressOptions): Progress {
  let count = 0;
  let spentMs = 0;
  const titles: ((title: string) => void)[] = [];
  return {
    doing: (lane, id, what) => titles[lane]?.(`cluster ${lane}: ${id}: ${what}`),
    finished(result) {
      count += 1;
      spentMs += result.durationMs;
      const leftMs = ((spentMs / count) * (total - count)) / lanes;
      const left = count === total ? "" : `, about ${renderDuration(leftMs)} left`;
      print(renderResult(result, count, total, left));
    },
    async follow(running) {
      if (!isTerminal) {
        await Promise.all(running);
        return;
      }
      const tasks = running.map((lane, index) => ({
        title: `cluster ${index}: starting`,
        task: async (_: unknown, task: { title: string }): Promise<void> => {
          titles[index] = (title) => {
            task.title = title;
          };
          await lane;
        },
      }));
      await new Listr(tasks, { concurrent: true, registerSignalListeners: false }).run();
    },
  };
}
