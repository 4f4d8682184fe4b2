import { renderEntry } from "../cluster/sandbox/enter.ts";
import { toHarnessError } from "../errors/harness-error.ts";
import { run } from "../process/run.ts";
import type { KernelProbe } from "./kernel-probes.ts";

/** What a probe gave: `undefined` where it succeeded, else what it printed. */
export type ProbeFailures = ReadonlyMap<string, string | undefined>;

/** Whether the namespaces can be entered at all, and how the probes went inside. */
export type KernelAnswer =
  | { readonly kind: "entered"; readonly failures: ProbeFailures }
  | { readonly kind: "refused"; readonly seen: string };

const timeoutMs = 30_000;
const mark = "@@probe";

/** Each probe in network and mount namespaces of its own, so that none sees what another left. */
export function renderProbes(probes: readonly KernelProbe[]): string {
  const steps = probes.map(
    (probe, index) => `
out=$(unshare --net --mount sh -ec ${quote(`mount -t tmpfs tmpfs /run\n${probe.script}`)} 2>&1) && code=0 || code=$?
echo "${mark} ${index} $code"
echo "$out"`,
  );
  return `${steps.join("\n")}\necho "${mark} end 0"\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Reads what the script of `renderProbes` printed; a probe that is not in it failed. */
export function parseProbes(output: string, probes: readonly KernelProbe[]): ProbeFailures {
  const answers = new Map<string, string>();
  for (const part of output.split(`${mark} `).slice(1)) {
    const [head = "", ...rest] = part.split("\n");
    const [index = "", code = ""] = head.split(" ");
    answers.set(index, code === "0" ? "" : rest.join("\n").trim() || `exit code ${code}`);
  }
  return new Map(
    probes.map((probe, index) => [probe.name, (answers.get(`${index}`) ?? "not tried") || undefined]),
  );
}

/** Tries every probe in one sandbox, entered as a run enters it. Never rejects. */
export async function probeKernel(probes: readonly KernelProbe[], asRoot: boolean): Promise<KernelAnswer> {
  const argv = renderEntry({
    argv: ["sh", "-c", renderProbes(probes)],
    env: {},
    readable: [],
    guests: true,
    asRoot,
  });
  try {
    const result = await run(argv, { timeoutMs, allowFailure: true });
    if (result.stdout.includes(`${mark} end 0`)) {
      return { kind: "entered", failures: parseProbes(result.stdout, probes) };
    }
    return {
      kind: "refused",
      seen: (result.stderr || result.stdout).trim() || `exit code ${result.exitCode}`,
    };
  } catch (error) {
    return { kind: "refused", seen: toHarnessError(error).message };
  }
}
