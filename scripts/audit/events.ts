import { createHash } from "node:crypto";
import { type AuditFinding, findingKey } from "../../harness/audit/finding.ts";
import type { ObjectReader } from "../../harness/kube/list-objects.ts";
import type { KubeObject } from "../../harness/model/objects.ts";

/** The API refuses longer messages. */
const longestMessage = 1_024;
const eventNamespace = "default";
/** More at once tell nobody more. */
const mostAtOnce = 50;

/** The Event of a finding. Its name is that of the finding: a second one of the same is refused by the API. */
export function eventOf(finding: AuditFinding, time: string): KubeObject {
  const digest = createHash("sha256").update(findingKey(finding)).digest("hex").slice(0, 20);
  const owner = finding.owner === undefined ? "" : ` (made for ${finding.owner})`;
  const message = `${finding.engine}: ${finding.kind}: ${finding.text} ${finding.why}${owner}`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `leakproof-audit.${digest}`, namespace: eventNamespace },
    involvedObject:
      finding.node === ""
        ? { kind: "Namespace", apiVersion: "v1", name: eventNamespace }
        : { kind: "Node", apiVersion: "v1", name: finding.node },
    type: "Warning",
    reason: "OrphanedRule",
    message: message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 3)}...`,
    source: { component: "leakproof-audit", ...(finding.node === "" ? {} : { host: finding.node }) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

/** Says every finding once, as long as this process lives and the API remembers. */
export interface EventTeller {
  /** How many Events were made, and how many could not be. */
  tell(findings: readonly AuditFinding[]): Promise<{ readonly made: number; readonly refused: number }>;
}

/** Tells findings as Events of their node. */
export function createEventTeller(api: Pick<ObjectReader, "create">, now: () => Date): EventTeller {
  const told = new Set<string>();
  return {
    async tell(findings) {
      let made = 0;
      let refused = 0;
      const fresh = findings.filter((finding) => !told.has(findingKey(finding)));
      for (const finding of fresh.slice(0, mostAtOnce)) {
        const event = eventOf(
          finding,
          now()
            .toISOString()
            .replace(/\.\d+Z$/, "Z"),
        );
        const status = await api.create(`/api/v1/namespaces/${eventNamespace}/events`, event);
        // 409: another process, or this one before its restart, said it already.
        if (status === 201 || status === 409) told.add(findingKey(finding));
        if (status === 201) made += 1;
        else if (status !== 409) refused += 1;
      }
      return { made, refused };
    },
  };
}
