import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { findControlPlane } from "../../harness/cluster/control-plane.ts";
import { runInSandbox } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { AuditAnswer, AuditErrand } from "./live-audit.fixture.ts";

const program = fileURLToPath(new URL("live-audit.fixture.ts", import.meta.url));
const folder = process.env["LEAKPROOF_ENGINES"] ?? "";

function engineFile(name: string): string | undefined {
  const path = join(folder, name);
  return folder !== "" && existsSync(path) ? path : undefined;
}

const v084 = engineFile("kube-vip-v0.8.4");
const v070 = engineFile("kube-vip-v0.7.0");
const v085 = engineFile("kube-vip-v0.8.5");
const router = engineFile("kube-router-v2.2.1");
let answer: AuditAnswer | undefined;

beforeAll(async () => {
  const kubeProxy = (await findControlPlane({}))?.kubeProxy?.path;
  const input: AuditErrand = {
    ...(kubeProxy === undefined ? {} : { kubeProxy }),
    ...(v084 === undefined ? {} : { kubeVipV084: v084 }),
    ...(v070 === undefined ? {} : { kubeVipV070: v070 }),
    ...(v085 === undefined ? {} : { kubeVipV085: v085 }),
    ...(router === undefined ? {} : { kubeRouterV221: router }),
  };
  const readable = [kubeProxy, v084, v070, v085, router].filter((path) => path !== undefined);
  answer = await runInSandbox<AuditAnswer>({ program, input, readable, timeoutMs: 240_000 });
}, 250_000);

describe.each(["iptables", "nftables"])("kube-proxy in %s mode", (variant) => {
  test("has nothing that is wrong, while Services have no, one and several endpoints", () => {
    const told = answer?.proxy[variant]?.atRest;
    expect(told?.findings).toEqual([]);
    expect(told?.problems).toEqual([]);
    expect(told?.exitCode).toBe(0);
    expect(told?.engines).toContain("kube-proxy");
  });

  test("that died has the rules of a Service that was deleted since, and nothing else is named", () => {
    const proxy = answer?.proxy[variant];
    expect(proxy?.afterDeletion.exitCode).toBe(1);
    const findings = proxy?.afterDeletion.findings ?? [];
    expect(findings.length).toBeGreaterThan(8);
    const isOfGone = (text: string): boolean =>
      text.includes("shop/web-4") ||
      (proxy?.addresses ?? []).some(
        (address) => text.includes(`${address} `) || text.includes(`${address}/`),
      );
    expect(findings.filter(({ kind, text }) => kind !== "orphan" || !isOfGone(text))).toEqual([]);
  });
});

// Engines of vendors are given by the user; where they are absent, the title says what is needed.
describe.each([
  { name: "reference" },
  { name: "kube-vip", file: "kube-vip-v0.8.5", path: v085 },
  { name: "kube-router", file: "kube-router-v2.2.1", path: router },
])("$name", ({ name, file, path }) => {
  const isAbsent = file !== undefined && path === undefined;
  // A vendor's engine is no part of this project: without the user's program there is nothing to look at.
  test.skipIf(isAbsent)(
    `at rest has nothing that is wrong${isAbsent ? ` (needs LEAKPROOF_ENGINES with ${file})` : ""}`,
    () => {
      const told = answer?.resting[name];
      expect(told?.findings).toEqual([]);
      expect(told?.problems).toEqual([]);
      expect(told?.exitCode).toBe(0);
      expect(told?.engines).toContain(name);
    },
  );
});

// As above.
test.skipIf(v084 === undefined)(
  `kube-vip v0.8.4 leaves MARK and SNAT of a pod that was replaced, and the plan takes them away${v084 === undefined ? " (needs LEAKPROOF_ENGINES with kube-vip-v0.8.4)" : ""}`,
  () => {
    const egress = answer?.egress;
    expect(egress?.expected).toHaveLength(2);
    expect(egress?.told.findings.map(({ text }) => text).toSorted()).toEqual(egress?.expected.toSorted());
    expect(new Set(egress?.told.findings.map(({ owner }) => owner))).toEqual(new Set([egress?.owner]));
    expect(egress?.afterPlan.findings).toEqual([]);
    expect(egress?.left.filter((text) => text.includes("10.244.0.6"))).toHaveLength(2);
  },
);

// As above.
test.skipIf(v070 === undefined)(
  `kube-vip v0.7.0 leaves the route of a Service that was recreated${v070 === undefined ? " (needs LEAKPROOF_ENGINES with kube-vip-v0.7.0)" : ""}`,
  () => {
    expect(answer?.routes?.told.findings.map(({ kind, text }) => [kind, text])).toEqual([
      ["orphan", answer?.routes?.stale],
    ]);
  },
);
