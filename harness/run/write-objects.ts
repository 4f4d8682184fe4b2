import {
  addressServicePort,
  type FeatureObject,
  floatingIpProbePort,
  type KubeObject,
  objectName,
} from "../model/objects.ts";
import { type AttemptContext, nodeOf } from "./attempt-context.ts";

function isSame(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function applyOne(
  context: AttemptContext,
  step: string,
  object: KubeObject,
  isNew: boolean,
): Promise<void> {
  const target = objectName(object);
  context.recorder.add({ kind: "write", step, verb: isNew ? "create" : "update", target, object });
  await context.cluster.api.apply(object);
}

async function removeOne(context: AttemptContext, step: string, object: KubeObject): Promise<void> {
  context.recorder.add({ kind: "write", step, verb: "delete", target: objectName(object) });
  await context.cluster.api.remove(object);
}

/** The pods of a service answer on the ports that it leads to. */
async function answerBackends(context: AttemptContext, object: FeatureObject): Promise<void> {
  if (object.kind === "pod-policy")
    for (const pod of object.pods) await nodeOf(context, pod.node).answer(pod.address, object.port);
  if (object.kind === "floating-ip")
    await nodeOf(context, object.node).answer(object.pod, floatingIpProbePort);
  if (object.kind === "port-forward") await nodeOf(context, object.node).answer(object.pod, object.podPort);
  if (object.kind === "address-service" && object.clusterIp !== undefined)
    for (const { node, address } of object.backends)
      await nodeOf(context, node).answer(address, addressServicePort.targetPort);
  if (object.kind !== "service") return;
  for (const backend of object.backends) {
    for (const port of object.ports) {
      if (port.protocol === "TCP")
        await nodeOf(context, backend.node).answer(backend.address, port.targetPort);
    }
  }
}

/**
 * Brings the API to the form that `object` is rendered to. Only what differs is written. Addresses that
 * the API server allocates are never left to it, so that the ledger of our own writes is complete.
 */
export async function applyObject(
  context: AttemptContext,
  step: string,
  object: FeatureObject,
): Promise<void> {
  await answerBackends(context, object);
  const before = context.applied.get(object.name) ?? [];
  const after = context.engine.render(object, context.render);
  const find = (all: readonly KubeObject[], wanted: KubeObject): KubeObject | undefined =>
    all.find((each) => objectName(each) === objectName(wanted));
  context.applied.set(object.name, after);
  for (const wanted of after) {
    const known = find(before, wanted);
    if (known === undefined || !isSame(known, wanted))
      await applyOne(context, step, wanted, known === undefined);
  }
  for (const old of before) {
    if (find(after, old) === undefined) await removeOne(context, step, old);
  }
}

/** Deletes what `applyObject` made for that name. */
export async function deleteObject(context: AttemptContext, step: string, name: string): Promise<void> {
  const objects = context.applied.get(name) ?? [];
  context.applied.delete(name);
  for (const object of objects) await removeOne(context, step, object);
}

/** Deletes everything that is still there, what came last first: it may build on what came before. */
export async function deleteAll(context: AttemptContext, step: string): Promise<void> {
  for (const name of Array.from(context.applied.keys()).toReversed()) await deleteObject(context, step, name);
}
