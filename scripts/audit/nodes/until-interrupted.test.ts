import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { HarnessError } from "../../../harness/errors/harness-error.ts";
import { exitCodeFor } from "../../../harness/errors/problems.ts";
import { untilInterrupted } from "./until-interrupted.ts";

it("gives what the work gives, and listens no longer", async () => {
  const from = new EventEmitter();
  expect(await untilInterrupted(async () => 7, from)).toBe(7);
  expect(from.eventNames()).toEqual([]);
});

it("ends the work at the first signal, undoes it in spite of a second, and then ends with 130", async () => {
  const from = new EventEmitter();
  const undone: string[] = [];
  const working = untilInterrupted(async (signal, interrupted) => {
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => {
      from.emit("SIGTERM", "SIGTERM");
      undone.push(String(signal.aborted));
    });
    return await Promise.race([new Promise(() => undefined), interrupted]);
  }, from);
  from.emit("SIGINT", "SIGINT");
  const thrown: unknown = await working.catch((error: unknown) => error);
  expect(exitCodeFor(thrown)).toBe(130);
  expect(undone).toEqual(["true"]);
});

it("tells both where the undoing fails too", async () => {
  const from = new EventEmitter();
  const working = untilInterrupted(async (_signal, interrupted) => {
    await using undo = new AsyncDisposableStack();
    undo.defer(() => Promise.reject(new HarnessError("run/residue", "pods are left")));
    return await interrupted;
  }, from);
  from.emit("SIGINT", "SIGINT");
  await expect(working).rejects.toThrow(/run\/interrupted.*\n.*run\/residue/);
});
