import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { renderModule } from "./program.ts";

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
  const { leadsTo } = renderModule(await readFile(new URL("inside.ts", import.meta.url), "utf8"));
  expect(leadsTo).toContain("../node-body.ts");
  // What is a type alone is not taken along.
  expect(leadsTo).not.toContain("./protocol.ts");
});
