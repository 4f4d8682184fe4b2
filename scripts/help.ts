import { renderCommandHelp } from "./help/command-help.ts";
import { checkHelp, testHelp, testKindHelp } from "./help/of-checkout.ts";

// Of commands whose programs are tools with a help of their own.
const [name] = process.argv.slice(2);
const help = [checkHelp, testKindHelp].find((known) => known.name === name) ?? testHelp;
process.stdout.write(renderCommandHelp(help));
