import { parseArgs } from "node:util";
import { findNodeImage, obtainNodeImage } from "../harness/cluster/kind/node-image.ts";
import { exitCodeFor, exitCodes, renderProblems } from "../harness/errors/problems.ts";

const help = `Usage: npm run kind:node-image [-- --mirror URL] [--cached]

Makes the node image of kind without a registry, from Debian's packages and the pinned Kubernetes modules, and
keeps it in the cache. Does nothing where it is there already. Needs docker, Go, and for the first time root.
Prints the image's name on stdout.

  --mirror URL   where Debian's packages come from; default http://deb.debian.org/debian
  --cached       only says whether it is there: exit code 0, else 2
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      mirror: { type: "string" },
      cached: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return exitCodes.conformant;
  }
  const began = performance.now();
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const { mirror } = values;
  const options = { report, ...(mirror === undefined ? {} : { mirror }) };
  const image = await (values.cached === true ? findNodeImage(options) : obtainNodeImage(options));
  if (image === undefined) {
    report("no node image is cached; `npm run kind:node-image` makes one (20 minutes, once)");
    return exitCodes.couldNotTell;
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  report(`node image (${image.source}, ${seconds} s): ${image.id}; archive ${image.archive}`);
  process.stdout.write(`${image.reference}\n`);
  return exitCodes.conformant;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isBadArgument =
    error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  process.stderr.write(
    isBadArgument ? `[args/unknown-option] ${error.message}\n${help}` : `${renderProblems(error)}\n`,
  );
  process.exitCode = isBadArgument ? exitCodes.badArguments : exitCodeFor(error);
}
