import { Listr, type ListrTask } from "listr2";
import type { AttemptResult } from "../model/attempt-result.ts";

/** What people see while a run goes on. */
export interface Progress {
  doing(lane: number, id: string, what: string): void;
  finished(result: AttemptResult): void;
  /** So many more have become known. */
  more(count: number): void;
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

/** What a line of the terminal says, now and whenever it changes. */
interface LiveLine {
  text: string;
  show?: (text: string) => void;
}

function say(line: LiveLine | undefined, text: string): void {
  if (!line) return;
  line.text = text;
  line.show?.(text);
}

/** A line that is shown until `ended`; results scroll below the first. */
function lineTask(line: LiveLine, results: LiveLine | undefined, ended: Promise<unknown>): ListrTask {
  return {
    title: line.text,
    task: async (_, task): Promise<void> => {
      line.show = (text) => {
        task.title = text;
      };
      line.show(line.text);
      if (results) {
        results.show = (text) => {
          task.output = text;
        };
      }
      await ended;
    },
    rendererOptions: { outputBar: shownResults, persistentOutput: true },
  };
}

/** How many of the last results a terminal shows while the run goes on. */
const shownResults = 8;

/** Lines for a log; on a terminal what runs where, how much is done, and the last results, in place. */
export function createProgress({ total: known, lanes, print, isTerminal }: ProgressOptions): Progress {
  let total = known;
  let count = 0;
  let spentMs = 0;
  const overall: LiveLine = { text: `0 of ${total} done` };
  const results: LiveLine = { text: "" };
  const lines: readonly LiveLine[] = Array.from({ length: lanes }, (_, lane) => ({
    text: `cluster ${lane}: starting`,
  }));
  return {
    doing: (lane, id, what) => say(lines[lane], `cluster ${lane}: ${id}: ${what}`),
    finished(result) {
      count += 1;
      spentMs += result.durationMs;
      const leftMs = ((spentMs / count) * (total - count)) / lanes;
      const left = count === total ? "" : `, about ${renderDuration(leftMs)} left`;
      const line = renderResult(result, count, total, left);
      if (!isTerminal) print(line);
      say(overall, `${count} of ${total} done${left}`);
      say(results, line);
    },
    more(found) {
      total += found;
      say(overall, `${count} of ${total} done`);
    },
    async follow(running) {
      const all = Promise.all(running);
      if (!isTerminal) {
        await all;
        return;
      }
      const tasks = [
        lineTask(overall, results, all),
        ...running.flatMap((lane, index) => {
          const line = lines[index];
          return line ? [lineTask(line, undefined, lane)] : [];
        }),
      ];
      await new Listr(tasks, { concurrent: true, registerSignalListeners: false }).run();
    },
  };
}
