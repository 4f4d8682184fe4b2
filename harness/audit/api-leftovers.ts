import { type KubeObject, objectName } from "../model/objects.ts";
import { listAt, textAt, textsAt } from "./fields.ts";
import type { AuditFinding } from "./finding.ts";
import type { LiveObjects } from "./live-objects.ts";

/** An object may be Terminating for that long before somebody must be missing who takes the finalizer away, in ms. */
const patienceMs = 120_000;

const project = (finalizer: string): string => {
  const known: readonly (readonly [RegExp, string])[] = [
    [/kube-?ovn/, "kube-ovn"],
    [/kube-vip/, "kube-vip"],
    [/kube-router/, "kube-router"],
    [/leakproof/, "reference"],
  ];
  return known.find(([pattern]) => pattern.test(finalizer))?.[1] ?? "kubernetes";
};

function stuck(object: KubeObject, now: number): readonly AuditFinding[] {
  const since = textAt(object, "metadata", "deletionTimestamp");
  const finalizers = textsAt(object, "metadata", "finalizers");
  if (since === undefined || finalizers.length === 0 || now - Date.parse(since) < patienceMs) return [];
  return [
    {
      kind: "finalizer",
      engine: project(`${finalizers.join(" ")} ${object.apiVersion}`),
      node: "",
      text: objectName(object),
      why: `is Terminating since ${since}, held by ${finalizers.join(", ")}`,
      owner: objectName(object),
    },
  ];
}

/** Leases of elections for one Service each, by kube-vip, and of kubelets. */
function leaseOf(object: KubeObject, live: LiveObjects): readonly AuditFinding[] {
  if (object.kind !== "Lease") return [];
  const { name, namespace = "" } = object.metadata;
  const service = /^kubevip-(.+)$/.exec(name)?.[1];
  const common = { kind: "lease", node: "", text: objectName(object) } as const;
  if (service !== undefined && !live.services.has(`${namespace}/${service}`)) {
    const holder = textAt(object, "spec", "holderIdentity") ?? "";
    return [
      {
        ...common,
        engine: "kube-vip",
        why: `is of the election for Service ${namespace}/${service}, which is gone${holder === "" ? "" : `; ${holder} still holds it`}`,
        owner: `Service ${namespace}/${service}`,
      },
    ];
  }
  const hasNodes = live.all.some(({ kind }) => kind === "Node");
  const isOfNode = live.all.some(({ kind, metadata }) => kind === "Node" && metadata.name === name);
  const isKept = listAt(object, "metadata", "ownerReferences").length > 0;
  if (namespace !== "kube-node-lease" || !hasNodes || isOfNode || isKept) return [];
  return [
    { ...common, engine: "kubernetes", why: `is of Node ${name}, which is gone`, owner: `Node ${name}` },
  ];
}

/**
 * Finalizers that hold an object for more than two minutes, and leases of what is gone.
 *
 * @param now - time of the look, ms since 1970
 */
export function findApiLeftovers(live: LiveObjects, now: number): readonly AuditFinding[] {
  return live.stable.flatMap((object) => [...stuck(object, now), ...leaseOf(object, live)]);
}
