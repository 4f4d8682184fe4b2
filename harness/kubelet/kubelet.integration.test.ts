import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runInSandbox } from "../cluster/sandbox/in-sandbox.fixture.ts";
import type { KubeletAnswer } from "./kubelet.fixture.ts";

const program = fileURLToPath(new URL("kubelet.fixture.ts", import.meta.url));

test("a real API server execs by it, in a pod with the node's network and a root of its own", async () => {
  const answer = await runInSandbox<KubeletAnswer>({ program, timeoutMs: 150_000 });
  expect(answer.plain).toMatchObject({ stdout: "out\n", stderr: "err\n", status: { status: "Success" } });
  expect(answer.failing.status?.details?.causes?.[0]).toMatchObject({ reason: "ExitCode", message: "3" });
  expect(answer.large).toBe(300_000);
  expect(answer.elsewhere.status?.details?.causes?.[0]?.message).toBe("126");
  // Killed after its second write, whatever else it had to do.
  expect(answer.half.status?.details?.causes?.[0]?.message).toBe("9");
  expect(answer.routes).toBe(2);
  expect(answer.writes).toEqual(["RTM_NEWROUTE", "RTM_NEWROUTE"]);
  expect(answer.files).toBe("contentx\n3\n");
  expect(answer.states).toContain("ended 9");
});
