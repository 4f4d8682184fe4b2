import fc from "fast-check";
import { expect, test } from "vitest";
import { run } from "../process/run.ts";
import { parseProbes, renderProbes } from "./probe-kernel.ts";

function probe(name: string, script = "true"): Parameters<typeof renderProbes>[0][number] {
  return { name, script, needed: true, modules: [], without: "" };
}

test("the answer of each probe is its own, and one that did not come is a failure", () => {
  const text =
    "@@probe 0 0\nnoise\n@@probe 1 2\n\nRTNETLINK answers: Operation not supported\n@@probe 2 1\n\n";
  expect(parseProbes(text, [probe("a"), probe("b"), probe("c"), probe("d")])).toEqual(
    new Map([
      ["a", undefined],
      ["b", "RTNETLINK answers: Operation not supported"],
      ["c", "exit code 1"],
      ["d", "not tried"],
    ]),
  );
});

test("a script reaches its shell as it was written", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "x", " ") }),
      async (text) => {
        // A comment may hold anything; what comes behind it must still be run.
        const script = renderProbes([probe("quoting", `: # ${text}\nexit 7`)]);
        const plain = script
          .replaceAll("unshare --net --mount sh", "sh")
          .replaceAll("mount -t tmpfs tmpfs /run", ":");
        const { stdout } = await run(["sh", "-c", plain], { timeoutMs: 5_000 });
        expect(parseProbes(stdout, [probe("quoting")]).get("quoting")).toBe("exit code 7");
      },
    ),
    { numRuns: 20 },
  );
});
