import { obtainControlPlane } from "./control-plane.ts";

/** Before the integration tests: they run real API servers, and get them as a run does. */
export async function setup(): Promise<void> {
  await obtainControlPlane({ report: (line) => void process.stderr.write(`${line}\n`) });
}
