import { spawnSync } from "node:child_process";
import { join } from "node:path";

// The script is the same that runs on a machine without Node.
const script = join(import.meta.dirname, "audit", "snapshot.sh");
const { status } = spawnSync("sh", [script, ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 2;
