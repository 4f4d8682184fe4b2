import { readFileSync } from "node:fs";
import { at, listAt, textAt } from "../../harness/audit/fields.ts";
import type { SightProblem } from "../../harness/audit/audit.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { accessOfKubeconfig, accessOfPod, readKubeconfig } from "../../harness/kube/api-access.ts";
import { type ListedKind, type ObjectReader, readObjectsOf } from "../../harness/kube/list-objects.ts";
import type { KubeObject } from "../../harness/model/objects.ts";
import type { ObjectSource } from "./options.ts";

/** Live objects, as of one moment. */
export interface ReadObjects {
  readonly objects: readonly KubeObject[];
  /** Kinds that were asked for. */
  readonly kinds: ReadonlySet<string>;
  readonly problems: readonly SightProblem[];
}

const core = "v1";
const ovn = "kubeovn.io/v1";

/** What is listed. Without those that are needed an identity may be alive and not known. */
const listed: readonly (ListedKind & { readonly isNeeded: boolean })[] = [
  { kind: "Service", apiVersion: core, path: "/api/v1/services", isNeeded: true },
  { kind: "Node", apiVersion: core, path: "/api/v1/nodes", isNeeded: true },
  { kind: "Pod", apiVersion: core, path: "/api/v1/pods", isNeeded: true },
  {
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    path: "/apis/discovery.k8s.io/v1/endpointslices",
    isNeeded: true,
  },
  { kind: "Endpoints", apiVersion: core, path: "/api/v1/endpoints", isNeeded: false },
  {
    kind: "Lease",
    apiVersion: "coordination.k8s.io/v1",
    path: "/apis/coordination.k8s.io/v1/leases",
    isNeeded: false,
  },
  { kind: "DaemonSet", apiVersion: "apps/v1", path: "/apis/apps/v1/daemonsets", isNeeded: false },
  {
    kind: "NetworkPolicy",
    apiVersion: "networking.k8s.io/v1",
    path: "/apis/networking.k8s.io/v1/networkpolicies",
    isNeeded: false,
  },
  {
    kind: "ServiceCIDR",
    apiVersion: "networking.k8s.io/v1",
    path: "/apis/networking.k8s.io/v1/servicecidrs",
    isNeeded: false,
  },
  { kind: "IptablesEIP", apiVersion: ovn, path: "/apis/kubeovn.io/v1/iptables-eips", isNeeded: false },
  {
    kind: "IptablesFIPRule",
    apiVersion: ovn,
    path: "/apis/kubeovn.io/v1/iptables-fip-rules",
    isNeeded: false,
  },
  {
    kind: "IptablesDnatRule",
    apiVersion: ovn,
    path: "/apis/kubeovn.io/v1/iptables-dnat-rules",
    isNeeded: false,
  },
  {
    kind: "IptablesSnatRule",
    apiVersion: ovn,
    path: "/apis/kubeovn.io/v1/iptables-snat-rules",
    isNeeded: false,
  },
];

/** Paths of everything that is listed: the rights that an audit needs. */
export const listedPaths: readonly string[] = listed.map(({ path }) => path);

function lackingKinds(kinds: ReadonlySet<string>, where: string): readonly SightProblem[] {
  const needed = listed.filter(({ isNeeded }) => isNeeded).map(({ kind }) => kind);
  const lacking = needed.filter(
    (kind) => !kinds.has(kind) && !(kind === "EndpointSlice" && kinds.has("Endpoints")),
  );
  return lacking.map((kind) => ({
    where,
    what: `no ${kind} was seen: what such objects name would be called dead`,
  }));
}

async function fromApi(reader: ObjectReader, where: string): Promise<ReadObjects> {
  const answers = await Promise.all(listed.map((kind) => reader.list(kind)));
  const kinds = new Set(answers.filter(({ refused }) => refused === undefined).map(({ kind }) => kind));
  const refusals = answers.flatMap(({ kind, refused }) =>
    refused === undefined || listed.find((each) => each.kind === kind)?.isNeeded === true
      ? []
      : [{ where, what: `${kind} could not be listed: ${refused}` }],
  );
  return {
    objects: answers.flatMap(({ objects }) => objects),
    kinds,
    problems: [...lackingKinds(kinds, where), ...refusals],
  };
}

function isObject(value: unknown): value is KubeObject {
  return textAt(value, "kind") !== undefined && textAt(value, "metadata", "name") !== undefined;
}

function readFile(file: string): {
  readonly objects: readonly KubeObject[];
  readonly kinds: readonly string[];
} {
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"));
  const kind = textAt(parsed, "kind") ?? "";
  if (at(parsed, "items") === undefined && !isObject(parsed))
    throw new Error("it holds neither a list nor an object");
  const listKind = /^(.+)List$/.exec(kind)?.[1];
  const items = listAt(parsed, "items").map((item) =>
    // kubectl get --raw leaves out of each item what the list says.
    textAt(item, "kind") === undefined && listKind !== undefined && typeof item === "object"
      ? { ...item, kind: listKind, apiVersion: textAt(parsed, "apiVersion") ?? core }
      : item,
  );
  const objects = (isObject(parsed) ? [parsed] : items).filter(isObject);
  return {
    objects,
    kinds: [...objects.map((object) => object.kind), ...(listKind === undefined ? [] : [listKind])],
  };
}

/** @throws {HarnessError} `args/bad-value` for a file that is none of kubectl's */
function fromFiles(files: readonly string[], asked: readonly string[]): ReadObjects {
  const read = files.map((file) => {
    try {
      return readFile(file);
    } catch (thrown) {
      const seen = thrown instanceof Error ? thrown.message : String(thrown);
      throw new HarnessError(
        "args/bad-value",
        `--objects ${file} cannot be read: ${seen}\nFix: give the output of kubectl get -A -o json (--help).`,
        { cause: thrown },
      );
    }
  });
  const kinds = new Set([...read.flatMap((each) => each.kinds), ...asked]);
  return {
    objects: read.flatMap(({ objects }) => objects),
    kinds,
    problems: lackingKinds(kinds, files.join(", ")),
  };
}

/** Reads all live objects each time that it is called, and the API behind it, where there is one. */
export interface ObjectsSource {
  read(): Promise<ReadObjects>;
  readonly api?: ObjectReader;
}

/** What an object is called in this version of it; undefined where nothing tells versions apart. */
function versionName(object: KubeObject): string | undefined {
  const [uid, version] = ["uid", "resourceVersion"].map((field) => textAt(object, "metadata", field));
  return uid === undefined || version === undefined ? undefined : `${object.kind} ${uid} ${version}`;
}

/** Objects that did not change since the last time are the same in memory: all that was read is kept to an audit's end. */
function createSharing(): (objects: readonly KubeObject[]) => readonly KubeObject[] {
  let known: ReadonlyMap<string, KubeObject> = new Map();
  return (objects) => {
    const now = new Map<string, KubeObject>();
    const shared = objects.map((object) => {
      const name = versionName(object);
      if (name === undefined) return object;
      const same = known.get(name) ?? object;
      now.set(name, same);
      return same;
    });
    known = now;
    return shared;
  };
}

/** Reads an API again and again. */
export function readApi(api: ObjectReader): ObjectsSource {
  const share = createSharing();
  return {
    api,
    async read() {
      const answer = await fromApi(api, "the API");
      return { ...answer, objects: share(answer.objects) };
    },
  };
}

/**
 * Opens a source of objects.
 *
 * @throws {HarnessError} `args/bad-value` where it cannot be read at all
 */
export async function openObjects(source: ObjectSource): Promise<ObjectsSource> {
  switch (source.kind) {
    case "files": {
      const objects = fromFiles(source.files, source.asked);
      return { read: async () => objects };
    }
    case "in-cluster":
      return readApi(readObjectsOf(accessOfPod()));
    case "kubeconfig":
      return readApi(readObjectsOf(accessOfKubeconfig(await readKubeconfig(source.file))));
  }
}
