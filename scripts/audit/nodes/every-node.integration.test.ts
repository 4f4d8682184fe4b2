import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { runInSandbox } from "../../../harness/cluster/sandbox/in-sandbox.fixture.ts";
import type { EveryNodeAnswer } from "./every-node.fixture.ts";

const program = fileURLToPath(new URL("every-node.fixture.ts", import.meta.url));
let answer: EveryNodeAnswer;

beforeAll(async () => {
  answer = await runInSandbox<EveryNodeAnswer>({ program, timeoutMs: 150_000 });
}, 160_000);

test("a node is looked at through a pod, by a real API server, and no pod is left", () => {
  expect(answer.stderr).toBe("");
  expect(answer.exitCode).toBe(1);
  const { findings, nodes, looks } = JSON.parse(answer.stdout) as {
    findings: { kind: string; text: string; node: string }[];
    nodes: { name: string }[];
    looks: number;
  };
  expect(findings.map(({ kind, text }) => [kind, text])).toEqual([
    [
      "orphan",
      '-A POSTROUTING -s 10.244.0.9/32 -m mark --mark 0x40/0x40 -m comment --comment "a3ViZS12aXAK=kube-vip-shop" -j SNAT --to-source 172.31.0.5',
    ],
  ]);
  expect([findings[0]?.node, looks]).toEqual([nodes[0]?.name, 2]);
  expect(answer.podsLeft).toBe(0);
});

test("Ctrl-C ends it at once, with its pod removed", () => {
  expect(answer.interrupted).toMatchObject({ exitCode: 130, made: 1, podsLeft: 0 });
  expect(answer.interrupted.said).toContain("[run/interrupted] SIGINT ended the audit");
  expect(new Set(answer.pods).size).toBe(2);
});
