import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { run } from "../../process/run.ts";
import { givePodTools, parseLdd, podTool } from "./pod-tools.ts";

test("what a program is loaded with is told by ldd, its loader too", () => {
  const output = `	linux-vdso.so.1 (0x00007ffd)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f33)
	/lib64/ld-linux-x86-64.so.2 (0x00007f34)
`;
  expect(parseLdd(output)).toEqual({
    loader: "/lib64/ld-linux-x86-64.so.2",
    libraries: ["/lib/x86_64-linux-gnu/libc.so.6"],
  });
  expect(parseLdd("	not a dynamic executable\n")).toEqual({ loader: undefined, libraries: [] });
});

test("a shell that is given runs by its own loader and libraries alone", async () => {
  await using folder = await mkdtempDisposable(`${tmpdir()}/leakproof-pod-tools-`);
  await givePodTools(folder.path);
  await givePodTools(folder.path);
  const here = (words: readonly string[]): readonly string[] =>
    words.map((word) => word.replace("/run/leakproof", folder.path));
  const [loader = "", ...rest] = here(podTool("sh"));
  const { stdout } = await run([loader, "--list", ...rest.slice(-1)], {
    timeoutMs: 5_000,
    allowFailure: true,
  });
  expect(stdout).toContain("libc.so");
  const said = await run([loader, ...rest, "-c", "echo $((6 * 7))"], { timeoutMs: 5_000 });
  expect(said.stdout).toBe("42\n");
});
