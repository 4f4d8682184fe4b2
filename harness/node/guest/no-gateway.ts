import { HarnessError } from "../../errors/harness-error.ts";

/** Why a guest has no gateway: its pod, what stands around it and its cables are made in this machine's kernel. */
export function noGateway(name: string): HarnessError {
  return new HarnessError(
    "guest/no-gateway",
    `the node ${name} is a guest, and gateways are made on nodes of this machine's kernel only.\nFix: run it on a machine whose own kernel has what the scenario needs, with --as-root where user namespaces are in the way.`,
  );
}
