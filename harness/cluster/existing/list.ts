import { listAt, textAt } from "../../audit/fields.ts";
import { HarnessError } from "../../errors/harness-error.ts";
import type { KubeApi } from "../../kube/client.ts";

/**
 * The objects of a kind. A kind that the cluster does not have has none.
 *
 * @throws {HarnessError} `cluster/api-failed` where they may not be listed
 */
export async function listObjects(api: KubeApi, path: string): Promise<readonly unknown[]> {
  const { status, body } = await api.request("GET", path);
  if (status === 200) return listAt(body, "items");
  if (status === 404) return [];
  throw new HarnessError(
    "cluster/api-failed",
    `${path} cannot be listed.\nSaw: ${textAt(body, "message") ?? `status ${status}`}\nFix: see docs/existing.md for the rights that this needs.`,
  );
}

/** Name of an object; empty where it has none. */
export function nameOf(object: unknown): string {
  return textAt(object, "metadata", "name") ?? "";
}
