import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodeObject, podObject, serviceObject, sliceObject } from "../../harness/audit/testing.ts";
import { openObjects, readApi } from "./read-objects.ts";

const folder = mkdtempSync(join(tmpdir(), "leakproof-objects-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const list = (...items: readonly unknown[]) => ({ apiVersion: "v1", kind: "List", items });
const whole = file(
  "whole.json",
  list(serviceObject(), sliceObject(), nodeObject(), podObject("a", "10.244.0.5")),
);
const read = async (files: readonly string[], asked: readonly string[] = []) =>
  (await openObjects({ kind: "files", files, asked })).read();

describe("objects of a file", () => {
  it("are those that kubectl printed", async () => {
    const { objects, problems } = await read([whole]);
    expect(objects.map(({ kind }) => kind)).toEqual(["Service", "EndpointSlice", "Node", "Pod"]);
    expect(problems).toEqual([]);
  });

  it("lack a kind that is needed, and that is said", async () => {
    const { problems } = await read([file("half.json", list(serviceObject(), nodeObject()))]);
    expect(problems.map(({ what }) => what)).toEqual([
      "no Pod was seen: what such objects name would be called dead",
      "no EndpointSlice was seen: what such objects name would be called dead",
    ]);
  });

  it("lack nothing that was asked for and is not there", async () => {
    const half = file("asked.json", list(serviceObject(), sliceObject(), nodeObject()));
    expect((await read([half], ["Pod"])).problems).toEqual([]);
    const empty = file("empty.json", { kind: "PodList", apiVersion: "v1", items: [] });
    expect((await read([half, empty])).problems).toEqual([]);
  });

  it("may be told by the list alone what kind they are", async () => {
    const { kind: _, apiVersion: __, ...bare } = nodeObject();
    const { objects } = await read([file("raw.json", { kind: "NodeList", apiVersion: "v1", items: [bare] })]);
    expect(objects[0]).toMatchObject({ kind: "Node", metadata: { name: "node1" } });
  });

  it.each([
    ["text.json", "no JSON"],
    ["other.json", { hello: "world" }],
  ])("are refused where the file is none of kubectl's: %s", async (name, content) => {
    await expect(async () => read([file(name, content)])).rejects.toThrow("args/bad-value");
  });
});

describe("objects of an API", () => {
  it("are kept in memory once for as long as they do not change", async () => {
    const versioned = (resourceVersion: string) => {
      const metadata = { name: "node1", uid: "u1", resourceVersion };
      return { ...nodeObject(), metadata };
    };
    const answers = ["7", "7", "8"].map(versioned);
    const source = readApi({
      list: async ({ kind }) => ({ kind, objects: kind === "Node" ? answers.splice(0, 1) : [] }),
      create: async () => 500,
    });
    const [first, same, changed] = [await source.read(), await source.read(), await source.read()];
    expect(same.objects[0]).toBe(first.objects[0]);
    expect(changed.objects[0]).toMatchObject({ metadata: { resourceVersion: "8" } });
    expect(changed.problems).toEqual([]);
  });
});
