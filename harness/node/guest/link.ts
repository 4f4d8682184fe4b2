import type { Duplex } from "node:stream";
import { HarnessError } from "../../errors/harness-error.ts";
import { readJsonLines, renderJsonLine } from "./lines.ts";
import type { AnswerOf, ArgumentOf, FromGuest, GuestCall, GuestEvent } from "./protocol.ts";

/** The way to the program in a guest. It is none of the node's networks: it works while those are cut. */
export interface GuestLink extends Disposable {
  /**
   * @throws {HarnessError} `guest/lost` when the guest is gone, and what it failed with itself; {Error} what
   *   the system said where a packet's command failed
   */
  ask<Call extends GuestCall>(call: Call, argument: ArgumentOf<Call>): Promise<AnswerOf<Call>>;
  /** @returns no more of them */
  onEvent(listener: (event: GuestEvent) => void): () => void;
  /** Resolves when the guest is gone. */
  readonly closed: Promise<void>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function failureOf({ code, message }: Extract<FromGuest, { kind: "failed" }>): Error {
  // The code stands in front of the message already.
  return code === undefined ? new Error(message) : new HarnessError(code, message.replace(`[${code}] `, ""));
}

/** @param socket - connected to the guest's port */
export function openLink(name: string, socket: Duplex): GuestLink {
  const pending = new Map<number, Pending>();
  const listeners = new Set<(event: GuestEvent) => void>();
  let lastId = 0;
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  const lost = (): HarnessError =>
    new HarnessError(
      "guest/lost",
      `the guest ${name} ended while it was needed.\nFix: run it again; its console is in the message before.`,
    );
  const receive = (message: FromGuest): void => {
    if (message.kind !== "answer" && message.kind !== "failed") {
      for (const listener of listeners) listener(message);
      return;
    }
    const waiting = pending.get(message.id);
    pending.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(failureOf(message));
  };
  readJsonLines(socket, (message) => receive(message as FromGuest));
  socket.on("error", () => undefined); // `close` follows.
  socket.once("close", () => {
    for (const { reject } of pending.values()) reject(lost());
    pending.clear();
    onClosed();
  });
  return {
    closed,
    ask<Call extends GuestCall>(call: Call, argument: ArgumentOf<Call>) {
      lastId += 1;
      const id = lastId;
      return new Promise<AnswerOf<Call>>((resolve, reject) => {
        if (socket.destroyed) {
          reject(lost());
          return;
        }
        pending.set(id, { resolve: (value) => resolve(value as AnswerOf<Call>), reject });
        socket.write(renderJsonLine({ id, call, argument }));
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
