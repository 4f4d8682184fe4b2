import { describe, expect, it } from "vitest";
import { readObjectsOf } from "./list-objects.ts";

const access = { server: "https://127.0.0.1:1", options: async () => ({ headers: {} }) };
const nodes = { kind: "Node", apiVersion: "v1", path: "/api/v1/nodes" };
const item = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  metadata: { name, ...more },
});

/** An API that answers paths as told. */
function readerOf(answers: Readonly<Record<string, { status: number; body: unknown }>>) {
  return readObjectsOf(access, async (_access, _method, path) => {
    const answer = answers[path];
    if (answer === undefined) throw new Error(`nothing is at ${path}`);
    return answer;
  });
}
const first = "/api/v1/nodes?limit=500";

describe("a list", () => {
  it("is read page by page, and each item is an object of that kind", async () => {
    const { objects, refused } = await readerOf({
      [first]: { status: 200, body: { metadata: { continue: "a/b" }, items: [item("n1")] } },
      [`${first}&continue=a%2Fb`]: { status: 200, body: { items: [item("n2"), { no: "object" }] } },
    }).list(nodes);
    expect(objects).toEqual([
      { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } },
      { apiVersion: "v1", kind: "Node", metadata: { name: "n2" } },
    ]);
    expect(refused).toBeUndefined();
  });

  it("keeps of managed fields when they were written, and nothing else", async () => {
    const managedFields = [
      { manager: "kubelet", time: "2026-01-01T00:00:00Z", fieldsV1: { "f:status": {} } },
    ];
    const { objects } = await readerOf({
      [first]: { status: 200, body: { items: [item("n1", { managedFields, uid: "u" })] } },
    }).list(nodes);
    expect(objects[0]?.metadata).toEqual({
      name: "n1",
      uid: "u",
      managedFields: [{ time: "2026-01-01T00:00:00Z" }],
    });
  });

  it("is empty where the API has no such kind, and refused where it says no", async () => {
    expect(await readerOf({ [first]: { status: 404, body: "" } }).list(nodes)).toEqual({
      kind: "Node",
      objects: [],
    });
    expect(
      await readerOf({ [first]: { status: 403, body: { message: "you may not" } } }).list(nodes),
    ).toEqual({
      kind: "Node",
      objects: [],
      refused: "you may not",
    });
  });

  it("is an error where no answer comes", async () => {
    await expect(readerOf({}).list(nodes)).rejects.toThrow(/cluster\/api-failed.*listing Node/);
  });
});
