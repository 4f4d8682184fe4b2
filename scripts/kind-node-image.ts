import { findNodeImage, obtainNodeImage } from "../harness/cluster/kind/node-image.ts";
import { exitCodes } from "../harness/errors/problems.ts";
import { main } from "./help/main.ts";
import { kindNodeImageHelp } from "./help/of-checkout.ts";
import { parseCommand } from "./help/parse-command.ts";

await main(kindNodeImageHelp, async (argv) => {
  const { values, switches } = parseCommand(kindNodeImageHelp, argv);
  const began = performance.now();
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const { mirror } = values;
  const options = { report, ...(mirror === undefined ? {} : { mirror }) };
  const image = await (switches.has("cached") ? findNodeImage(options) : obtainNodeImage(options));
  if (image === undefined) {
    report("no node image is cached; `npm run kind:node-image` makes one (20 minutes, once)");
    return exitCodes.couldNotTell;
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  report(`node image (${image.source}, ${seconds} s): ${image.id}; archive ${image.archive}`);
  process.stdout.write(`${image.reference}\n`);
  return exitCodes.conformant;
});
