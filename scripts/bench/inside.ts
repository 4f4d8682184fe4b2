import { writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { exitCodeFor, renderProblems } from "../../harness/errors/problems.ts";
import { measureAudit } from "./audit.ts";
import { measureClusterStart } from "./cluster-start.ts";
import { measureHarnessTime } from "./harness-time.ts";
import type { Measure } from "./measure.ts";
import { type InsideTask, type TaskMessage, taskVariable } from "./sandbox-task.ts";
import { measureSnapshot } from "./snapshot.ts";
import { measureThroughput } from "./throughput.ts";
import { measureTracing } from "./tracing.ts";

const tasks: Readonly<Record<string, (task: InsideTask) => Promise<readonly Measure[]>>> = {
  "cluster-start": measureClusterStart,
  snapshot: measureSnapshot,
  audit: measureAudit,
  tracing: measureTracing,
  "harness-time": measureHarnessTime,
  throughput: measureThroughput,
};

/** The outside closes fd 3 when it dies; nothing that runs here is worth finishing then. */
function endWithOutside(): void {
  const control = new Socket({ fd: 3, readable: true, writable: false });
  control.on("end", () => process.exit(130)).on("error", () => process.exit(130));
  control.resume();
}

async function main(): Promise<void> {
  const text = process.env[taskVariable];
  if (text === undefined) throw new Error("this program runs inside of the sandbox only: use npm run bench");
  const { name, answer, ...task } = JSON.parse(text) as TaskMessage;
  endWithOutside();
  const measure = tasks[name];
  if (!measure) throw new Error(`no task is named ${name}`);
  const report = (line: string): void => void process.stderr.write(`  ${line}\n`);
  await writeFile(answer, JSON.stringify(await measure({ ...task, report })));
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${renderProblems(error)}\n`);
  process.exit(exitCodeFor(error));
}
