import { toHarnessError } from "../errors/harness-error.ts";
import { run } from "../process/run.ts";
import type { CheckResult, MachineCheck } from "./check.ts";
import { firstLine } from "./check.ts";
import { aptLine, findProgram, hostTools, withSystemFolders } from "./host-tools.js";
import type { HostTool } from "./host-tools.js";

const timeoutMs = 10_000;

/** Every host tool: that it is there, and starts. */
export function toolChecks(path: string = withSystemFolders(process.env["PATH"])): readonly MachineCheck[] {
  return hostTools.map((tool) => ({
    name: tool.program,
    code: "machine/tool-missing",
    run: async () => await checkTool(tool, path),
  }));
}

async function checkTool(tool: HostTool, path: string): Promise<CheckResult> {
  const repair = aptLine([tool], process.getuid?.() === 0);
  const found = findProgram(tool.program, path);
  if (found === undefined) return { state: "missing", seen: "not found", repair };
  try {
    const { stdout, stderr } = await run([found, ...tool.versionArgs], { timeoutMs });
    return { state: "ok", seen: `${firstLine(stdout || stderr)} (${found})` };
  } catch (error) {
    return { state: "missing", seen: firstLine(toHarnessError(error).message), repair };
  }
}
