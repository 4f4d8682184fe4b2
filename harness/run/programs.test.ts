import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HarnessError } from "../errors/harness-error.ts";
import type { UnpackedImage } from "../image/unpack-image.ts";
import { catalog } from "./catalog.fixture.ts";
import { parseOptions } from "./options.ts";
import type { EnginePick } from "./pick-engines.ts";
import { checkBinary, digestFile, digestScript } from "./program-file.ts";
import { resolvePrograms } from "./programs.ts";
import { selectAttempts } from "./select.ts";

let directory = "";
const at = (name: string): string => join(directory, name);

/** The first 20 bytes of an ELF file: 64 bit, of the byte order and machine given. */
function elf(machine: number, options: { readonly big?: boolean; readonly type?: number } = {}): Buffer {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header[4] = 2;
  header[5] = options.big === true ? 2 : 1;
  for (const [offset, value] of [
    [16, options.type ?? 2],
    [18, machine],
  ] as const) {
    if (options.big === true) header.writeUInt16BE(value, offset);
    else header.writeUInt16LE(value, offset);
  }
  return header;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "leakproof-programs-"));
  const files: Record<string, string | Buffer> = {
    x64: elf(62),
    arm64: elf(183),
    s390x: elf(22, { big: true }),
    object: elf(62, { type: 1 }),
    unknown: elf(999),
    script: "#!/bin/sh\n",
    archive: Buffer.from("1f8b0800", "hex"),
    macos: Buffer.from("cffaedfe07000001", "hex"),
    windows: "MZ\x90\0",
    empty: "",
    cut: elf(62).subarray(0, 10),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(at(name), content, { mode: 0o755 });
  await writeFile(at("plain"), elf(62), { mode: 0o644 });
  for (const version of ["v1", "v2"])
    await writeFile(at(`kube-vip-${version}`), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  await mkdir(at("archives"));
  await writeFile(at("archives/kube-vip-v1.tar"), "");
  await mkdir(at("engines/reference"), { recursive: true });
  await writeFile(at("engines/reference/main.ts"), "console.log(1);\n");
});
afterAll(async () => rm(directory, { recursive: true }));

describe("checkBinary", () => {
  it("is silent for a program of this machine, a script, and the Node that runs this", async () => {
    expect(await checkBinary(at("x64"), "x64")).toBeUndefined();
    expect(await checkBinary(at("s390x"), "s390x")).toBeUndefined();
    expect(await checkBinary(at("script"), "arm64")).toBeUndefined();
    expect(await checkBinary(process.execPath)).toBeUndefined();
  });

  it.each([
    ["none", "engine/binary-missing", "does not exist"],
    ["x64/none", "engine/binary-missing", "does not exist"],
    ["", "engine/binary-not-executable", "is no file"],
    ["plain", "engine/binary-not-executable", "chmod +x"],
    ["object", "engine/binary-not-executable", "neither"],
    ["archive", "engine/binary-not-executable", "0x1f8b0800"],
    ["empty", "engine/binary-not-executable", "neither"],
    ["cut", "engine/binary-not-executable", "neither"],
    ["arm64", "engine/binary-wrong-architecture", "built for arm64, this machine is x64"],
    ["s390x", "engine/binary-wrong-architecture", "built for s390x"],
    ["unknown", "engine/binary-wrong-architecture", "ELF machine 999"],
    ["macos", "engine/binary-wrong-architecture", "macOS"],
    ["windows", "engine/binary-wrong-architecture", "Windows"],
  ])("tells what is wrong with %s", async (name, code, text) => {
    const problem = await checkBinary(at(name), "x64");
    expect(problem?.code).toBe(code);
    expect(problem?.message).toContain(text);
    expect(problem?.message).toContain("\nFix: ");
  });
});

describe("digests", () => {
  it("are those of the content", async () => {
    expect(await digestFile(at("empty"))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });

  it("of a script change with every source file, not with tests", async () => {
    const main = at("engines/reference/main.ts");
    const before = await digestScript(main);
    await writeFile(at("engines/reference/main.test.ts"), "x");
    expect(await digestScript(main)).toBe(before);
    await writeFile(at("engines/reference/rules.ts"), "x");
    expect(await digestScript(main)).not.toBe(before);
  });
});

describe("resolvePrograms", () => {
  /** One image is there, one is for another machine, and of every other there is nothing to get it with. */
  const openImage = async (from: string): Promise<UnpackedImage> => {
    const known: Readonly<Record<string, string>> = {
      "x/y:v1": "script",
      "./foreign.tar": "arm64",
      [at("archives/kube-vip-v1.tar")]: "script",
    };
    const name = known[from];
    if (name === undefined) throw new HarnessError("machine/tool-missing", "skopeo is not installed");
    const env = { PATH: "/bin" };
    return { root: directory, program: `/${name}`, path: at(name), env, digest: `sha256:${from}` };
  };
  const resolveLine = (line: string, enginesDirectory?: string, image?: string) => {
    const { options } = parseOptions(line.split(" ").filter((word) => word !== ""));
    const { picks, problems } = selectAttempts(catalog, options);
    expect(problems).toEqual([]);
    const sources = {
      binaries: options.engineBinaries,
      images: options.engineImages,
      openImage,
      checkout: directory,
    };
    const published = (pick: EnginePick): EnginePick =>
      image === undefined ? pick : { ...pick, engine: { ...pick.engine, image: () => image } };
    return resolvePrograms(
      picks.map(published),
      enginesDirectory === undefined ? sources : { ...sources, enginesDirectory },
    );
  };
  const problemsOf = async (line: string, enginesDirectory?: string) =>
    (await resolveLine(line, enginesDirectory)).problems.map(({ message }) => message);

  it("takes --engine-binary first, with and without a selector, then LEAKPROOF_ENGINES", async () => {
    const script = at("script");
    const plain = await resolveLine(`--engine kube-vip@v1 --engine-binary ${script}`, directory);
    expect(plain.programs.get("kube-vip@v1/rt")).toMatchObject({ path: script, source: "engine-binary" });
    const mixed = await resolveLine(
      `--engine kube-vip@v1 --engine kube-vip@v2 --engine kube-vip@v2/arp --engine-binary kube-vip@v2=${script}`,
      directory,
    );
    expect(mixed.problems).toEqual([]);
    expect([...mixed.programs].map(([label, { path }]) => [label, path])).toEqual([
      ["kube-vip@v1/rt", at("kube-vip-v1")],
      ["kube-vip@v2/rt", script],
      ["kube-vip@v2/arp", script],
    ]);
    expect(mixed.programs.get("kube-vip@v1/rt")?.digest).toBe(await digestFile(at("kube-vip-v1")));
  });

  it("takes an image with its program in it, by --engine-image or as its vendor publishes it", async () => {
    const image = { root: directory, program: "/script", env: { PATH: "/bin" }, digest: "sha256:x/y:v1" };
    const expected = { path: at("script"), source: "engine-image", image: { ...image, from: "x/y:v1" } };
    const label = "kube-vip@v1/rt";
    const given = await resolveLine("--engine kube-vip@v1 --engine-image x/y:v1");
    expect(given.problems).toEqual([]);
    expect(given.programs.get(label)).toEqual({ ...expected, digest: await digestFile(at("script")) });
    const published = await resolveLine("--engine kube-vip@v1", undefined, "x/y:v1");
    expect(published.programs.get(label)).toMatchObject(expected);
    // Whoever has programs of their own has none fetched.
    const own = await resolveLine("--engine kube-vip@v1", directory, "x/y:v1");
    expect(own.programs.get(label)).toMatchObject({ source: "engines-directory" });
    // An archive in their place is an image.
    const archived = await resolveLine("--engine kube-vip@v1", at("archives"), "x/y:v1");
    const from = at("archives/kube-vip-v1.tar");
    expect(archived.programs.get(label)).toMatchObject({
      source: "engine-image",
      image: { from },
    });
  });

  it.each([
    ["--engine kube-vip@v1 --engine-image ./foreign.tar", "engine/binary-wrong-architecture"],
    ["--engine kube-vip@v1 --engine-image other:v1", "machine/tool-missing"],
    ["--engine kube-vip@v1 --engine-image kube-vip@v2=x/y:v1", "args/bad-value"],
    ["--engine kube-vip@v1 --engine-image x/y:v1 --engine-binary kube-vip=z", "args/bad-value"],
    // Nobody has asked for the image here.
    ["--engine kube-vip@v1", "engine/binary-missing"],
  ])("%s: %s", async (line, code) => {
    const { problems } = await resolveLine(line, undefined, "none:v1");
    expect(problems.map((problem) => problem.code)).toContain(code);
  });

  it("leaves the control plane's engines to it, and takes the project's own", async () => {
    const { programs, problems } = await resolveLine("");
    expect(problems).toEqual([]);
    expect([...programs.keys()]).toEqual(["reference/default"]);
    const own = await resolveLine(
      `--engine kube-proxy --engine kube-proxy/nftables --engine-binary ${at("script")}`,
    );
    expect([...own.programs.keys()]).toEqual(["kube-proxy/iptables", "kube-proxy/nftables"]);
  });

  it("says what to give where there is no program", async () => {
    const [message] = await problemsOf("--engine kube-vip@v1 --profile egress-snat");
    expect(message).toContain("[engine/binary-missing]");
    expect(message).toContain("--engine-binary kube-vip@v1=PATH");
    expect(message).toContain("kube-vip-v1");
    const [inDirectory] = await problemsOf("--engine kube-vip", directory);
    expect(inDirectory).toMatch(
      /^\[engine\/binary-missing\] found by LEAKPROOF_ENGINES: .*\/kube-vip does not exist/,
    );
  });

  it.each([
    ["--engine kube-vip@v1 --engine-binary kube-vip@v2=x", "is for no engine of this run"],
    ["--engine kube-vip@v1 --engine kube-vip@v2 --engine-binary x", "kube-vip@v1=PATH or kube-vip@v2=PATH"],
    ["--engine reference --engine-binary reference=x", "part of this project"],
    ["--engine reference --engine-binary x", "is for no engine of this run"],
  ])("%s: %s", async (line, text) => {
    const problems = await problemsOf(line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("[args/bad-value]");
    expect(problems[0]).toContain(text);
  });

  it("tells one broken program once, and two programs for one engine", async () => {
    await chmod(at("plain"), 0o644);
    expect(
      await problemsOf(`--engine kube-vip@v1 --engine kube-vip@v1/arp --engine-binary ${at("plain")}`),
    ).toEqual([expect.stringContaining("chmod +x")]);
    const [twice] = await problemsOf("--engine kube-vip@v1 --engine-binary a --engine-binary kube-vip=b");
    expect(twice).toContain("two programs are given for kube-vip@v1/rt");
  });
});
