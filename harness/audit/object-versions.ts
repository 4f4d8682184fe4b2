import { type KubeObject, objectName } from "../model/objects.ts";
import { textAt } from "./fields.ts";

/** Objects of several looks, as one. */
export interface ObjectVersions {
  /** Every version of every object that was in any look. */
  readonly versions: readonly KubeObject[];
  /** The last version of those that were in every look, unchanged. */
  readonly stable: readonly KubeObject[];
}

/** An object's version; where it has none, its text is. */
function versionKey(object: KubeObject): string {
  return textAt(object, "metadata", "resourceVersion") ?? JSON.stringify(object);
}

/** Status comes and goes without a change of what rules are made for; leases are renewed all the time. */
const restless = new Set(["Node", "Lease", "Pod"]);

/** Joins lists of the same API, taken one after the other. */
export function joinVersions(lists: readonly (readonly KubeObject[])[]): ObjectVersions {
  const seen = new Map<string, Map<string, KubeObject>>();
  const times = new Map<string, number>();
  for (const list of lists) {
    for (const object of list) {
      const name = `${object.apiVersion} ${objectName(object)}`;
      const versions = seen.get(name) ?? new Map<string, KubeObject>();
      versions.set(versionKey(object), object);
      seen.set(name, versions);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  const entries = [...seen];
  return {
    versions: entries.flatMap(([, versions]) => [...versions.values()]),
    stable: entries.flatMap(([name, versions]) => {
      const last = [...versions.values()].at(-1);
      if (last === undefined || times.get(name) !== lists.length) return [];
      return versions.size === 1 || restless.has(last.kind) ? [last] : [];
    }),
  };
}
