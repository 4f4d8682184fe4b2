import type { KubeApi } from "./client.ts";

/** Where a resource of a group with a dot in its name is in the API. */
export interface FoundResource {
  readonly kind: string;
  /** `apis/GROUP/VERSION`. */
  readonly group: string;
  readonly plural: string;
}

interface Group {
  readonly preferredVersion?: { readonly version: string };
}

interface Resources {
  readonly resources?: readonly { readonly name: string; readonly kind: string }[];
}

/** The resource as the API server serves it now; undefined where it serves none of that name. */
export async function findResource(
  api: Pick<KubeApi, "request">,
  groupName: string,
  plural: string,
): Promise<FoundResource | undefined> {
  const named = await api.request("GET", `/apis/${groupName}`);
  const version = (named.body as Group).preferredVersion?.version;
  if (named.status !== 200 || version === undefined) return undefined;
  const group = `apis/${groupName}/${version}`;
  const listed = await api.request("GET", `/${group}`);
  const found = (listed.body as Resources).resources?.find(({ name }) => name === plural);
  return found === undefined ? undefined : { kind: found.kind, group, plural };
}
