import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { main } from "./help/main.ts";
import { snapshotHelp } from "./help/small.ts";

// The script is the same that runs on a machine without Node.
const script = join(import.meta.dirname, "audit", "snapshot.sh");
await main(snapshotHelp, (argv) => spawnSync("sh", [script, ...argv], { stdio: "inherit" }).status ?? 2);
