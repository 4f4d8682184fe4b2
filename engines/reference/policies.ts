import { canonicalAddress, familyOf } from "./addresses.ts";
import { listAt, nameOf, recordAt, textAt } from "./objects.ts";

/** Who may connect to a pod of this node. */
export interface PolicyWish {
  /** `namespace/name` of the policy. */
  readonly owner: string;
  readonly pod: string;
  readonly port: number;
  readonly clients: readonly string[];
}

interface PodView {
  readonly namespace: string;
  readonly address: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

function viewPod(pod: unknown): readonly PodView[] {
  const address = canonicalAddress(textAt(pod, "status", "podIP") ?? "");
  if (address === undefined || familyOf(address) !== 4) return [];
  return [
    {
      namespace: textAt(pod, "metadata", "namespace") ?? "",
      address,
      node: textAt(pod, "spec", "nodeName") ?? "",
      labels: recordAt(pod, "metadata", "labels"),
    },
  ];
}

function isChosen(pod: PodView, selector: unknown): boolean {
  const wanted = Object.entries(recordAt(selector, "matchLabels"));
  return wanted.every(([key, value]) => pod.labels[key] === value);
}

/** What policies say of one pod of this node, each policy by itself: one port, clients by their labels. */
function wishesOf(policy: unknown, all: readonly PodView[], node: string): readonly PolicyWish[] {
  const owner = nameOf(policy);
  const namespace = textAt(policy, "metadata", "namespace") ?? "";
  const pods = all.filter((pod) => pod.namespace === namespace);
  const [rule] = listAt(policy, "spec", "ingress");
  const [from] = listAt(rule, "from");
  const [port] = listAt(rule, "ports");
  const clients = pods.filter((pod) => isChosen(pod, recordAt(from, "podSelector")));
  return pods
    .filter((pod) => pod.node === node && isChosen(pod, recordAt(policy, "spec", "podSelector")))
    .map(({ address }) => ({
      owner,
      pod: address,
      port: Number(recordAt(port)["port"]),
      clients: clients.map((client) => client.address).toSorted(),
    }));
}

/** What this node's chain should know, in a fixed order. */
export function desiredPolicies(
  policies: Iterable<unknown>,
  pods: Iterable<unknown>,
  node: string,
): readonly PolicyWish[] {
  const all = [...pods].flatMap(viewPod);
  return [...policies]
    .flatMap((policy) => wishesOf(policy, all, node))
    .toSorted((one, other) => `${one.owner} ${one.pod}`.localeCompare(`${other.owner} ${other.pod}`));
}
