import { HarnessError } from "../../errors/harness-error.ts";
import type { KernelFeature } from "../../model/kernel-feature.ts";
import { findLacking } from "../kernel-lacks.ts";
import type { ClusterNode } from "../node.ts";
import type { Guests } from "./guests.ts";

/** Where guests come from, or why none can be had. */
export type GuestSource =
  | ({ readonly kind: "guests" } & Guests)
  | { readonly kind: "none"; readonly problem: HarnessError };

/**
 * The guests that are taken because this machine's kernel does not do.
 *
 * @param lacking - what did not work in it; not empty
 * @throws {HarnessError} `guest/*`: why there are none, and what they were needed for
 */
export function expectGuests(
  source: GuestSource | undefined,
  lacking: readonly { readonly feature: string; readonly seen: string }[],
): Guests {
  if (source?.kind === "guests") return source;
  const why = lacking.map(({ feature, seen }) => `${feature} (${seen.split("\n")[0]})`).join(", ");
  const needed = `this machine's kernel does not give an ordinary user ${why}`;
  if (source === undefined)
    throw new HarnessError("guest/kernel-missing", `${needed}, and no kernel for guests was obtained.`);
  const { code, message } = source.problem;
  throw new HarnessError(code, `${needed}; and ${message.replace(`[${code}] `, "")}`, {
    cause: source.problem,
  });
}

/** @throws {HarnessError} `guest/lacks` where a guest's own kernel does not do either; the guest is ended then */
export async function expectFeatures(node: ClusterNode, needs: readonly KernelFeature[]): Promise<void> {
  const lacking = await findLacking(needs, (...command) => node.exec(...command)).catch(
    async (thrown: unknown) => {
      await node[Symbol.asyncDispose]();
      throw thrown;
    },
  );
  if (lacking.length === 0) return;
  await node[Symbol.asyncDispose]();
  const seen = lacking.map(({ feature, seen: text }) => `${feature}: ${text}`).join("\n     ");
  throw new HarnessError(
    "guest/lacks",
    `${node.kernel.name}, the kernel of a guest, lacks what the scenario needs.\nSaw: ${seen}\nFix: sudo apt-get install -y ipvsadm iproute2 (the tools that ask it), or another kernel by --guest-kernel PATH.`,
  );
}
