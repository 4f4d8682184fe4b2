import { stringify } from "yaml";
import type { KubeObject } from "../../harness/model/objects.ts";
import { heredocText, quoteLiteral, type TextPart } from "./shell-text.ts";

/** Objects as one `kubectl apply`, so that nothing is waited for between them. */
export function applyCommand(
  objects: readonly KubeObject[],
  split: (text: string) => readonly TextPart[],
): string {
  const documents = objects.map((object) => heredocText(split(stringify(object))));
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ");
  return [
    `say ${quoteLiteral(`applying ${names}`)}`,
    // Forced: an engine may have written to the same fields.
    `$KUBECTL apply --server-side --force-conflicts -f - <<YAML || give_up "kubectl failed"`,
    documents.join("---\n").trimEnd(),
    "YAML",
  ].join("\n");
}

/** @param target - `Service lp-a1/web`, or `Namespace lp-a1` */
export function deleteCommand(target: string): string {
  const [kind = "", path = ""] = target.split(" ");
  const [namespace, name] = path.includes("/") ? path.split("/") : [undefined, path];
  const where = namespace === undefined ? "" : ` --namespace ${namespace}`;
  return [
    `say ${quoteLiteral(`deleting ${target}`)}`,
    `$KUBECTL delete ${kind.toLowerCase()} ${name}${where} --ignore-not-found --wait=false || give_up "kubectl failed"`,
  ].join("\n");
}
