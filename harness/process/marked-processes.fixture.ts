import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Marks every process that a test starts, however deep, by its environment. */
export function createMark(): { readonly env: Record<string, string>; pids(): Promise<readonly number[]> } {
  const value = randomUUID();
  return {
    env: { LEAKPROOF_TEST_MARK: value },
    async pids() {
      const found: number[] = [];
      for (const name of await readdir("/proc")) {
        if (!/^\d+$/.test(name)) continue;
        // A process that ends while it is looked at is none of ours any more; a zombie has no environment.
        const environment = await readFile(`/proc/${name}/environ`, "utf8").catch(() => "");
        if (environment.includes(`LEAKPROOF_TEST_MARK=${value}`)) found.push(Number(name));
      }
      return found;
    },
  };
}

/** Waits until `condition` holds, at most `timeoutMs`. */
export async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await sleep(50);
  }
  return await condition();
}
