import { engines } from "../engines/registry.ts";
import { HarnessError } from "../harness/errors/harness-error.ts";
import { familyNames } from "../harness/model/fault-family.ts";
import { scenarios } from "../scenarios/all.ts";
import { loadProfiles } from "../suites/profiles.ts";
import { completed } from "./completion/complete.ts";
import { completionHelp } from "./completion/help.ts";
import { shells } from "./completion/shells.ts";
import { profilesDirectory } from "./conformance/plan-run.ts";
import { main } from "./help/main.ts";
import { packagedHelps } from "./help/packaged.ts";
import { parseCommand } from "./help/parse-command.ts";

await main(completionHelp, async (argv) => {
  const [name = ""] = parseCommand(completionHelp, argv, { least: 1, most: 1 }).words;
  const shell = Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (shell === undefined) {
    const fix = `give one of: ${Object.keys(shells).join(", ")}.`;
    throw new HarnessError("args/bad-value", `"${name}" is no shell that is known.\nFix: ${fix}`);
  }
  const known = {
    engine: engines.map((engine) => engine.name),
    faults: familyNames,
    profile: (await loadProfiles(profilesDirectory)).map((profile) => profile.name),
    scenario: scenarios.map((scenario) => scenario.name),
  };
  process.stdout.write(shell(completed(packagedHelps, known)));
  return 0;
});
