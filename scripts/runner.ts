import { openRunner } from "./ci/open-runner.ts";

await openRunner();
