import { auditHelp } from "./audit/option-table.ts";
import { runAudit } from "./audit/run-audit.ts";
import { main } from "./help/main.ts";

await main(auditHelp, runAudit);
