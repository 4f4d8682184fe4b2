import { openRunner } from "./ci/open-runner.ts";
import { main } from "./help/main.ts";
import { runnerHelp } from "./help/of-checkout.ts";
import { parseCommand } from "./help/parse-command.ts";

await main(runnerHelp, async (argv) => {
  parseCommand(runnerHelp, argv);
  await openRunner();
  return 0;
});
