import { HarnessError } from "../../errors/harness-error.ts";

/** What a scenario or a fault asks for and a cluster of the user's own cannot give: the attempt is `not-exercised`. */
export function lacks(what: string): HarnessError {
  return new HarnessError(
    "existing/lacks",
    `${what} is not to be had on a cluster of your own.\nFix: run this in the sandbox: leave --provider out.`,
  );
}
