import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FaultAction, FaultTrigger, PlannedFault } from "../../harness/model/fault.ts";
import type { RecordedEvent, Recording } from "../../harness/model/recording.ts";
import type { StateItem } from "../../harness/model/state.ts";
import type { Finding } from "../../harness/model/verdict.ts";
import { engineProfile, finding, markRule, planOf } from "../report.fixture.ts";
import { renderScript } from "./script.ts";

const [node, step] = ["n1", "moved"];

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "lp-a1", annotations: { "x/y": "costs $5 `today`" } },
};
const endpoints = {
  apiVersion: "v1",
  kind: "Endpoints",
  metadata: { name: "web", namespace: "lp-a1" },
  subsets: [{ addresses: [{ ip: "10.244.0.9", nodeName: node }] }],
};

const snat: StateItem = {
  ...markRule,
  table: "nat",
  chain: "POSTROUTING",
  text: "-A POSTROUTING -s 10.244.0.9/32 -j SNAT --to-source 172.31.0.5",
};

function recordingOf(faults: readonly PlannedFault[], ...middle: readonly RecordedEvent[]): Recording {
  const nodes = [{ name: node, ipv4: "172.30.0.10", ipv6: "fd00:30::10" }];
  const aliases = { n1: "<node-0>", "172.30.0.10": "<node-0-ipv4>" };
  const matchers = [
    {
      title: "SNAT of the pod",
      families: ["iptables-legacy" as const],
      table: "nat",
      kinds: ["rule" as const],
    },
  ];
  const intent = { kind: "egress", node, pod: "10.244.0.9", vip: "172.31.0.5" } as const;
  const events: readonly RecordedEvent[] = [
    { kind: "begin", atMs: 0, nodes, engineProfile, networks: [], aliases },
    { kind: "engine", atMs: 1, node, state: "spawned" },
    { kind: "step", atMs: 2, step, state: "begin" },
    { kind: "write", atMs: 3, step, verb: "create", target: "Service lp-a1/web", object: service },
    { kind: "write", atMs: 4, step, verb: "update", target: "Endpoints lp-a1/web", object: endpoints },
    ...middle,
    {
      kind: "expectation",
      atMs: 8,
      step,
      node,
      expectation: { intent, present: true },
      matchers,
      met: true,
      waitedMs: 1,
    },
    { kind: "snapshot", atMs: 9, node, step, moment: "step", digest: "d" },
    { kind: "step", atMs: 10, step, state: "end" },
    { kind: "step", atMs: 11, step: "<empty>", state: "begin" },
    { kind: "write", atMs: 12, step: "<empty>", verb: "delete", target: "Service lp-a1/web" },
    { kind: "end", atMs: 13 },
  ];
  return {
    schemaVersion: 1,
    plan: { ...planOf("x", "y"), faults },
    events,
    snapshots: { d: [snat, markRule] },
  };
}

function expectSyntax(script: string): void {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
}

/** A write with its tool, as a place to strike. */
const point = {
  what: "IPT_SO_SET_REPLACE mangle",
  argv: [
    "/usr/sbin/iptables",
    "-t",
    "mangle",
    "-A",
    "X",
    "-s",
    "10.244.0.7/32",
    "--comment",
    'it\'s "<node-0>"',
  ],
  occurrence: 2,
  index: 5,
  state: "e".repeat(64),
};

function kill(trigger: FaultTrigger): PlannedFault {
  return { action: { kind: "kill", scope: "tree" }, step, node: 0, trigger, heal: "next-step" };
}

describe("a script", () => {
  const script = renderScript(recordingOf([]), finding);

  it("does what was done, in order, up to the step of the finding", () => {
    expectSyntax(script);
    const wanted = [
      "\nstart_engine\n",
      "--- moved",
      "\nkind: Service",
      "\n---\n",
      "\nkind: Endpoints",
      "\nuntil_there",
      "\njudge leaked",
    ];
    const places = wanted.map((each) => script.lastIndexOf(each));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(script).not.toContain("kubectl delete service");
  });

  it("says what is wrong, and speaks of nobody's tools but the node's own", () => {
    expect(script).toContain(`# retired-identity: ${finding.why}`);
    expect(script).not.toMatch(/leakproof|npm run|\/home\/|harness/i);
  });

  it("calls the node what it is called where the script runs", () => {
    expect(script).toContain("nodeName: ${NODE_0}");
    expect(script).not.toMatch(/nodeName: n1/);
  });

  it("hands texts on as they are", () => {
    expect(script).toContain("costs \\$5 \\`today\\`");
    expect(script).toContain('--comment \\"a & b\\"');
  });

  it("keeps the gaps that a schedule had, and no others", () => {
    const recording = recordingOf([]);
    const events = recording.events.map((event) =>
      event.kind === "write" && event.verb === "update" ? { ...event, atMs: 404 } : event,
    );
    const operations = [{ op: "create", object: 0 } as const, { op: "move", object: 0, gapMs: 400 } as const];
    const schedule = { feature: "egress", steps: [{ operations }] } as const;
    const drawn = { ...recording, events, plan: { ...recording.plan, schedule } };
    expect(renderScript(drawn, finding)).toContain("\nsleep 0.40\n");
    expect(renderScript({ ...recording, events }, finding)).not.toMatch(/^sleep /m);
  });

  it("waits for what was programmed, not for what was left behind", () => {
    expect(script).toMatch(/until_there 'SNAT of the pod' 'saved 4 nat \| grep -Exe "-A POSTROUTING -s 10/);
    expect(script.match(/^until_there /gm)).toHaveLength(1);
  });
});

describe("a kill after a kernel write", () => {
  const fault = kill({ at: "kernel-write", point });
  const script = renderScript(
    recordingOf(
      [fault],
      { kind: "fault", atMs: 5, fault: 0, step, node, state: "armed" },
      { kind: "engine", atMs: 6, node, state: "killed" },
      { kind: "fault", atMs: 7, fault: 0, step, node, state: "fired" },
    ),
    finding,
  );

  it("traces the life in which it strikes, and waits for the strike", () => {
    expectSyntax(script);
    expect(script).toContain("start_engine traced\n");
    expect(script.indexOf("\narm\n")).toBeLessThan(script.indexOf("\nawait_strike "));
    expect(script).not.toMatch(/^kill_engine$/m);
  });

  it.each([
    ["the tool's own write", "mangle", "10.244.0.7/32", 0],
    ["a write to another table", "nat", "10.244.0.7/32", 1],
    ["the same by another call of the tool", "mangle", "10.244.0.8/32", 1],
  ])("knows %s", (_, table, pod, code) => {
    const known = /^is_the_write.*$/m.exec(script)?.[0] ?? "";
    const call = `setsockopt(4, SOL_IP, IPT_SO_SET_REPLACE, "${table}\\0\\0"..., 1) = 0`;
    const argv = `execve("/sbin/iptables", ["/sbin/iptables", "-t", "mangle", "-A", "X", "-s", "${pod}", "--comment", "it's \\"mine\\""], 0x1 /* 3 vars */) = 0`;
    const { status } = spawnSync("bash", [
      "-c",
      `NODE_0=mine; ${known}; is_the_write "$1" "$2"`,
      "x",
      call,
      argv,
    ]);
    expect(status).toBe(code);
  });
});

it("has one for every fault, which says what a shell cannot do", () => {
  const actions: readonly FaultAction[] = [
    { kind: "kill", scope: "engine" },
    { kind: "terminate" },
    { kind: "pause", forMs: 1 },
    { kind: "restart-loop", times: 2 },
    { kind: "hold" },
    { kind: "api-status", status: 409 },
    { kind: "xtables-lock" },
    { kind: "link-down" },
    { kind: "node-reboot" },
  ];
  const triggers: readonly FaultTrigger[] = [
    { at: "step-begin" },
    { at: "operations-sent" },
    { at: "settled" },
    { at: "kernel-write", point },
  ];
  const scripts = actions.flatMap((action) =>
    triggers.map((trigger) => {
      const planned: PlannedFault = { action, step, node: 0, trigger, heal: "same-step" };
      const at = { fault: 0, step, node } as const;
      const script = renderScript(
        recordingOf(
          [planned],
          { kind: "fault", atMs: 5, ...at, state: "armed" },
          { kind: "fault", atMs: 6, ...at, state: "fired" },
          { kind: "fault", atMs: 7, ...at, state: "healed" },
        ),
        finding,
      );
      const isAtWrite = trigger.at === "kernel-write";
      const isByHand =
        action.kind === "node-reboot" ||
        action.kind === "api-status" ||
        (action.kind === "hold" && !isAtWrite);
      expect(script.includes("\nby_hand '")).toBe(isByHand);
      expect(script.includes("\nhold_lock\n")).toBe(action.kind === "xtables-lock");
      expect(script.includes("\nawait_strike ")).toBe(isAtWrite);
      return script;
    }),
  );
  expect(scripts).toHaveLength(36);
  expectSyntax(scripts.join("\n"));
});

/** Runs a script with tools that print what a file holds, and an engine that writes it. */
function play(script: string, rules: Readonly<Record<"nat" | "mangle", readonly string[]>>) {
  const directory = mkdtempSync(join(tmpdir(), "script-"));
  const tool = (name: string, body: string): void =>
    writeFileSync(join(directory, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  for (const [table, lines] of Object.entries(rules))
    writeFileSync(join(directory, table), ["*x", ...lines, "COMMIT", ""].join("\n"));
  tool("iptables-legacy-save", `cat "${directory}/$2"`);
  tool("iptables-nft-save", "true");
  tool("kubectl", "cat >/dev/null");
  tool("engine", "exec sleep 60");
  writeFileSync(join(directory, "script"), script);
  const { status, stdout } = spawnSync("bash", [join(directory, "script")], {
    encoding: "utf8",
    env: {
      PATH: `${directory}:${process.env["PATH"] ?? ""}`,
      ENGINE: join(directory, "engine"),
      WAIT_S: "1",
      WORST_S: "1",
      NODE_0: "n1",
      NODE_0_IPV4: "172.30.0.10",
      INTERFACE: "lo",
    },
    timeout: 30_000,
  });
  execFileSync("rm", ["-rf", directory]);
  return { status, stdout };
}

// Each is a shell with its tools, on a machine that may be busy.
describe("run against tools that print what they are told", { timeout: 60_000 }, () => {
  const script = renderScript(recordingOf([]), finding);

  it("ends with 1 where the rule stays", () => {
    const { status, stdout } = play(script, { nat: [snat.text], mangle: [markRule.text] });
    expect(stdout).toContain(`LEAKED: ${markRule.text}`);
    expect(status).toBe(1);
  });

  it("ends with 0 where it is gone", () => {
    const { status, stdout } = play(script, { nat: [snat.text], mangle: [`${markRule.text}0`] });
    expect(stdout).toContain("== not leaked");
    expect(status).toBe(0);
  });

  it("ends with 2 where the engine never did what it was seen to do", () => {
    const { status, stdout } = play(script, { nat: [], mangle: [markRule.text] });
    expect(stdout).toContain("COULD NOT TELL");
    expect(status).toBe(2);
  });

  it("counts a rule that is there twice", () => {
    const doubled: Finding = { ...finding, oracle: "duplicates" };
    const twice = renderScript(recordingOf([]), doubled);
    expect(play(twice, { nat: [snat.text], mangle: [markRule.text] }).status).toBe(0);
    const shown = play(twice, { nat: [snat.text], mangle: [markRule.text, markRule.text] });
    expect(shown).toMatchObject({ status: 1, stdout: expect.stringContaining("DOUBLED: ") });
  });

  it("ends with 2 where nothing in the kernel shows it", () => {
    const packet: Finding = { oracle: "traffic", level: "core", node, why: "a packet is lost", step };
    const { status, stdout } = play(renderScript(recordingOf([]), packet), { nat: [snat.text], mangle: [] });
    expect(stdout).toContain("look for this: a packet is lost");
    expect(status).toBe(2);
  });
});
