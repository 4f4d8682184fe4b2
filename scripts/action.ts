import { runAction } from "./action/run-action.ts";
import { main } from "./help/main.ts";
import { actionHelp } from "./help/of-checkout.ts";

await main(actionHelp, () => runAction(process.env));
