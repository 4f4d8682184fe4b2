import { renderCommandHelp } from "./help/command-help.ts";
import { checkHelp, testHelp } from "./help/of-checkout.ts";

// Of commands whose programs are tools with a help of their own.
const [name] = process.argv.slice(2);
process.stdout.write(renderCommandHelp(name === "check" ? checkHelp : testHelp));
