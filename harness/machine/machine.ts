import { HarnessError, toHarnessError } from "../errors/harness-error.ts";
import type { CheckResult, MachineCheck } from "./check.ts";
import { firstLine } from "./check.ts";
import { kernelProbes } from "./kernel-probes.ts";
import type { KernelProbe } from "./kernel-probes.ts";
import { judgeNamespaces } from "./namespace-check.ts";
import { probeKernel } from "./probe-kernel.ts";
import type { KernelAnswer } from "./probe-kernel.ts";
import { resourceChecks } from "./resource-checks.ts";
import { toolChecks } from "./tool-checks.ts";

export interface MachineOptions {
  /** As in `--as-root`: the namespaces are entered without becoming an ordinary user. */
  readonly asRoot: boolean;
  /** Where a run writes. */
  readonly outFolder: string;
}

/** All that a sandbox needs of this machine, and what only some engines need. The order is that of the answers. */
export function sandboxChecks(options: MachineOptions): readonly MachineCheck[] {
  // One sandbox for all probes, entered when the first of them is asked for.
  let answer: Promise<KernelAnswer> | undefined;
  const ask = (): Promise<KernelAnswer> => (answer ??= probeKernel(kernelProbes, options.asRoot));
  const namespaces: MachineCheck = {
    name: "namespaces",
    code: "machine/no-user-namespaces",
    run: async () => await judgeNamespaces(await ask()),
  };
  const kernel = kernelProbes.map((probe) => ({
    name: `${kernelPrefix}${probe.name}`,
    ...(probe.needed ? { code: "machine/kernel-lacks" as const } : {}),
    run: async () => judgeProbe(probe, await ask()),
  }));
  return [...resourceChecks(options.outFolder), ...toolChecks(), namespaces, ...kernel];
}

/** What a probe's answer means; unknown, and not missing, where no namespace could be entered. */
export function judgeProbe(probe: KernelProbe, answer: KernelAnswer): CheckResult {
  const repair =
    probe.modules.length === 0
      ? probe.without
      : `sudo modprobe -a ${probe.modules.join(" ")}   (${probe.without})`;
  if (answer.kind === "refused") {
    return {
      state: "optional-missing",
      seen: "not tried: no namespace could be entered",
      repair: "see namespaces",
    };
  }
  const failure = answer.failures.get(probe.name);
  if (failure === undefined) return { state: "ok", seen: "works in a private namespace" };
  return { state: probe.needed ? "missing" : "optional-missing", seen: firstLine(failure), repair };
}

/** Runs a check that cannot reject: what is thrown was seen. */
export async function runCheck(check: MachineCheck): Promise<CheckResult> {
  try {
    return await check.run();
  } catch (error) {
    return { state: "missing", seen: firstLine(toHarnessError(error).message), repair: "see the message" };
  }
}

/** What a look at the machine before a run gave. */
export interface MachineAnswer {
  /** Errors with codes `machine/...`, each naming its repair; for missing tools one for each. */
  readonly problems: readonly HarnessError[];
  /** What engines ask of the kernel -> whether it works. */
  readonly kernelFeatures: Readonly<Record<string, boolean>>;
}

const kernelPrefix = "kernel: ";

/** All that `machineProblems` tells, and what the kernel can do, from the same look at it. */
export async function examineMachine(options: MachineOptions): Promise<MachineAnswer> {
  const checks = sandboxChecks(options).filter(
    ({ code, name }) => code !== undefined || name.startsWith(kernelPrefix),
  );
  const answers = await Promise.all(checks.map(async (check) => ({ check, result: await runCheck(check) })));
  return {
    problems: answers.flatMap(({ check, result }) => problemOf(check, result) ?? []),
    kernelFeatures: Object.fromEntries(
      answers.flatMap(({ check: { name }, result }) =>
        name.startsWith(kernelPrefix) ? [[name.slice(kernelPrefix.length), result.state === "ok"]] : [],
      ),
    ),
  };
}

/**
 * Everything that keeps a sandbox from starting here, to be asked before anything is started; empty where
 * it can. Takes about a second.
 *
 * @returns errors with codes `machine/...`, each naming its repair; for missing tools one for each
 */
export async function machineProblems(options: MachineOptions): Promise<readonly HarnessError[]> {
  return (await examineMachine(options)).problems;
}

function problemOf(check: MachineCheck, result: CheckResult): HarnessError | undefined {
  if (check.code === undefined || result.state !== "missing") return undefined;
  const repair = result.repair ?? "npm run doctor";
  return new HarnessError(check.code, `${check.name}: not usable here.\nSaw: ${result.seen}\nFix: ${repair}`);
}
