import type { StateItem } from "../model/state.ts";
import { addressesOf, commentOf } from "./read-item.ts";
import { textAt, listAt } from "./fields.ts";
import type { LiveObjects, LiveService } from "./live-objects.ts";

/** A Service of ours by any address of an item. */
function serviceNamedBy(item: StateItem, live: LiveObjects): LiveService | undefined {
  for (const address of addressesOf(item)) {
    const [service] = live.servicesByAddress.get(address) ?? [];
    if (service !== undefined) return service;
  }
  return undefined;
}

/**
 * Who an item was probably made for: the Service whose address it names; else the one that another item
 * of the same engine names together with the same address (the SNAT beside the MARK); else the object
 * that its comment spells.
 *
 * @param own - items of the same engine
 */
export function ownersAmong(
  own: readonly StateItem[],
  live: LiveObjects,
): (item: StateItem) => string | undefined {
  const beside = new Map<string, string>();
  for (const item of own) {
    const service = serviceNamedBy(item, live);
    if (service === undefined) continue;
    for (const address of addressesOf(item))
      if (!beside.has(address)) beside.set(address, `Service ${service.name}`);
  }
  return (item) => {
    const direct = serviceNamedBy(item, live);
    if (direct !== undefined) return `Service ${direct.name}`;
    const sibling = addressesOf(item).flatMap((address) => beside.get(address) ?? [])[0];
    if (sibling !== undefined) return sibling;
    // "shop/web:http cluster IP", "masquerade traffic for shop/web:http external destinations".
    const spelled = /(?:^|\bfor )([a-z0-9-]+\/[a-z0-9.-]+)(?=$|[\s:])/.exec(commentOf(item) ?? "")?.[1];
    return spelled === undefined ? undefined : `Service ${spelled}`;
  };
}

function changesOf(object: unknown): readonly string[] {
  const times = listAt(object, "metadata", "managedFields").flatMap((entry) => textAt(entry, "time") ?? []);
  return [...times, textAt(object, "metadata", "creationTimestamp") ?? ""].filter((time) => time !== "");
}

/**
 * When an item of `owner` can have been left, as far as objects tell: a rule of a live Service is not
 * older than the Service, and its backends last changed when its slices did.
 */
export function leftWhen(owner: string | undefined, live: LiveObjects): string | undefined {
  const [kind, name] = owner?.split(" ") ?? [];
  const service = kind === "Service" && name !== undefined ? live.services.get(name) : undefined;
  if (service === undefined)
    return owner === undefined ? undefined : `before now: ${owner} is not there any more`;
  const created = textAt(service.object, "metadata", "creationTimestamp");
  const slices = live.all.filter(
    (object) =>
      (object.kind === "EndpointSlice" || object.kind === "Endpoints") &&
      `${object.metadata.namespace ?? ""}/${object.metadata.labels?.["kubernetes.io/service-name"] ?? object.metadata.name}` ===
        service.name,
  );
  const last = [service.object, ...slices].flatMap(changesOf).toSorted().at(-1);
  if (created === undefined || last === undefined) return undefined;
  return `after ${created}, when ${owner ?? ""} was made, and most likely at a change up to ${last}, the last of it or its endpoints`;
}
