import { listAt, textAt } from "./fields.ts";
import type { EngineSigns } from "./engine-signs.ts";
import type { KubeObject } from "../model/objects.ts";

/** Whether an engine runs, and what shows it. */
export type Installation =
  | { readonly state: "installed"; readonly version?: string; readonly evidence: string }
  | { readonly state: "absent"; readonly evidence: string }
  | { readonly state: "unknown" };

interface Sight {
  readonly objects: readonly KubeObject[];
  /** Names of the machine's processes; undefined where they were not looked at. */
  readonly processes: readonly string[] | undefined;
  /** What the user says: `kube-vip`, `kube-vip@v0.8.4`. */
  readonly given: readonly string[];
}

function imagesOf(object: KubeObject): readonly string[] {
  const path = object.kind === "Pod" ? ["spec"] : ["spec", "template", "spec"];
  return listAt(object, ...path, "containers").flatMap((container) => textAt(container, "image") ?? []);
}

const workloads = new Set(["Pod", "DaemonSet", "Deployment", "StatefulSet"]);

/**
 * Whether the engine of `signs` is installed: the user says so, a container has its image, or a process
 * its name. It is absent only where pods or processes were seen, and none is of it.
 */
export function installationOf(signs: EngineSigns, { objects, processes, given }: Sight): Installation {
  const said = given.find((text) => text.split("@")[0] === signs.name);
  if (said !== undefined) {
    const version = said.split("@")[1];
    return { state: "installed", evidence: "--engine", ...(version === undefined ? {} : { version }) };
  }
  const containers = objects.filter(({ kind }) => workloads.has(kind));
  for (const object of containers) {
    const image = imagesOf(object).find((name) => signs.image.test(name));
    if (image === undefined) continue;
    const version = /:(v?\d[^@]*)/.exec(image)?.[1];
    const evidence = `image ${image}`;
    return { state: "installed", evidence, ...(version === undefined ? {} : { version }) };
  }
  const running = processes?.find((name) => signs.process.test(name));
  if (running !== undefined) return { state: "installed", evidence: `process ${running}` };
  if (processes === undefined && containers.length === 0) return { state: "unknown" };
  const embedded = objects.find(
    (object) =>
      object.kind === "Node" &&
      /\+(?:k3s|rke2|k0s)/.test(textAt(object, "status", "nodeInfo", "kubeletVersion") ?? ""),
  );
  // A distribution may carry the engine in its own process, where no image tells of it.
  if (processes === undefined && embedded !== undefined) return { state: "unknown" };
  const seen = [
    ...(containers.length === 0 ? [] : [`no container of ${containers.length} workloads has its image`]),
    ...(processes === undefined ? [] : [`no process of ${processes.length} has its name`]),
  ];
  return { state: "absent", evidence: seen.join(", ") };
}
