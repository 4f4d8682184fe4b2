import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { inOwnNamespaces } from "../../process/own-namespaces.fixture.ts";
import { run } from "../../process/run.ts";

const program = fileURLToPath(new URL("reset-node.fixture.ts", import.meta.url));

test("a node is brought back to what it was, and one that cannot be is told with what it lacks", async () => {
  const { stdout } = await run([...inOwnNamespaces, process.execPath, program], { timeoutMs: 120_000 });
  expect(JSON.parse(stdout)).toEqual({
    quiet: "as it was",
    leaked: "as it was",
    lost: expect.stringMatching(
      /\[cluster\/not-emptied\] node n [^]*- route 254 unicast 0\.0\.0\.0\/0 via 172\.29\.1\.1/,
    ),
  });
});
