import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aptLine, findProgram, hostTools, missingTools, withSystemFolders } from "./host-tools.js";
import { judgeProbe, runCheck } from "./machine.ts";
import { judgeNamespaces } from "./namespace-check.ts";
import { judgeDisk, judgeKernelVersion, judgeMemory } from "./resource-checks.ts";
import { toolChecks } from "./tool-checks.ts";

const needed = {
  name: "ipset",
  script: "",
  needed: true,
  modules: ["ip_set"],
  without: "nothing can be run",
};

test("namespaces that can be entered are fine", async () => {
  expect((await judgeNamespaces({ kind: "entered", failures: new Map() })).state).toBe("ok");
});

test.for([
  ["kernel.apparmor_restrict_unprivileged_userns", "1", "=0"],
  ["kernel.unprivileged_userns_clone", "0", "=1"],
  ["user.max_user_namespaces", "0", "=15000"],
] as const)("refused by %s: the line that allows it", async ([name, value, repair]) => {
  const result = await judgeNamespaces({ kind: "refused", seen: "unshare: failed" }, async (asked) =>
    asked === name ? value : undefined,
  );
  expect(result).toMatchObject({ state: "missing", seen: `unshare: failed; ${name} = ${value}` });
  expect(result.repair).toContain(`sysctl -w ${name}${repair}`);
});

test("refused for no reason that is known: what was seen, and the way as root", async () => {
  const result = await judgeNamespaces({ kind: "refused", seen: "\nunshare: EPERM" }, async () => undefined);
  expect(result).toMatchObject({ state: "missing", seen: "unshare: EPERM" });
  expect(result.repair).toContain("--as-root");
});

test("a needed probe that failed is missing, an optional one optional, an untried one neither", () => {
  const failed = { kind: "entered", failures: new Map([["ipset", "Kernel error received"]]) } as const;
  expect(judgeProbe(needed, failed)).toMatchObject({ state: "missing", seen: "Kernel error received" });
  expect(judgeProbe(needed, failed).repair).toMatch(/^sudo modprobe -a ip_set /);
  expect(judgeProbe({ ...needed, needed: false }, failed).state).toBe("optional-missing");
  expect(judgeProbe(needed, { kind: "refused", seen: "" }).state).toBe("optional-missing");
  expect(judgeProbe(needed, { kind: "entered", failures: new Map([["ipset", undefined]]) }).state).toBe("ok");
});

test("limits of kernel, disk and memory, on both sides", () => {
  expect(judgeKernelVersion("5.3.18-59").state).toBe("missing");
  expect(judgeKernelVersion("5.4.0").state).toBe("ok");
  expect(judgeKernelVersion("6.1.0-18-amd64").state).toBe("ok");
  expect(judgeDisk("/x", 1024 ** 3 - 1).state).toBe("missing");
  expect(judgeDisk("/x", 1024 ** 3).state).toBe("ok");
  expect(judgeMemory(1024 ** 3 - 1, 2).state).toBe("missing");
  expect(judgeMemory(1024 ** 3, 2).state).toBe("ok");
});

test("a check that throws is missing, with what it threw", async () => {
  const result = await runCheck({ name: "x", run: () => Promise.reject(new Error("no such disk")) });
  expect(result).toMatchObject({ state: "missing", seen: expect.stringContaining("no such disk") });
});

test("tools are found by the PATH that is given, folders and plain files are none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-tools-"));
  for (const { program } of hostTools)
    await writeFile(join(folder, program), "#!/bin/sh\necho v1\n", { mode: 0o755 });
  expect(missingTools(folder)).toEqual([]);
  await rm(join(folder, "ipset"));
  await mkdir(join(folder, "ipset"));
  await chmod(join(folder, "nft"), 0o644);
  expect(missingTools(folder).map(({ program }) => program)).toEqual(["ipset", "nft"]);
  expect(findProgram("ip", folder)).toBe(join(folder, "ip"));
  await writeFile(join(folder, "strace"), "#!/bin/sh\necho cannot open shared object >&2\nexit 127\n");
  const states = new Map<string, string>();
  for (const check of toolChecks(`${folder}:/bin`)) states.set(check.name, (await check.run()).state);
  expect(states.get("strace")).toBe("missing");
  expect(states.get("conntrack")).toBe("ok");
  await rm(folder, { recursive: true });
});

test("the apt line names each package once", () => {
  const tools = hostTools.filter(({ debianPackage }) => ["iptables", "ipset"].includes(debianPackage));
  expect(aptLine(tools, false)).toBe(
    "sudo apt-get update && sudo apt-get install -y --no-install-recommends ipset iptables",
  );
});

test("system folders are added behind what is there, once", () => {
  expect(withSystemFolders("/x:/usr/sbin").split(":").slice(0, 3)).toEqual([
    "/x",
    "/usr/sbin",
    "/usr/local/sbin",
  ]);
  expect(withSystemFolders(withSystemFolders("/x"))).toBe(withSystemFolders("/x"));
});
