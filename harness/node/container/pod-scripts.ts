import { engineHome } from "../isolate.ts";
import type { EngineStart } from "../node.ts";

/** Where the pod sees the folder of the harness. */
export const podFolder = "/run/leakproof";

/** A part of the container's command line that it has only while it waits. */
export const gateWord = `<${podFolder}/go`;

/**
 * What the container runs: it waits until the harness lets it go on, so that kubelet may start it again
 * whenever it likes and the engine still comes back only when the scenario says so.
 */
export const podCommand: readonly string[] = [
  "/bin/sh",
  "-c",
  `read -r _ ${gateWord} && exec /bin/sh ${podFolder}/start >${podFolder}/log 2>&1`,
];

/** What kubelet runs before it ends the container: its SIGTERM would reach the shell in front of the engine alone. */
export const podStopCommand: readonly string[] = ["/bin/sh", `${podFolder}/stop`];

/** Where an engine finds its tools in its image, unless it is told otherwise. */
const podPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The program of one life: its environment, the tracer, the engine; and what it ended with. */
export function renderStart(
  { argv, env }: Pick<EngineStart, "argv" | "env">,
  tracer: readonly string[],
): string {
  const settings = Object.entries({ PATH: podPath, ...env }).map(([key, value]) => quote(`${key}=${value}`));
  const command = [...tracer, ...argv].map(quote).join(" ");
  return `cd ${engineHome}
rm -f ${podFolder}/exit
env -i ${settings.join(" ")} ${command}
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
