import { join } from "node:path";
import { HarnessError, toHarnessError } from "../../harness/errors/harness-error.ts";
import { guestTools } from "../../harness/machine/host-tools.js";
import { kernelProbes } from "../../harness/machine/kernel-probes.ts";
import { probeKernel } from "../../harness/machine/probe-kernel.ts";
import { isKernelFeature, type KernelFeature } from "../../harness/model/kernel-feature.ts";
import type { GuestSource } from "../../harness/node/guest/expect-guests.ts";
import { expectTun } from "../../harness/node/guest/guest-node.ts";
import { createGuests } from "../../harness/node/guest/guests.ts";
import {
  type GuestKernel,
  obtainGuestKernel,
  type ObtainKernelOptions,
} from "../../harness/node/guest/kernel.ts";
import type { Payload } from "./payload.ts";
import type { DraftAttempt } from "../../harness/run/select.ts";
import { ensureTools } from "../setup/host-tools.js";
import { SetupError } from "../setup/setup-error.js";
import type { PlannedRun } from "./plan-run.ts";

/** What an attempt's scenario, and its engines, ask of the kernel of their nodes. */
function kernelNeedsOf({
  scenario,
  pick,
  beside,
}: Pick<DraftAttempt, "scenario" | "pick" | "beside">): readonly KernelFeature[] {
  const engines = [pick, ...(beside === undefined ? [] : [beside])];
  return [
    ...(scenario.needs ?? []).filter(isKernelFeature),
    ...engines.flatMap(({ engine, selection }) => engine.kernelNeeds?.(selection) ?? []),
  ];
}

/** What the attempts of this part of the run ask. */
function kernelNeeds({ selection, isOwn }: PlannedRun): readonly KernelFeature[] {
  const tried = selection.attempts.filter(
    ({ draft, unsupported, missing }) =>
      isOwn(draft.id) && unsupported === undefined && missing === undefined,
  );
  return [...new Set(tried.flatMap(kernelNeedsOf))];
}

/** Whether the kernel of this machine gives all of that inside of the sandbox. */
async function isGivenHere(needs: readonly KernelFeature[], asRoot: boolean): Promise<boolean> {
  const probes = kernelProbes.filter(({ feature }) => feature !== undefined && needs.includes(feature));
  const answer = await probeKernel(probes, asRoot);
  return answer.kind === "entered" && probes.every(({ name }) => answer.failures.get(name) === undefined);
}

/**
 * All that guests are made of: their programs, which this process and what it starts then find, and a kernel.
 *
 * @throws {HarnessError} `guest/no-tun`, `guest/tool-missing`, `guest/kernel-missing`, with the line that repairs it
 */
export async function obtainGuestParts(options: ObtainKernelOptions): Promise<GuestKernel> {
  expectTun();
  const env = await ensureTools(guestTools).catch((cause: unknown) => {
    if (!(cause instanceof SetupError)) throw cause;
    const what = cause.message.replace(/^\[\S+\] /, "");
    throw new HarnessError("guest/tool-missing", `nodes that are guests need programs that are ${what}`, {
      cause,
    });
  });
  Object.assign(process.env, env);
  return await obtainGuestKernel(options);
}

/**
 * The kernel of the guests that a run needs; absent where it needs none. That there is none ends no run: the
 * scenarios that need it are then `not-exercised`.
 */
export async function obtainGuest(
  run: PlannedRun,
  report: (line: string) => void,
): Promise<Pick<Payload, "guest">> {
  const { guestKernel: path, asRoot } = run.options;
  const needs = kernelNeeds(run);
  if (needs.length === 0 || (await isGivenHere(needs, asRoot))) return {};
  try {
    const kernel = await obtainGuestParts({ report, ...(path === undefined ? {} : { path }) });
    report(`guests for ${needs.join(", ")}: Linux ${kernel.version} (${kernel.image})`);
    return { guest: kernel };
  } catch (thrown) {
    const { code, message } = toHarnessError(thrown);
    report(message);
    return { guest: { code, message } };
  }
}

/** Inside of the sandbox: what pools of clusters take guests from. */
export function guestsOf(
  { guest }: Pick<Payload, "guest">,
  directory: string,
): { readonly guests?: GuestSource } {
  if (guest === undefined) return {};
  if ("version" in guest)
    return { guests: { kind: "guests", ...createGuests(guest, join(directory, "guests")) } };
  const problem = new HarnessError(guest.code, guest.message.replace(`[${guest.code}] `, ""));
  return { guests: { kind: "none", problem } };
}

/**
 * Attempts whose nodes are guests that QEMU emulates: one at a time, since each takes a processor and what another one waits for.
 */
export async function emulatedOnes({
  guests,
}: ReturnType<typeof guestsOf>): Promise<
  (attempt: Pick<DraftAttempt, "scenario" | "pick" | "beside">) => boolean
> {
  if (guests?.kind !== "guests" || (await guests.accelerator()) === "kvm") return () => false;
  return (attempt) => kernelNeedsOf(attempt).length > 0;
}
