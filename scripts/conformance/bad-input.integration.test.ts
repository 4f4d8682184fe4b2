import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codesIn, conformance, temporaryFolder, writeAssets } from "./command.fixture.ts";

/** An ELF header of a machine that nobody has any more (a SPARC), and nothing behind it. */
const foreignProgram = Buffer.concat([
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
  Buffer.alloc(8),
  Buffer.from([2, 0, 43, 0, 1, 0, 0, 0]),
  Buffer.alloc(64),
]);

interface Case {
  readonly args: (folder: string) => readonly string[];
  readonly codes: readonly string[];
  /** Part of the message, that names what is wrong. */
  readonly names: string;
}

const kubeVip = ["--engine", "kube-vip@v0.8.5", "--profile", "egress-snat"];

const cases: Readonly<Record<string, Case>> = {
  "an unknown engine": {
    args: () => ["--engine", "kube-vipp"],
    codes: ["args/unknown-engine"],
    names: "kube-vipp",
  },
  "an unknown variant": {
    args: () => ["--engine", "kube-proxy/iptable"],
    codes: ["args/unknown-variant"],
    names: "iptable",
  },
  "an unknown profile": {
    args: () => ["--profile", "defualt"],
    codes: ["args/unknown-profile"],
    names: "defualt",
  },
  "a glob that matches nothing": {
    args: () => ["--scenario", "egres-*"],
    codes: ["args/unknown-scenario"],
    names: "egres-*",
  },
  "an unknown option": { args: () => ["--cluster", "2"], codes: ["args/unknown-option"], names: "--cluster" },
  "a bad value": { args: () => ["--clusters", "many"], codes: ["args/bad-value"], names: "many" },
  "an unknown engine option": {
    args: () => ["--engine", "reference", "--engine-option", "mutnt=x"],
    codes: ["args/bad-engine-option"],
    names: "mutnt",
  },
  "a cluster that nobody says is theirs": {
    args: () => ["--provider", "existing", "--kubeconfig", "/none", "--engine", "kube-proxy"],
    codes: ["args/cluster-not-owned", "args/bad-value"],
    names: "--i-own-this-cluster",
  },
  "a cluster of one's own that is nowhere": {
    args: () => ["--provider", "existing", "--i-own-this-cluster", "--engine", "kube-proxy/iptables"],
    codes: ["args/bad-value"],
    names: "--kubeconfig FILE",
  },
  "no program, of an engine without an image": {
    args: () => ["--engine", "kube-ovn@v1.16.2", "--profile", "fip-nat"],
    codes: ["engine/binary-missing"],
    names: "kube-ovn@v1.16.2",
  },
  "an image that is not there": {
    args: (folder) => [...kubeVip, "--engine-image", join(folder, "none.tar")],
    codes: ["engine/image-unreadable"],
    names: "none.tar",
  },
  "an image that is none": {
    args: (folder) => [...kubeVip, "--engine-image", join(folder, "plain")],
    codes: ["engine/image-unreadable"],
    names: "plain",
  },
  "neither a file nor a reference": {
    args: () => [...kubeVip, "--engine-image", "kube-vip@v0.8.5=a b"],
    codes: ["args/bad-value"],
    names: "a b",
  },
  "a program that is not there": {
    args: (folder) => [...kubeVip, "--engine-binary", join(folder, "none")],
    codes: ["engine/binary-missing"],
    names: "none",
  },
  "a program that nobody may run": {
    args: (folder) => [...kubeVip, "--engine-binary", join(folder, "plain")],
    codes: ["engine/binary-not-executable"],
    names: "plain",
  },
  "a program of another architecture": {
    args: (folder) => [...kubeVip, "--engine-binary", join(folder, "foreign")],
    codes: ["engine/binary-wrong-architecture"],
    names: "foreign",
  },
  "an engine file that is not there": {
    args: () => ["--engine", "./none.yaml"],
    codes: ["args/bad-engine-file"],
    names: "none.yaml",
  },
  "an engine file that is none": {
    args: (folder) => ["--engine", join(folder, "engine.yaml")],
    codes: ["args/bad-engine-file"],
    names: "engine.yaml",
  },
  "an --out that cannot be written": {
    args: () => ["--out", "/proc/out"],
    codes: ["args/out-not-writable"],
    names: "/proc/out",
  },
  "a baseline that is none": {
    args: (folder) => ["--baseline", join(folder, "plain")],
    codes: ["args/bad-baseline"],
    names: "plain",
  },
  "everything at once": {
    args: (folder) => [
      "--profile",
      "defualt",
      "--engine",
      "kube-vipp",
      "--engine",
      join(folder, "engine.yaml"),
      "--cluster",
      "2",
      "--out",
      "/proc/out",
    ],
    codes: [
      "args/unknown-option",
      "args/bad-engine-file",
      "args/unknown-profile",
      "args/unknown-engine",
      "args/out-not-writable",
    ],
    names: "problems:",
  },
};

async function furnish(folder: string): Promise<void> {
  await writeFile(join(folder, "plain"), "text");
  await writeFile(join(folder, "foreign"), foreignProgram, { mode: 0o755 });
  await writeFile(
    join(folder, "engine.yaml"),
    "apiVersion: leakproof.dev/v1\nkind: Engine\nname: x\ncomand: [x]\n",
  );
  await mkdir(join(folder, "assets"));
}

describe.concurrent("bad input ends the command before anything is started", () => {
  test.for(Object.entries(cases))("%s: 64", async ([, { args, codes, names }]) => {
    await using folder = await temporaryFolder();
    await furnish(folder.path);
    const assets = await writeAssets(join(folder.path, "assets"));
    const out = join(folder.path, "out");
    const own = args(folder.path);
    const { code, stdout, stderr } = await conformance(own.includes("--out") ? own : [...own, "--out", out], {
      KUBEBUILDER_ASSETS: join(folder.path, "assets"),
      LEAKPROOF_ENGINES: "",
    });
    expect(new Set(codesIn(stderr)), stderr).toEqual(new Set(codes));
    expect(stderr).toContain(names);
    expect(stderr.match(/\bFix: /g)?.length).toBeGreaterThanOrEqual(codes.length);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(await assets.started()).toEqual([]);
    expect(await readdir(folder.path)).not.toContain("out");
  });
});

describe("what is wrong with the machine", () => {
  test.for(["a folder without programs", "programs that do not run", "no folder at all"])(
    "KUBEBUILDER_ASSETS is %s: 2",
    async (what) => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, "assets");
      if (what !== "no folder at all") await mkdir(path);
      if (what === "programs that do not run") await writeAssets(path);
      const out = join(folder.path, "out");
      const { code, stderr } = await conformance(["--engine", "reference", "--out", out], {
        KUBEBUILDER_ASSETS: path,
      });
      expect(codesIn(stderr), stderr).toEqual(["control-plane/assets-broken"]);
      expect(stderr).toContain(path);
      expect(stderr).toMatch(/^Fix: /m);
      expect(code).toBe(2);
      expect(await readdir(folder.path)).not.toContain("out");
    },
  );
});
