import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Made, type MadeImage, tarOf, writeDockerArchive, writeOciArchive } from "./archive.fixture.ts";
import { unpackImage } from "./unpack-image.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "leakproof-image-"));
});
afterEach(async () => rm(folder, { recursive: true }));

const program: Made = { name: "engine", content: "#!/bin/sh\n", mode: 0o755 };
const archive = (): string => join(folder, "image.tar");
const unpack = (expected?: string) => unpackImage(archive(), join(folder, "cache"), expected);
const layouts = { OCI: writeOciArchive, docker: writeDockerArchive };

/** Layers above one that has the program. */
async function unpackLayers(...layers: readonly (readonly Made[])[]): Promise<string> {
  await writeOciArchive(archive(), { layers: [[program], ...layers] });
  return (await unpack()).root;
}

describe.each(Object.entries(layouts))("an archive in the layout of %s", (_, write) => {
  it("becomes a root file system, by its digest, with its program and environment", async () => {
    const digest = await write(archive(), {
      layers: [
        [
          { name: "usr/", type: "5" },
          { ...program, name: "usr/engine" },
        ],
        [{ name: "etc/x", content: "y" }],
      ],
      entrypoint: ["/usr/engine", "manager"],
      env: ["PATH=/usr:/bin", "A=b=c"],
    });
    const image = await unpack(digest);
    expect(image).toMatchObject({ digest, program: "/usr/engine", env: { PATH: "/usr:/bin", A: "b=c" } });
    expect(image.path).toBe(join(image.root, "usr/engine"));
    expect((await lstat(image.path)).mode & 0o777).toBe(0o755);
    expect(await readFile(join(image.root, "etc/x"), "utf8")).toBe("y");
    for (const place of ["dev", "proc", "sys", "run", "tmp"])
      expect(existsSync(join(image.root, place))).toBe(true);
    // What was unpacked is found again, and nothing else lies there.
    expect(await unpack()).toEqual(image);
    expect(await readdir(join(folder, "cache"))).toEqual([digest.replace(":", "-")]);
  });

  it.each<[string, Partial<MadeImage>, string]>([
    ["another platform", { architecture: "s390x" }, "engine/image-no-platform"],
    ["no program", { entrypoint: [] }, "engine/image-unreadable"],
    ["a program that it does not have", { entrypoint: ["/bin/engine"] }, "engine/image-unreadable"],
    [
      "a layer that was changed",
      {
        spoil(files) {
          for (const [name, content] of files)
            if (name === "0/layer.tar") files.set(name, Buffer.concat([content, Buffer.alloc(512, 1)]));
            else if (content.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b])))
              files.set(name, gzipSync("other"));
        },
      },
      "engine/digest-mismatch",
    ],
    [
      "a configuration that was changed",
      {
        spoil(files) {
          for (const [name, content] of files)
            if (content.includes('"rootfs"'))
              files.set(name, Buffer.from(content.toString().replace("/engine", "/engone")));
        },
      },
      "engine/digest-mismatch",
    ],
    [
      "a layer that is not there",
      {
        spoil(files) {
          for (const [name, content] of files)
            if (name === "0/layer.tar" || content[0] === 0x1f) files.delete(name);
        },
      },
      "engine/image-unreadable",
    ],
    [
      "a name that climbs out",
      { spoil: (files) => void files.set("../../x", Buffer.from("x")) },
      "engine/image-climbs-out",
    ],
    [
      "an absolute name",
      { spoil: (files) => void files.set("/etc/x", Buffer.from("x")) },
      "engine/image-climbs-out",
    ],
    [
      "a layer that climbs out",
      { layers: [[program, { name: "a/../../x", content: "x" }]] },
      "engine/image-climbs-out",
    ],
    [
      "a hard link that climbs out",
      { layers: [[program, { name: "x", type: "1", linkName: "../../x" }]] },
      "engine/image-climbs-out",
    ],
    [
      "a whiteout that climbs out",
      { layers: [[program, { name: "../.wh.cache" }]] },
      "engine/image-climbs-out",
    ],
  ])("is refused with %s, and nothing is left of it", async (_what, image, code) => {
    await write(archive(), { layers: [[program]], ...image });
    await expect(unpack()).rejects.toMatchObject({ code });
    expect(await readdir(join(folder, "cache"))).toEqual([]);
    expect(await readdir(folder)).toEqual(["cache", "image.tar"]);
  });

  it("is refused where another digest was asked for", async () => {
    await write(archive(), { layers: [[program]] });
    await expect(unpack(`sha256:${"0".repeat(64)}`)).rejects.toThrow("[engine/digest-mismatch]");
  });
});

it.each<[string, string | Buffer, string]>([
  ["text", "no archive", "it is no tar archive|ends in the middle"],
  ["an archive of something else", tarOf([program]), "neither an index.json"],
  [
    "one that is cut short",
    tarOf([{ name: "index.json", content: "x".repeat(900) }]).subarray(0, 800),
    "ends in the middle",
  ],
  ["an index that is none", tarOf([{ name: "index.json", content: "{" }]), "is no image"],
  [
    "two images",
    tarOf([{ name: "manifest.json", content: '[{"Config":"a","Layers":[]},{"Config":"b","Layers":[]}]' }]),
    "it has 2 images",
  ],
])("%s is no image", async (_, content, why) => {
  await writeFile(archive(), content);
  await expect(unpack()).rejects.toThrow(new RegExp(`\\[engine/image-unreadable\\] .*(${why})`, "s"));
});

it("a file that is not there is told as such", async () => {
  await expect(unpack()).rejects.toThrow(/\[engine\/image-unreadable\].*ENOENT/s);
});

describe("layers", () => {
  it("replace, hide and make opaque what is below them, and nothing of their own", async () => {
    const root = await unpackLayers(
      [
        { name: "a/one", content: "1" },
        { name: "a/two", content: "2" },
        { name: "b/one", content: "1" },
        { name: "c", content: "file" },
      ],
      [
        { name: "a/.wh.one" },
        { name: "b/new", content: "n" },
        // After what it must not hide.
        { name: "b/.wh..wh..opq" },
        { name: "c/", type: "5" },
        { name: "c/d", content: "d" },
      ],
    );
    expect(await readdir(join(root, "a"))).toEqual(["two"]);
    expect(await readdir(join(root, "b"))).toEqual(["new"]);
    expect(await readdir(join(root, "c"))).toEqual(["d"]);
  });

  it("have links that lead where they would lead with the image as the root directory", async () => {
    await mkdir(join(folder, "outside"));
    const root = await unpackLayers(
      [
        { name: "lib", type: "2", linkName: "usr/lib" },
        { name: "usr/lib/", type: "5" },
        { name: "out", type: "2", linkName: join(folder, "outside") },
        { name: "up", type: "2", linkName: "../../../../../.." },
      ],
      [
        { name: "lib/x", content: "x" },
        { name: "out/caught", content: "c" },
        { name: "up/top", content: "t" },
        { name: "up/.wh.nothing" },
      ],
    );
    expect(await readFile(join(root, "usr/lib/x"), "utf8")).toBe("x");
    expect(await readlink(join(root, "lib"))).toBe("usr/lib");
    expect(await readdir(join(folder, "outside"))).toEqual([]);
    expect(await readFile(join(root, folder.slice(1), "outside/caught"), "utf8")).toBe("c");
    expect(await readFile(join(root, "top"), "utf8")).toBe("t");
  });

  it("write no file through a link in its place", async () => {
    await writeFile(join(folder, "victim"), "whole");
    const root = await unpackLayers(
      [{ name: "x", type: "2", linkName: join(folder, "victim") }],
      [{ name: "x", content: "new" }],
    );
    expect(await readFile(join(folder, "victim"), "utf8")).toBe("whole");
    expect(await readFile(join(root, "x"), "utf8")).toBe("new");
  });

  it("link no file of this machine by a link in between", async () => {
    await writeFile(join(folder, "victim"), "whole");
    await writeOciArchive(archive(), {
      layers: [
        [program, { name: "d", type: "2", linkName: folder }, { name: "x", type: "1", linkName: "d/victim" }],
      ],
    });
    await expect(unpack()).rejects.toThrow("which it does not have");
  });

  it("have no devices and nothing setuid, and a circle of links is an error", async () => {
    const root = await unpackLayers([
      { name: "null", type: "3" },
      { name: "su", content: "x", mode: 0o6755 },
    ]);
    expect(existsSync(join(root, "null"))).toBe(false);
    expect((await lstat(join(root, "su"))).mode & 0o7777).toBe(0o755);
    await expect(
      unpackLayers([{ name: "l", type: "2", linkName: "l" }], [{ name: "l/x", content: "" }]),
    ).rejects.toThrow("[engine/image-climbs-out]");
  });

  it("have long names", async () => {
    const long = `${"d".repeat(90)}/${"e".repeat(90)}/f`;
    const root = await unpackLayers([{ name: long, content: "x" }]);
    expect(await readFile(join(root, long), "utf8")).toBe("x");
  });
});
