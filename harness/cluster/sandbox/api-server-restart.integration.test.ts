import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderGoneEvent } from "../../kube/api-status.ts";
import type { RestartAnswer } from "./api-server-restart.fixture.ts";
import { runInSandbox } from "./in-sandbox.fixture.ts";

const program = fileURLToPath(new URL("api-server-restart.fixture.ts", import.meta.url));

test("the API server is killed and started again over the same store; the next lease is warm and empty", async () => {
  const answer = await runInSandbox<RestartAnswer>({ program, timeoutMs: 200_000 });
  expect(answer.evidence).toContain("the API server did not answer: connect ECONNREFUSED");
  const [before, during, after] = answer.asked;
  expect([before, after, answer.kept]).toEqual([200, 200, 200]);
  expect(typeof during).toBe("string");
  expect(answer.writes.map(({ status }) => status)).toEqual([200, 0, 200]);
  expect(answer.leftovers).toEqual([]);
  expect(answer.nextLease).toBe(404);
  const [status, type, hex = ""] = answer.expired.split(" ");
  expect([status, type]).toEqual(["200", "application/vnd.kubernetes.protobuf;stream=watch"]);
  const [message] = /too old resource version[^"]*/.exec(Buffer.from(hex, "hex").toString("latin1")) ?? [];
  expect(renderGoneEvent("protobuf", message).toString("hex")).toBe(hex);
});
