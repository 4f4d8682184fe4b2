import { lintWorkflows } from "./ci/lint-workflows.ts";

process.exitCode = await lintWorkflows();
