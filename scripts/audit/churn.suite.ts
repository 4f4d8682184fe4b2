import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { findControlPlane } from "../../harness/cluster/control-plane.ts";
import { runInSandbox } from "../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { ChurnErrand, ChurnResult } from "./churn.fixture.ts";

const program = fileURLToPath(new URL("churn.fixture.ts", import.meta.url));
const minutes = Number(process.env["CHURN_MINUTES"] ?? "5");
let results: Readonly<Record<string, ChurnResult>> = {};

beforeAll(
  async () => {
    const kubeProxy = (await findControlPlane({}))?.kubeProxy?.path;
    if (kubeProxy === undefined) throw new Error("the control plane came without kube-proxy");
    const input: ChurnErrand = { kubeProxy, services: 200, endpointsEach: 5, churnMs: minutes * 60_000 };
    results = await runInSandbox({
      program,
      input,
      // What kube-proxy sends for so many Services in one message, the kernel takes only from root.
      asRoot: true,
      readable: [kubeProxy],
      timeoutMs: (minutes + 15) * 60_000,
    });
  },
  (minutes + 16) * 60_000,
);

describe.each(["iptables", "nftables"])(
  "kube-proxy in %s mode with 200 Services and 1,000 endpoints",
  (variant) => {
    test("changes all the time, and is looked at meanwhile", () => {
      expect(results[variant]?.changes).toBeGreaterThan(minutes * 30);
      expect(results[variant]?.audits.length).toBeGreaterThan(2);
    });

    test("has no orphan, before, during and after it", () => {
      const audits = results[variant]?.audits ?? [];
      expect(audits.flatMap(({ findings }) => findings)).toEqual([]);
      expect(audits.flatMap(({ problems }) => problems)).toEqual([]);
      expect(audits.map(({ exitCode }) => exitCode)).toEqual(audits.map(() => 0));
    });
  },
);
