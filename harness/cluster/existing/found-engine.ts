import { createHash } from "node:crypto";
import { at, listAt, numberAt, textAt } from "../../audit/fields.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";
import { listObjects, nameOf } from "./list.ts";

/** The engine's container on one node. */
export interface FoundPod {
  readonly node: string;
  readonly pod: string;
  readonly uid: string;
  readonly image: string;
  /** SHA-256 of the image as its node tells it, hex; absent where it does not. */
  readonly digest?: string;
  readonly restarts: number;
  /** Why it ended the last time, as its node tells it. */
  readonly lastEnd?: { readonly exitCode?: number; readonly reason: string };
  readonly isReady: boolean;
  /** As the API has it. */
  readonly object: unknown;
}

function readPod(pod: unknown, isOurs: RegExp): readonly FoundPod[] {
  const node = textAt(pod, "spec", "nodeName");
  const container = listAt(pod, "spec", "containers").find((each) =>
    isOurs.test(textAt(each, "image") ?? ""),
  );
  if (node === undefined || container === undefined) return [];
  const name = textAt(container, "name");
  const status = listAt(pod, "status", "containerStatuses").find((each) => textAt(each, "name") === name);
  const digest = /sha256:([0-9a-f]{64})$/.exec(textAt(status, "imageID") ?? "")?.[1];
  const ended = at(status, "lastState", "terminated");
  const exitCode = numberAt(ended, "exitCode");
  const isEnding = at(pod, "metadata", "deletionTimestamp") !== undefined;
  return [
    {
      node,
      pod: `${textAt(pod, "metadata", "namespace") ?? ""}/${nameOf(pod)}`,
      uid: textAt(pod, "metadata", "uid") ?? "",
      image: textAt(container, "image") ?? "",
      ...(digest === undefined ? {} : { digest }),
      restarts: numberAt(status, "restartCount") ?? 0,
      ...(ended === undefined
        ? {}
        : {
            lastEnd: {
              reason: textAt(ended, "reason") ?? "it ended",
              ...(exitCode === undefined ? {} : { exitCode }),
            },
          }),
      isReady: textAt(pod, "status", "phase") === "Running" && at(status, "ready") === true && !isEnding,
      object: pod,
    },
  ];
}

/**
 * The pods of an engine, known by the image of their container.
 *
 * @param image - what its images are called
 * @throws {HarnessError} `cluster/api-failed`
 */
export async function findEnginePods(api: KubeApi, image: RegExp): Promise<readonly FoundPod[]> {
  return (await listObjects(api, "/api/v1/pods")).flatMap((pod) => readPod(pod, image));
}

/** The engine that a cluster runs. */
export interface FoundEngine {
  readonly image: string;
  readonly version?: string;
  /** SHA-256, hex: of the image where its nodes tell it, else of the image's name. */
  readonly digest: string;
  /** Nodes where it is ready. */
  readonly nodes: readonly string[];
}

/**
 * What a run says of the engine that it finds.
 *
 * @param wanted - the engine's name, and the version that the user says it has
 * @throws {HarnessError} `existing/no-engine` where none of its pods is ready, they differ, or it is another version
 */
export function describeFound(
  pods: readonly FoundPod[],
  wanted: { readonly name: string; readonly version?: string },
): FoundEngine {
  const ready = pods.filter(({ isReady }) => isReady);
  const [first] = ready;
  const missing = (what: string, fix: string): HarnessError =>
    new HarnessError("existing/no-engine", `${what}\nFix: ${fix}`);
  if (first === undefined) {
    const seen = pods.map(({ pod }) => pod).join(", ") || "no pod with an image of it";
    throw missing(
      `no pod of ${wanted.name} is ready in this cluster: ${seen}.`,
      "give --engine the one that runs there: `npm run audit -- --kubeconfig FILE` names it; one that is no pod cannot be told apart from none.",
    );
  }
  const images = [...new Set(ready.map(({ image }) => image))];
  if (images.length > 1)
    throw missing(
      `${wanted.name} runs from different images: ${images.join(", ")}.`,
      "wait until its rollout is over.",
    );
  const version = /:(v?\d[^@]*)/.exec(first.image)?.[1];
  if (wanted.version !== undefined && version !== undefined && wanted.version !== version)
    throw missing(
      `--engine says ${wanted.name}@${wanted.version}, and the cluster runs ${first.image}.`,
      `give --engine ${wanted.name}@${version}.`,
    );
  return {
    image: first.image,
    ...(version === undefined ? {} : { version }),
    digest: first.digest ?? createHash("sha256").update(first.image).digest("hex"),
    nodes: ready.map(({ node }) => node),
  };
}
