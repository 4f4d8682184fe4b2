import { describe, expect, it } from "vitest";
import type { StateItem } from "../model/state.ts";
import { auditExitCode, auditNodes } from "./audit.ts";
import { compareAudits } from "./compare.ts";
import type { EngineSigns } from "./engine-signs.ts";
import { explainRule } from "./explain.ts";
import { installationOf } from "./installed.ts";
import { indexObjects, isNetworkOfCluster } from "./live-objects.ts";
import { joinVersions } from "./object-versions.ts";
import { deadAddress, addressesOf } from "./read-item.ts";
import { parseNetwork } from "../state/address.ts";
import { nodeObject, podObject, rules, serviceObject, sliceObject } from "./testing.ts";

/** An engine that owns the chain OURS, with a rule an address. */
const signs: EngineSigns = {
  name: "ours",
  image: /^ours\/engine:/,
  process: /^ours-engine/,
  ownAnnotations: [],
  needs: [],
  detect: () => (item) => item.chain === "OURS",
  judge:
    ({ live }) =>
    (item) =>
      deadAddress(addressesOf(item), live, new Set()),
  mayBeUnreferenced: [{ title: "the chain itself", chain: "OURS" }],
  commentsDistinguish: false,
  expects: () => [],
  issues: [],
};
const state = (...pods: readonly string[]): readonly StateItem[] =>
  rules(
    "nat",
    pods.map((pod) => `-A OURS -s ${pod}/32 -j ACCEPT`),
  );
const objects = [serviceObject(), sliceObject(), nodeObject()];
const context = { signs: [signs], live: indexObjects(objects), given: ["ours"], issues: new Map() };
const options = { seenKinds: new Set<string>(), now: Date.parse("2026-11-22T12:00:00Z"), problems: [] };
const looksOf = (...looks: readonly (readonly StateItem[])[]) => {
  const [first, ...more] = looks.map((items) => ({ name: "node1", items }));
  if (first === undefined) throw new Error("no look");
  return [{ sights: [first, ...more] as const }];
};

describe("an audit of several looks", () => {
  it("names what was left in every look", () => {
    const { findings, looks } = auditNodes(
      looksOf(state("10.244.0.9"), state("10.244.0.9", "10.244.0.5")),
      context,
      options,
    );
    expect(findings.map(({ kind, why }) => [kind, why])).toEqual([
      ["orphan", "names 10.244.0.9, which no object names"],
    ]);
    expect(looks).toBe(2);
  });

  it("is silent of what came or went in between", () => {
    expect(auditNodes(looksOf(state("10.244.0.9"), state("10.244.0.5")), context, options).findings).toEqual(
      [],
    );
    expect(auditNodes(looksOf(state("10.244.0.5"), state("10.244.0.9")), context, options).findings).toEqual(
      [],
    );
  });

  it("ends with 0, 1 and 2: clean, findings, could not tell", () => {
    const clean = auditNodes(looksOf(state("10.244.0.5")), context, options);
    const bad = auditNodes(looksOf(state("10.244.0.9")), context, options);
    const problems = [{ where: "node1", what: "ipset: not found" }];
    expect(auditExitCode(clean)).toBe(0);
    expect(auditExitCode(bad)).toBe(1);
    expect(auditExitCode({ ...clean, problems })).toBe(2);
    expect(auditExitCode({ ...bad, problems })).toBe(1);
  });
});

describe("objects of several looks", () => {
  const version = (resourceVersion: string, clusterIP: string) =>
    serviceObject({ clusterIP }, { resourceVersion });

  it("are alive in any version, and stable only where nothing changed", () => {
    const joined = joinVersions([
      [version("1", "10.96.0.10"), nodeObject()],
      [version("2", "10.96.0.11"), nodeObject()],
    ]);
    const live = indexObjects(joined.versions, { stable: joined.stable });
    expect(live.byAddress.has("10.96.0.10") && live.byAddress.has("10.96.0.11")).toBe(true);
    expect(live.services.get("shop/web")?.addresses).toEqual(new Set(["10.96.0.10", "10.96.0.11"]));
    expect(live.stable.map(({ kind }) => kind)).toEqual(["Node"]);
  });

  it("are not stable where they came or went", () => {
    expect(joinVersions([[], [version("1", "10.96.0.10")]]).stable).toEqual([]);
    expect(joinVersions([[version("1", "10.96.0.10")], [version("1", "10.96.0.10")]]).stable).toHaveLength(1);
  });

  it("name networks in flags, variables and specs; without any, none is strange", () => {
    const pod = {
      ...podObject("kube-controller-manager", "10.0.0.1"),
      spec: {
        containers: [
          {
            command: ["x", "--cluster-cidr=10.244.0.0/16,fd00:10:244::/48"],
            env: [{ name: "egress_podcidr", value: "10.97.0.0/16" }],
          },
        ],
      },
    };
    const live = indexObjects([pod]);
    expect(live.networks.map(({ first }) => first)).toEqual(["10.244.0.0", "fd00:10:244::", "10.97.0.0"]);
    expect(isNetworkOfCluster(live, parseNetwork("10.0.0.0/16"))).toBe(false);
    expect(isNetworkOfCluster(live, parseNetwork("10.244.3.0/24"))).toBe(true);
    expect(isNetworkOfCluster(indexObjects([]), parseNetwork("10.0.0.0/16"))).toBe(true);
  });
});

describe("whether an engine is installed", () => {
  const installed = (more: Partial<Parameters<typeof installationOf>[1]>) =>
    installationOf(signs, { objects: [], processes: undefined, given: [], ...more });
  const running = podObject("engine", "10.244.0.3", "ours/engine:v1.2.3");

  it("is shown by an image, with its version, by a process, or by the user", () => {
    expect(installed({ objects: [running] })).toEqual({
      state: "installed",
      version: "v1.2.3",
      evidence: "image ours/engine:v1.2.3",
    });
    expect(installed({ processes: ["init", "ours-engine"] }).state).toBe("installed");
    expect(installed({ given: ["ours@v2"] })).toMatchObject({ state: "installed", version: "v2" });
  });

  it("is not known where neither pods nor processes were seen, or a distribution may carry it", () => {
    expect(installed({}).state).toBe("unknown");
    const node = { ...nodeObject(), status: { nodeInfo: { kubeletVersion: "v1.33.1+k3s1" } } };
    expect(installed({ objects: [podObject("a", "10.244.0.4"), node] }).state).toBe("unknown");
  });

  it("is denied where they were, and none is of it", () => {
    expect(installed({ objects: [podObject("a", "10.244.0.4")] }).state).toBe("absent");
    expect(installed({ processes: ["init", "kthreadd"] }).state).toBe("absent");
  });
});

it("compares two audits: what came, what went, what should have gone", () => {
  const [both, old, fresh] = ["10.244.0.7", "10.244.0.8", "10.244.0.9"].map((pod) => state(pod));
  const audit = (...items: readonly (readonly StateItem[] | undefined)[]) =>
    auditNodes(looksOf(items.flatMap((each) => each ?? [])), context, options);
  const difference = compareAudits(audit(both, old), audit(both, fresh));
  const texts = ({ text }: { text: string }): string => text;
  expect(difference.came.map(texts)).toEqual(["-A OURS -s 10.244.0.9/32 -j ACCEPT"]);
  expect(difference.went.map(texts)).toEqual(["-A OURS -s 10.244.0.8/32 -j ACCEPT"]);
  expect(difference.stayed.map(texts)).toEqual(["-A OURS -s 10.244.0.7/32 -j ACCEPT"]);
});

it("explains one rule, sound or not, however it was copied", () => {
  const sights = [{ name: "node1", items: state("10.244.0.9", "10.244.0.5") }];
  const { findings } = auditNodes(looksOf(state("10.244.0.9", "10.244.0.5")), context, options);
  expect(
    explainRule("-s  '10.244.0.9/32'", sights, context, findings)[0],
  ).toBe(`[iptables-nft nat] -A OURS -s 10.244.0.9/32 -j ACCEPT
  on node1; of ours
  names address 10.244.0.9: no object names it
  traffic: a packet from 10.244.0.9 to anywhere outside is accepted
  orphan: names 10.244.0.9, which no object names`);
  const [sound] = explainRule("10.244.0.5", sights, context, findings);
  expect(sound).toContain("names address 10.244.0.5: EndpointSlice shop/web-1");
  expect(sound).toContain("nothing is wrong with it");
  expect(explainRule("10.244.0.50", sights, context, findings)).toEqual([]);
});
