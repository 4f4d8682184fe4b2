import { parse } from "yaml";
import { expect, test } from "vitest";
import { readTopology, renderKindConfig, topologyNames } from "./topology.ts";

test("every file of kind-configs is a topology", async () => {
  const names = await topologyNames();
  const expected = ["dual-stack", "ipv6", "no-kube-proxy", "no-kube-proxy-worker", "one-node", "two-workers"];
  expect(names).toEqual(expected);
  for (const name of names) expect((await readTopology(name)).nodes[0]?.role).toBe("control-plane");
});

test("an unknown one is an error that lists those that there are", async () => {
  await expect(readTopology("three-nodes")).rejects.toThrow(
    /\[args\/bad-value\] .*Fix: give one of: dual-stack, /s,
  );
});

test("a configuration has the port that was asked for, and lets kubelet run under cgroup v1 only there", async () => {
  const topology = await readTopology("two-workers");
  const v1: unknown = parse(renderKindConfig(topology, { apiPort: 21_007, isCgroupV1: true }));
  expect(v1).toMatchObject({
    networking: { apiServerAddress: "127.0.0.1", apiServerPort: 21_007, disableDefaultCNI: true },
    nodes: [{ role: "control-plane" }, { role: "worker" }, { role: "worker" }],
    kubeadmConfigPatches: [
      expect.stringContaining("disabled: true"),
      expect.stringContaining("failCgroupV1: false"),
    ],
  });
  const v2: unknown = parse(renderKindConfig(topology, { apiPort: 21_007, isCgroupV1: false }));
  expect(v2).toMatchObject({ kubeadmConfigPatches: [expect.stringContaining("dns:")] });
});
