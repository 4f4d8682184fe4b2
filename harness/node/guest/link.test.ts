import { duplexPair } from "node:stream";
import { expect, test } from "vitest";
import { startGuestEngine } from "./guest-engine.ts";
import { readJsonLines, renderJsonLine } from "./lines.ts";
import { openLink } from "./link.ts";
import type { FromGuest, ToGuest } from "./protocol.ts";

/** The other end of a link: answers as `answer` says, and tells what it is told to tell. */
function createFarEnd(answer: (asked: ToGuest) => readonly FromGuest[]) {
  const [near, far] = duplexPair();
  const asked: ToGuest[] = [];
  const tell = (message: FromGuest): void => void far.write(renderJsonLine(message));
  readJsonLines(far, (message) => {
    const request = message as ToGuest;
    asked.push(request);
    answer(request).forEach(tell);
  });
  return { link: openLink("g", near), asked, tell, end: () => near.destroy() };
}

const done = ({ id }: ToGuest): readonly FromGuest[] => [{ kind: "answer", id, value: null }];

const start = {
  argv: ["engine"],
  env: {},
  hostname: "n",
  program: "/engine",
  readable: [],
  hidden: [],
} as const;

test("answers find their questions in whatever order they come", async () => {
  const waiting: ToGuest[] = [];
  const { link } = createFarEnd((asked) => {
    waiting.push(asked);
    return waiting.length < 2
      ? []
      : waiting.toReversed().map(({ id, argument }) => ({ kind: "answer", id, value: [argument] }));
  });
  expect(await Promise.all([link.ask("bites", "one"), link.ask("bites", "two")])).toEqual([["one"], ["two"]]);
});

test("an error of the harness keeps its code, and its message has it once", async () => {
  const { link } = createFarEnd(({ id }) => [
    { kind: "failed", id, code: "node/command-failed", message: "[node/command-failed] ip failed" },
  ]);
  const thrown: unknown = await link.ask("exec", { argv: ["ip"] }).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: "node/command-failed", message: "[node/command-failed] ip failed" });
});

test("a guest that ends leaves no question without an answer", async () => {
  const { link, end } = createFarEnd(() => []);
  const asked = link.ask("clock", null);
  end();
  await expect(asked).rejects.toThrow(/guest\/lost/);
  await link.closed;
  await expect(link.ask("clock", null)).rejects.toThrow(/guest\/lost/);
});

test("an engine's output and writes are its own, in order, by our clock; its log is what the guest kept", async () => {
  const { link, tell } = createFarEnd(done);
  const heard: unknown[] = [];
  const engine = await startGuestEngine(
    { link, engine: 2, aheadMs: 500 },
    {
      ...start,
      onLine: (line) => heard.push(line),
      onKernelWrite: ({ what, epochMs }) => heard.push([what, epochMs]),
      gate: { policy: "every", onHeld: ({ what }) => heard.push(["held", what]) },
    },
  );
  const write = {
    epochMs: 1_500,
    pid: 1,
    argv: [],
    call: "sendmsg",
    what: "RTM_NEWROUTE",
    kind: "rules",
    isInjected: false,
    isUnfinished: false,
  } as const;
  tell({ kind: "line", engine: 1, line: "another's" });
  tell({ kind: "line", engine: 2, line: "mine" });
  tell({ kind: "write", engine: 2, write });
  tell({ kind: "held", engine: 2, write });
  tell({ kind: "exited", engine: 2, status: { exitCode: 3 }, log: "mine\nand the rest" });
  expect(await engine.exited).toEqual({ exitCode: 3 });
  expect(heard).toEqual(["mine", ["RTM_NEWROUTE", 1_000], ["held", "RTM_NEWROUTE"]]);
  expect([engine.hasExited(), engine.tail(1)]).toEqual([true, "and the rest"]);
});

test("what is done to an engine reaches it in order, and its gate is there only where it was asked for", async () => {
  const { link, asked } = createFarEnd(done);
  const silent = { onLine: () => undefined, onKernelWrite: () => undefined };
  const gate = { policy: { nth: 2 }, onHeld: () => undefined } as const;
  const engine = await startGuestEngine({ link, engine: 1, aheadMs: 0 }, { ...start, ...silent, gate });
  engine.gate?.hold("none");
  engine.gate?.release();
  await engine.signal("SIGTERM");
  expect(asked.map(({ call, argument }) => [call, argument])).toEqual([
    ["startEngine", { ...start, engine: 1, policy: { nth: 2 } }],
    ["engine", { engine: 1, act: "hold", policy: "none" }],
    ["engine", { engine: 1, act: "release" }],
    ["engine", { engine: 1, act: "signal", signal: "SIGTERM" }],
  ]);
  const plain = await startGuestEngine({ link, engine: 2, aheadMs: 0 }, { ...start, ...silent });
  expect(plain.gate).toBeUndefined();
});

test("an engine is gone with its guest", async () => {
  const { link, end } = createFarEnd(done);
  const silent = { onLine: () => undefined, onKernelWrite: () => undefined };
  const engine = await startGuestEngine({ link, engine: 1, aheadMs: 0 }, { ...start, ...silent });
  end();
  expect(await engine.exited).toEqual({ signal: "SIGKILL" });
});
