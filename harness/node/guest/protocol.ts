import type { ErrorCode } from "../../errors/harness-error.ts";
import type { ToolOrder } from "../../model/engine.ts";
import type { CommandResult } from "../../process/run.ts";
import type { ExitStatus } from "../../process/start.ts";
import type { TracedWrite } from "../../trace/index-writes.ts";
import type { HoldPolicy } from "../../trace/reader-protocol.ts";
import type { AgentCommand, ProbeSample } from "../agent/protocol.ts";
import type { EngineStart } from "../node.ts";

/** How an engine is started in a guest: all of it that is data. */
export interface GuestEngineStart extends Omit<EngineStart, "onLine" | "onKernelWrite" | "gate"> {
  /** By which the caller knows it from now on. */
  readonly engine: number;
  /** Where its writers are to be held. */
  readonly policy?: HoldPolicy;
}

/** What is done to an engine that was started. */
export type EngineAct =
  | { readonly act: "signal"; readonly signal: NodeJS.Signals }
  | { readonly act: "killTree" | "pause" | "resume" | "dispose" }
  | { readonly act: "killAlone"; readonly graceMs: number }
  | { readonly act: "hold"; readonly policy: HoldPolicy }
  | { readonly act: "release" };

/** What the program in a guest does when asked: argument -> answer. */
interface GuestCalls {
  /** Its clock, ms since 1970. */
  clock(nothing: null): number;
  hands(command: AgentCommand): string | null;
  exec(command: {
    readonly argv: readonly [string, ...string[]];
    readonly input?: string;
    readonly allowFailure?: boolean;
  }): CommandResult;
  writeFiles(files: Readonly<Record<string, string>>): null;
  giveOrder(order: ToolOrder): null;
  withdrawOrder(name: string): null;
  bites(name: string): readonly string[];
  /** Answers with the number of the holder. */
  holdLock(nothing: null): number;
  lockWaiter(holder: number): string | null;
  releaseLock(holder: number): null;
  startEngine(start: GuestEngineStart): null;
  engine(what: EngineAct & { readonly engine: number }): null;
}

export type GuestCall = keyof GuestCalls;
export type ArgumentOf<Call extends GuestCall> = Parameters<GuestCalls[Call]>[0];
export type AnswerOf<Call extends GuestCall> = ReturnType<GuestCalls[Call]>;

/** What it tells unasked. */
export type GuestEvent =
  /** It is up. `kernel` as uname -r has it. */
  | { readonly kind: "hello"; readonly kernel: string }
  | { readonly kind: "probe"; readonly sample: ProbeSample }
  | { readonly kind: "line"; readonly engine: number; readonly line: string }
  /** Times are those of the guest's clock. */
  | { readonly kind: "write" | "held"; readonly engine: number; readonly write: TracedWrite }
  | { readonly kind: "exited"; readonly engine: number; readonly status: ExitStatus; readonly log: string };

export type ToGuest = { readonly id: number; readonly call: GuestCall; readonly argument: unknown };

export type FromGuest =
  | GuestEvent
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  /** `code` where it was an error of the harness. */
  | { readonly kind: "failed"; readonly id: number; readonly code?: ErrorCode; readonly message: string };
