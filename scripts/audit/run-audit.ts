import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { engineSigns } from "../../engines/signs.ts";
import { auditExitCode } from "../../harness/audit/audit.ts";
import { compareAudits } from "../../harness/audit/compare.ts";
import { explainRule } from "../../harness/audit/explain.ts";
import { findingKey } from "../../harness/audit/finding.ts";
import { planRemoval } from "../../harness/audit/removal-plan.ts";
import { assertNoProblems, exitCodeFor, exitCodes } from "../../harness/errors/problems.ts";
import { readKubeconfig } from "../../harness/kube/api-access.ts";
import { readKnownIssues } from "./known-issues.ts";
import { sourceProblems } from "./look-at.ts";
import { connectNodes } from "./nodes/connect.ts";
import { openNodes } from "./nodes/open-nodes.ts";
import { untilInterrupted } from "./nodes/until-interrupted.ts";
import { type AuditOptions, type AuditRequest, type EveryNode, parseAudit } from "./options.ts";
import { openObjects } from "./read-objects.ts";
import { readAuditReport } from "./read-report.ts";
import { renderAudit, renderDifference } from "./render.ts";
import { type Judging, takeAudit } from "./take-audit.ts";
import { watchNode } from "./watch.ts";
import { harmless } from "./words.ts";

/** An image may have to be pulled first. */
const podPatienceMs = 60_000;
/** Time to say what ended it. */
const lingerMs = 500;

/** Until SIGTERM or SIGINT: both are an end that was asked for. */
async function runWatch(options: AuditOptions, watch: NonNullable<AuditOptions["watch"]>): Promise<number> {
  const ending = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => ending.abort());
  const issues = await readKnownIssues(engineSigns);
  await watchNode(watch, { options, issues }, await openObjects(options.objects), ending.signal);
  return 0;
}

/** Every node of a cluster, with what was made for it given back before anything is told. */
async function takeOfCluster(
  judging: Judging,
  { kubeconfig, image, namespace }: EveryNode,
): ReturnType<typeof takeAudit> {
  const config = await readKubeconfig(kubeconfig);
  const { options } = judging;
  const working = untilInterrupted(async (signal, interrupted) => {
    await using nodes = await openNodes(connectNodes(config), {
      run: randomBytes(5).toString("hex"),
      namespace,
      patienceMs: podPatienceMs,
      everyMs: 500,
      signal,
      ...(image === undefined ? {} : { image }),
      ...(options.node === undefined ? {} : { node: options.node }),
    });
    const whole = { ...judging, options: { ...options, sources: nodes.sources } };
    return await Promise.race([takeAudit(whole, await openObjects(options.objects), signal), interrupted]);
  });
  return await working.catch((thrown: unknown) => {
    // A connection to a node that does not answer would hold the process until its time is over.
    if (exitCodeFor(thrown) === exitCodes.interrupted) setTimeout(() => process.exit(), lingerMs).unref();
    throw thrown;
  });
}

async function takeOnce(judging: Judging): ReturnType<typeof takeAudit> {
  const { options } = judging;
  if (options.everyNode !== undefined) return await takeOfCluster(judging, options.everyNode);
  return await takeAudit(judging, await openObjects(options.objects));
}

async function runOnce(options: AuditOptions): Promise<number> {
  const baseline = options.baseline === undefined ? undefined : await readAuditReport(options.baseline);
  const issues = await readKnownIssues(engineSigns);
  const { report, sights, context } = await takeOnce({ options, issues });
  if (options.explain !== undefined) {
    const texts = explainRule(options.explain, sights, context, report.findings);
    process.stdout.write(
      texts.length === 0
        ? `No item has "${options.explain}" in its text.\n`
        : harmless(`${texts.join("\n\n")}\n`),
    );
    const isWrong = report.findings.some(({ text }) => texts.some((told) => told.includes(text)));
    return texts.length === 0 ? 2 : isWrong ? 1 : 0;
  }
  const known = new Set(baseline?.findings.map(findingKey) ?? []);
  const judged = {
    ...report,
    findings: report.findings.filter((finding) => !known.has(findingKey(finding))),
  };
  const steps = options.plan ? planRemoval(judged.findings) : undefined;
  process.stdout.write(renderAudit(judged, options.format, steps));
  return auditExitCode(judged);
}

async function answer(request: AuditRequest): Promise<number> {
  switch (request.kind) {
    case "diff": {
      const [before, after] = await Promise.all([
        readAuditReport(request.before),
        readAuditReport(request.after),
      ]);
      const difference = compareAudits(before, after);
      process.stdout.write(harmless(renderDifference(difference, request.format)));
      return difference.came.length > 0 ? 1 : 0;
    }
    case "audit": {
      assertNoProblems(sourceProblems(request.options.sources));
      const { options } = request;
      return options.watch === undefined ? await runOnce(options) : await runWatch(options, options.watch);
    }
  }
}

/**
 * An audit, from the command line to the exit code.
 *
 * @throws {HarnessError | HarnessProblems} for bad arguments, before anything is started
 */
export async function runAudit(argv: readonly string[]): Promise<number> {
  // Most of what an audit makes is dropped at once. V8 gives that ever more room before it collects it: a hundred MB
  // more for 10,000 rules, and no time saved.
  setFlagsFromString("--semi-space-growth-factor=1");
  const { request, problems } = parseAudit(
    argv,
    engineSigns.map(({ name }) => name),
  );
  assertNoProblems(problems);
  return request === undefined ? exitCodes.badArguments : await answer(request);
}
