import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { collectProgram, renderModule } from "./collect-program.ts";

test("types go, and paths lead to what is written", () => {
  const source = `import type { A } from "./a.ts";
import { type B, b } from "../b.ts";
import { c } from "execa";
const worker = new Worker(new URL("reader.worker.ts", import.meta.url));
const shim = new URL("tool-shim.sh", import.meta.url);
export const d: A = b(c, "./not-a-module.ts");
`;
  const { text, leadsTo } = renderModule(source);
  expect(leadsTo).toEqual(["../b.ts", "reader.worker.ts", "tool-shim.sh"]);
  expect(text).toContain('from "../b.js"');
  expect(text).toContain('new URL("reader.worker.js", import.meta.url)');
  expect(text).toContain('new URL("tool-shim.sh", import.meta.url)');
  expect(text).toContain('b(c, "./not-a-module.ts")');
  expect(text).not.toContain(": A");
});

test("the program's own modules can be written so", async () => {
  const { leadsTo } = renderModule(
    await readFile(new URL("../node/guest/inside.ts", import.meta.url), "utf8"),
  );
  expect(leadsTo).toContain("../node-body.ts");
  // What is a type alone is not taken along.
  expect(leadsTo).not.toContain("./protocol.ts");
});

test("a program is all that it leads to, each file once, and nothing that is only a type", async () => {
  const entry = fileURLToPath(new URL("../node/guest/inside.ts", import.meta.url));
  const files = await collectProgram([entry]);
  const names = [...files.keys()].map((path) => path.slice(path.indexOf("/harness/")));
  expect(names).toContain("/harness/node/guest/inside.js");
  expect(names).toContain("/harness/trace/reader.worker.js");
  expect(names).toContain("/harness/node/tool-shim.sh");
  expect(names).not.toContain("/harness/node/guest/protocol.js");
  expect([...files.values()].filter((text) => text === "")).toEqual([]);
});

test("a module that leads nowhere is no program", async () => {
  const path = fileURLToPath(new URL("no-such-module.ts", import.meta.url));
  await expect(collectProgram([path])).rejects.toThrow(/ENOENT/);
});
