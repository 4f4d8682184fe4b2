import { chmod, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findControlPlane } from "../../harness/cluster/control-plane.ts";
import { runInSandbox } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import { parseYaml } from "../../report/parse-yaml.ts";
import { type ConformanceReport, reportSchema } from "../../report/schema.ts";
import type { ExistingAnswer, ExistingErrand } from "./existing.fixture.ts";
import { checkout } from "./plan-run.ts";

const program = fileURLToPath(new URL("existing.fixture.ts", import.meta.url));

type Asked = Omit<ExistingErrand, "program" | "out">;

/** Runs the command on a cluster that is somebody's, with a real API server and a real engine. */
async function runExisting(asked: Asked): Promise<ExistingAnswer> {
  const kubeProxy = (await findControlPlane({}))?.kubeProxy?.path ?? "";
  await using out = await mkdtempDisposable(join(tmpdir(), "leakproof-existing-"));
  // Inside, root is another user.
  await chmod(out.path, 0o777);
  const own = asked.engine === "reference" ? join(checkout, "engines/reference/main.ts") : kubeProxy;
  const input: ExistingErrand = { ...asked, program: own, out: out.path };
  return await runInSandbox<ExistingAnswer>({
    program,
    input,
    readable: [kubeProxy, out.path],
    timeoutMs: 240_000,
  });
}

const reportOf = ({ report = "" }: ExistingAnswer): ConformanceReport =>
  reportSchema.parse(parseYaml(report)) as ConformanceReport;

/** Whatever came of a run, nothing of it is left, and nothing of anybody else's is touched. */
function expectUntouched({ namespaces, store, others }: ExistingAnswer): void {
  expect(namespaces.during.length).toBeGreaterThan(0);
  expect(namespaces.left).toEqual([]);
  expect(store).toEqual({ came: [], gone: [] });
  expect(others[1]).toBe(others[0]);
}

const service: Asked = {
  engine: "kube-proxy",
  variant: "iptables",
  argv: ["--engine", "kube-proxy/iptables", "--profile", "service-rules", "--seed", "5"],
};

describe.concurrent("kube-proxy on a cluster where others come and go", () => {
  test("passes what can be run, is not conformant by it, and nothing of others is judged", async () => {
    const only = ["--scenario", "service-created-deleted", "--scenario", "service-engine-restarted"];
    const faults = ["--faults", "hurry", "--crash-points", "sample:1"];
    const answer = await runExisting({ ...service, argv: [...service.argv, ...only, ...faults] });
    const { results, conformant, reasons, environment, engines } = reportOf(answer);
    expect(
      results.map(({ verdict, level }) => [level, verdict.kind]),
      answer.said,
    ).toEqual([
      ["core", "pass"],
      ["core", "not-exercised"],
      ["extended", "pass"],
    ]);
    expect(results[2]?.faults?.[0]).toMatchObject({ fired: true });
    expect([conformant, answer.exitCode]).toEqual(["undetermined", 2]);
    expect(reasons.join("\n")).toMatch(/without a trace.*\n.*On a cluster of the user's own/s);
    expect(environment).toMatchObject({ provider: "existing", controlPlaneSource: "cluster" });
    expect(engines[0]?.program).toMatchObject({ source: "cluster", sha256: "ab".repeat(32) });
    expectUntouched(answer);
  });

  test("Ctrl-C ends it, with its namespaces removed", async () => {
    const answer = await runExisting({ ...service, end: "interrupt" });
    expect(answer.exitCode, answer.said).toBe(130);
    expectUntouched(answer);
  });

  test("what a run leaves that was killed is swept away", async () => {
    const answer = await runExisting({ ...service, end: "kill" });
    expect(answer.signal).toBe("SIGKILL");
    expect(answer.swept).toMatch(/removed namespace leakproof-\w{8}-\w{8}: of run .*: its process is gone/);
    expectUntouched(answer);
  });
});

test.concurrent("an engine that leaves a route behind is found, as the harness was never told", async () => {
  const answer = await runExisting({
    engine: "reference",
    variant: "default",
    options: { mutant: "route-of-old-address-stays" },
    argv: ["--engine", "reference", "--profile", "route-table", "--scenario", "route-address-changed"],
  });
  const [result] = reportOf(answer).results;
  const findings = result?.verdict.kind === "fail" ? result.verdict.findings : [];
  expect(findings[0], answer.said).toMatchObject({
    oracle: "retired-identity",
    item: { family: "route", text: expect.stringMatching(/^unicast 198\.19\./) as string },
  });
  expectUntouched(answer);
});
