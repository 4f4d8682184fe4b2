import type { Doubt, EngineSigns, NodeView } from "../../harness/audit/engine-signs.ts";
import { textAt } from "../../harness/audit/fields.ts";
import type { LiveObjects } from "../../harness/audit/live-objects.ts";
import { hostsOf } from "../../harness/audit/read-item.ts";
import { type KubeObject, objectName } from "../../harness/model/objects.ts";
import type { StateItem } from "../../harness/model/state.ts";

/** Chains that nat-gateway.sh makes in the gateway's namespace. */
const chains =
  /^(?:DNAT_FILTER|SNAT_FILTER|EXCLUSIVE_DNAT|EXCLUSIVE_SNAT|SHARED_DNAT|SHARED_SNAT|HAIRPIN_SNAT|VPC_MARK)$/;

function isOwn(item: StateItem): boolean {
  if (!item.family.includes("tables-")) return false;
  return chains.test(item.chain ?? "") || /-j (?:DNAT_FILTER|SNAT_FILTER)$/.test(item.text);
}

interface Translation {
  readonly owner: string;
  readonly eip: string;
  /** What the address is translated to, in the form of the rule: an address, `address:port`, a network. */
  readonly inner: string;
  /** `tcp/80`: only of a DNAT rule. */
  readonly outerPort: string;
}

function addressOfEip(live: LiveObjects, name: string): string {
  const eip = live.all.findLast((object) => object.kind === "IptablesEIP" && object.metadata.name === name);
  return textAt(eip, "status", "ip") ?? textAt(eip, "spec", "v4ip") ?? textAt(eip, "spec", "v4Ip") ?? "";
}

function translationOf(object: KubeObject, live: LiveObjects): Translation | undefined {
  const spec = (field: string): string => textAt(object, "spec", field) ?? "";
  const eip = addressOfEip(live, spec("eip"));
  const common = { owner: objectName(object), eip, outerPort: "" };
  switch (object.kind) {
    case "IptablesFIPRule":
      return { ...common, inner: spec("internalIp") };
    case "IptablesDnatRule":
      return {
        ...common,
        inner: `${spec("internalIp")}:${spec("internalPort")}`,
        outerPort: `${spec("protocol").toLowerCase()}/${spec("externalPort")}`,
      };
    case "IptablesSnatRule":
      return { ...common, inner: spec("internalCIDR") };
    default:
      return undefined;
  }
}

/** What a rule of the gateway translates. */
function readRule(
  item: StateItem,
): { readonly eip: string; readonly inner: string; readonly port: string } | undefined {
  const to = /--to-(?:destination|source) (\S+)/.exec(item.text)?.[1];
  if (to === undefined) return undefined;
  const { source, destination } = hostsOf(item);
  const network = / -s (\S+)/.exec(item.text)?.[1] ?? "";
  const port = / --dport (\d+)/.exec(item.text)?.[1];
  const protocol = / -p (\S+)/.exec(item.text)?.[1] ?? "tcp";
  return item.text.includes("-j DNAT ")
    ? { eip: destination ?? "", inner: to, port: port === undefined ? "" : `${protocol}/${port}` }
    : { eip: to, inner: source ?? network, port: "" };
}

const kindOfChain: Readonly<Record<string, string>> = {
  EXCLUSIVE_DNAT: "IptablesFIPRule",
  EXCLUSIVE_SNAT: "IptablesFIPRule",
  SHARED_DNAT: "IptablesDnatRule",
  SHARED_SNAT: "IptablesSnatRule",
};

function judge({ live }: NodeView): (item: StateItem) => Doubt | undefined {
  const translations = live.all.flatMap((object) => {
    const found = translationOf(object, live);
    return found === undefined ? [] : [{ kind: object.kind, ...found }];
  });
  return (item) => {
    const kind = kindOfChain[item.chain ?? ""];
    const rule = kind === undefined || item.kind !== "rule" ? undefined : readRule(item);
    if (rule === undefined) return undefined;
    const same = translations.filter((each) => each.kind === kind && each.eip === rule.eip);
    const isSame = (inner: string): boolean => inner.replace(/\/32$/, "") === rule.inner.replace(/\/32$/, "");
    const ofPort = same.filter(
      ({ outerPort }) => outerPort === rule.port || item.chain?.startsWith("EXCLUSIVE") === true,
    );
    if (ofPort.some(({ inner }) => isSame(inner))) return undefined;
    const [other] = ofPort;
    if (other === undefined || item.chain === "SHARED_SNAT")
      return { kind: "orphan", why: `translates ${rule.eip} and ${rule.inner}, which no ${kind} does` };
    return {
      kind: "stale-value",
      why: `translates ${rule.eip} to ${rule.inner}, while ${other.owner} has ${other.inner}`,
      owner: other.owner,
    };
  };
}

const project = "https://github.com/kubeovn/kube-ovn";

/** How the rules of a Kube-OVN VPC NAT gateway look, in the gateway's own namespace. */
export const signs: EngineSigns = {
  name: "kube-ovn",
  image: /(?:^|\/)(?:kube-ovn|vpc-nat-gateway)(?::|@|$)/,
  process: /^kube-ovn/,
  ownAnnotations: [],
  needs: ["IptablesEIP", "IptablesFIPRule", "IptablesDnatRule", "IptablesSnatRule"],
  detect: () => isOwn,
  judge,
  mayBeUnreferenced: [{ title: "mark of the gateway", chain: "VPC_MARK|HAIRPIN_SNAT" }],
  commentsDistinguish: false,
  expects: () => [],
  issues: [
    {
      kinds: ["orphan"],
      matcher: { title: "rule of a SNAT", chain: "SHARED_SNAT" },
      issue: {
        title: "A SNAT never gets a finalizer, so every delete leaves its rule",
        links: [`${project}/issues/5167`, `${project}/pull/5806`],
        lastBad: "v1.14.14",
        firstGood: "v1.14.15",
      },
    },
    {
      kinds: ["orphan", "stale-value"],
      matcher: { title: "rule of a FIP", chain: "EXCLUSIVE_[DS]NAT" },
      issue: {
        title: "A FIP deleted before it gets its finalizer leaves its rules",
        links: [`${project}/issues/5115`, `${project}/pull/5142`],
        lastBad: "v1.13.8",
        firstGood: "v1.13.9",
      },
    },
    {
      kinds: ["orphan", "stale-value"],
      matcher: { title: "rule of a DNAT", chain: "SHARED_DNAT" },
      issue: {
        title: "A DNAT deleted while its rule is written leaves it: the finalizer comes after the rule",
        links: [`${project}/pull/6412`],
        lastBad: "v1.15.24",
        firstGood: "v1.16.0",
      },
    },
    {
      kinds: ["finalizer"],
      matcher: { title: "an object that is Terminating" },
      issue: {
        title: "After a restart of the controller objects that are Terminating stay so, with their rules",
        links: [`${project}/pull/7210`],
      },
    },
  ],
};
