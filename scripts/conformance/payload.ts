import type { ControlPlane } from "../../harness/cluster/control-plane.ts";
import type { ErrorCode } from "../../harness/errors/harness-error.ts";
import type { GuestKernel } from "../../harness/node/guest/kernel.ts";
import type { CorpusAttempt } from "../corpus/cases.ts";
import type { ResolvedProgram } from "../../harness/run/programs.ts";

/** A program of the run, with the label of the engine it is for. */
export interface EngineProgramEntry extends Omit<ResolvedProgram, "source"> {
  /** `cluster`: it runs there, and `path` and `digest` are those of its image. */
  readonly source: ResolvedProgram["source"] | "control-plane" | "cluster";
}

/** One plan, run again some times. */
export interface ReplayRequest {
  /** Directory of the attempt that it is of, absolute. */
  readonly directory: string;
  readonly times: number;
}

/** What the outside has found out, for the inside of the sandbox. Everything else both read from the command line. */
export interface Payload {
  readonly argv: readonly string[];
  readonly seed: number;
  readonly runId: string;
  readonly startedAt: string;
  /** The run's own directory, absolute. */
  readonly directory: string;
  readonly controlPlane: ControlPlane;
  /** What engines ask of this machine's kernel -> whether it works. */
  readonly kernelFeatures: Readonly<Record<string, boolean>>;
  /** Whether the directory is that of a run that is gone on with. */
  readonly resume: boolean;
  /** A plan that is run again, in place of what the command line selects. */
  readonly replay?: ReplayRequest;
  /** Plans of known issues, in place of what the command line selects. */
  readonly corpus?: readonly CorpusAttempt[];
  /** A kernel for guests, or why there is none; absent where no scenario asks anything of the kernel. */
  readonly guest?: GuestKernel | { readonly code: ErrorCode; readonly message: string };
  /** Engine label -> program. */
  readonly programs: Readonly<Record<string, EngineProgramEntry>>;
}

const variable = "LEAKPROOF_SANDBOX";

export function renderPayload(payload: Payload): Readonly<Record<string, string>> {
  return { [variable]: JSON.stringify(payload) };
}

/** @throws {Error} where this process was not started by the outside */
export function readPayload(): Payload {
  const text = process.env[variable];
  if (text === undefined)
    throw new Error("this program runs inside of the sandbox only: use npm run conformance");
  return JSON.parse(text) as Payload;
}
