import { engineHome } from "../isolate.ts";
import type { EngineStart } from "../node.ts";
import { podFolder, podTool } from "./pod-tools.ts";

/** A part of the container's command line that it has only while it waits. */
export const gateWord = `<${podFolder}/go`;

/**
 * What the container runs: it waits until the harness lets it go on, so that kubelet may start it again
 * whenever it likes and the engine still comes back only when the scenario says so.
 */
export const podCommand: readonly string[] = [
  ...podTool("sh"),
  "-c",
  `read -r _ ${gateWord} && exec ${podTool("sh").join(" ")} ${podFolder}/start >${podFolder}/log 2>&1`,
];

/** What kubelet runs before it ends the container: its SIGTERM would reach the shell in front of the engine alone. */
export const podStopCommand: readonly string[] = [...podTool("sh"), `${podFolder}/stop`];

/** Where an engine finds its tools in its image, unless it or its image says otherwise. */
const podPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The program of one life: its environment, the tracer, the engine; and what it ended with. */
export function renderStart(
  { argv, env, image }: Pick<EngineStart, "argv" | "env" | "image">,
  tracer: readonly string[],
): string {
  const settings = Object.entries({ PATH: podPath, ...image?.env, ...env }).map(([key, value]) =>
    quote(`${key}=${value}`),
  );
  const command = [...tracer, ...argv].map(quote).join(" ");
  return `cd ${engineHome}
${podTool("env").join(" ")} -i ${settings.join(" ")} ${command}
code=$?
echo "$code" >${podFolder}/exit
exit "$code"
`;
}

/** SIGTERM to the engine, which is a child of the container's first process, or of the tracer there. */
export function renderStop(isTraced: boolean): string {
  const own = "read -r engine _ </proc/1/task/1/children";
  // The list ends without the end of a line, which read calls a failure.
  return `${own}
${isTraced ? 'read -r engine _ <"/proc/$engine/task/$engine/children"\n' : ""}kill -TERM "$engine"
`;
}
