import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { kernelProbes } from "./kernel-probes.ts";
import { examineMachine, machineProblems } from "./machine.ts";
import { probeKernel } from "./probe-kernel.ts";

test("a machine that runs these tests has no problem", async () => {
  expect(await machineProblems({ asRoot: false, outFolder: tmpdir() })).toEqual([]);
});

test("says of every kernel feature whether it works, and of a needed one that it does", async () => {
  const { kernelFeatures, problems } = await examineMachine({ asRoot: false, outFolder: tmpdir() });
  expect(problems).toEqual([]);
  expect(Object.keys(kernelFeatures)).toEqual(kernelProbes.map(({ name }) => name));
  expect(kernelProbes.filter(({ name, needed }) => needed && kernelFeatures[name] !== true)).toEqual([]);
});

test("each needed probe fails where its tool does nothing for it", async () => {
  // The known-bad kernel: every program it calls is there and refuses.
  const broken = kernelProbes.map((probe) => ({
    ...probe,
    script: `PATH=/nowhere\n${probe.script}`,
  }));
  const answer = await probeKernel(broken, false);
  expect(answer.kind).toBe("entered");
  if (answer.kind !== "entered") return;
  const silent = broken.filter(({ name }) => answer.failures.get(name) === undefined).map(({ name }) => name);
  // A shell's own `test` needs no program; it asks the kernel by a file.
  expect(silent.filter((name) => name !== "ip_vs")).toEqual([]);
});

test("a probe sees nothing of what another left", async () => {
  const leave = {
    name: "leave",
    script: "ip link add probe0 type bridge",
    needed: true,
    modules: [],
    without: "",
  };
  const look = { ...leave, name: "look", script: "! ip link show probe0" };
  expect(await probeKernel([leave, look], false)).toEqual({
    kind: "entered",
    failures: new Map([
      ["leave", undefined],
      ["look", undefined],
    ]),
  });
});
