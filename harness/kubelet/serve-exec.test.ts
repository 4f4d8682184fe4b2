import { describe, expect, it } from "vitest";
import type { ExecAct } from "../model/scenario.ts";
import { connect, playExec } from "./exec-client.fixture.ts";
import { createExecOrders } from "./exec-orders.ts";
import { readExecRequest } from "./exec-request.ts";
import { type ExecState, type RunCommand, serveExec } from "./serve-exec.ts";

const url = "/exec/kube-system/gw/c?command=sh&command=-c&command=add+172.31.0.5&output=1&error=1";

/** One exec against an order, with what the client saw and what was noted. */
function begin(act: ExecAct | undefined, run: RunCommand) {
  const request = readExecRequest(url);
  if (typeof request === "string") throw new Error(request);
  const orders = createExecOrders();
  const given = act === undefined ? undefined : orders.give({ about: "172.31.0.5", act });
  const { client, server } = connect();
  const states: string[] = [];
  const note = (state: ExecState, code?: number): void =>
    void states.push(code === undefined ? state : `${state} ${code}`);
  const served = serveExec(server, Buffer.alloc(0), {
    request,
    order: orders.take(request.command),
    run,
    note,
  });
  return { given, states, served, client, seen: playExec(client) };
}

const prints: RunCommand = async (_, { stdout, stderr }) => {
  stdout(Buffer.from("o".repeat(300_000)));
  stderr(Buffer.from("warning\n"));
  return 3;
};
const succeeds: RunCommand = async () => 0;
/** That something does not happen is seen by no state, only by waiting. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe("an exec", () => {
  it("gives all output and the exit code, and ends every stream", async () => {
    const { seen, states } = begin(undefined, prints);
    const { stdout, stderr, error, ended, replied } = await seen;
    expect([stdout.length, stderr]).toEqual([300_000, "warning\n"]);
    expect(JSON.parse(error)).toMatchObject({
      status: "Failure",
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });
    expect(ended.toSorted()).toEqual(["error", "stderr", "stdout"]);
    expect(replied).toEqual([1, 3, 5]);
    expect(states).toEqual(["begun", "ended 3"]);
  });

  it("that succeeds says so", async () => {
    expect(JSON.parse((await begin(undefined, succeeds).seen).error)).toEqual({
      metadata: {},
      status: "Success",
    });
  });

  it("that is held does not begin before it is released", async () => {
    const { given, states, seen } = begin({ kind: "hold" }, succeeds);
    expect(await given?.reached).toContain("172.31.0.5");
    await turn();
    expect(states).toEqual(["held"]);
    given?.release();
    await seen;
    expect(states).toEqual(["held", "begun", "ended 0"]);
  });

  it("that is held and that nobody waits for any more is never begun", async () => {
    const { given, states, served, client } = begin({ kind: "hold" }, succeeds);
    await given?.reached;
    client.destroy();
    await served;
    expect(states).toEqual(["held", "abandoned"]);
  });

  it("whose answer is withheld is done, and answered when it is released", async () => {
    const { given, states, seen } = begin({ kind: "withhold" }, succeeds);
    await given?.reached;
    expect(states.slice(0, 2)).toEqual(["begun", "ended 0"]);
    await turn();
    given?.release();
    expect((await seen).error).toContain("Success");
  });

  it("that is cut is done, and has no answer", async () => {
    const { states, seen } = begin({ kind: "cut" }, succeeds);
    expect((await seen).error).toBe("");
    expect(states).toEqual(["begun", "ended 0", "cut"]);
  });

  it("that is to fail half-way is told where to stop, and answers the code that it is told", async () => {
    let stopped: number | undefined;
    const { given, seen } = begin({ kind: "fail", afterWrites: 2, exitCode: 5 }, async (_, __, after) => {
      stopped = after;
      return 137;
    });
    expect((await seen).error).toContain('"5"');
    await given?.reached;
    expect(stopped).toBe(2);
  });

  it("goes on to its end when whoever asked is gone", async () => {
    const done = Promise.withResolvers<void>();
    const { states, client, served } = begin(undefined, async () => {
      await done.promise;
      return 0;
    });
    await expect.poll(() => states).toEqual(["begun"]);
    client.destroy();
    done.resolve();
    await served;
    expect(states).toEqual(["begun", "ended 0"]);
  });

  it("on a connection that speaks something else is not begun", async () => {
    const request = readExecRequest(url);
    if (typeof request === "string") throw new Error(request);
    const { server } = connect();
    const states: string[] = [];
    const served = serveExec(server, Buffer.from("GET / HTTP/1.1\r\n\r\n"), {
      request,
      order: undefined,
      run: succeeds,
      note: (state) => void states.push(state),
    });
    await served;
    expect(states).toEqual([]);
  });
});

describe("orders", () => {
  it("concern one exec each, and only what they are about", () => {
    const orders = createExecOrders();
    const order = orders.give({ about: "10.0.0.9", act: { kind: "cut" } });
    expect(orders.take(["add", "10.0.0.8"])).toBeUndefined();
    expect(orders.take(["add 10.0.0.90,110.0.0.9"])).toBeUndefined();
    expect(order.isTaken()).toBe(false);
    expect(orders.take(["add 10.0.0.90,10.0.0.9/32"])?.act).toEqual({ kind: "cut" });
    expect(order.isTaken()).toBe(true);
    expect(orders.take(["add", "10.0.0.9"])).toBeUndefined();
  });
});

describe("readExecRequest", () => {
  it("reads what the API server asks", () => {
    expect(readExecRequest(url)).toEqual({
      namespace: "kube-system",
      pod: "gw",
      container: "c",
      command: ["sh", "-c", "add 172.31.0.5"],
      streams: ["stdout", "stderr"],
    });
  });

  it.each([
    ["/logs/kube-system/gw/c?command=sh", "is not /exec/"],
    ["/exec/kube-system/gw?command=sh", "is not /exec/"],
    ["/exec/kube-system/gw/c?output=1", "no command"],
    ["/exec/kube-system/gw/c?command=sh&tty=1", "terminals"],
  ])("refuses %s", (path, why) => {
    expect(readExecRequest(path)).toContain(why);
  });
});
