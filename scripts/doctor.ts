import { resolve } from "node:path";
import { asCalled } from "../harness/errors/as-called.ts";
import type { CheckResult } from "../harness/machine/check.ts";
import { runCheck, sandboxChecks } from "../harness/machine/machine.ts";
import { programChecks } from "../harness/machine/program-checks.ts";
import { main } from "./help/main.ts";
import { parseCommand } from "./help/parse-command.ts";
import { doctorHelp } from "./help/small.ts";

const marks: Record<CheckResult["state"], string> = {
  ok: "ok",
  missing: "MISSING",
  "optional-missing": "optional",
};

await main(doctorHelp, async (argv) => {
  const asRoot = parseCommand(doctorHelp, argv).switches.has("as-root");
  let missing = 0;
  for (const check of [...programChecks, ...sandboxChecks({ asRoot, outFolder: resolve("out") })]) {
    const result = await runCheck(check);
    if (result.state === "missing") missing += 1;
    console.log(`${marks[result.state].padEnd(9)}${check.name.padEnd(30)}${result.seen}`);
    if (result.repair !== undefined) console.log(asCalled(`${" ".repeat(9)}-> ${result.repair}`));
  }
  console.log(
    missing === 0 ? "This machine can run Leakproof." : `${missing} missing: see the lines with ->.`,
  );
  return missing === 0 ? 0 : 2;
});
