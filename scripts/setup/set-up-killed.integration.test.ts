import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireFileLock } from "../../harness/process/file-lock.js";
import { createMark, until } from "../../harness/process/marked-processes.fixture.ts";
import { createCheckout } from "./checkout.fixture.ts";

/** A registry that takes a request and never answers: the set-up stays in the middle of `npm ci`. */
async function startSilentRegistry(): Promise<
  AsyncDisposable & { readonly url: string; requests(): number }
> {
  let requests = 0;
  const server = createServer(() => (requests += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a process is in the chain, by its command line. */
async function roleOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0").join(" ").trim();
  if (words.includes("guard npm ci")) return "guard";
  if (words.includes("npm ci")) return "npm ci";
  if (words.includes("bin/leakproof.js")) return /^\S*sh -c/.test(words) ? "sh" : "bin";
  return words.includes("npm run") ? "npm" : words;
}

test.for(["npm", "sh", "bin", "guard", "npm ci"])(
  "SIGKILL of %s during the set-up: nothing is left",
  async (victim) => {
    await using registry = await startSilentRegistry();
    await using project = await createCheckout({ registry: registry.url });
    const mark = createMark();
    const { NODE_OPTIONS: _, ...inherited } = process.env;
    // A shell that waits for its child, as bash does with more than one command; dash replaces itself.
    const shell = join(project.path, "shell");
    await writeFile(shell, '#!/bin/sh\n[ "$1" = -c ] && shift\n/bin/sh -c "$1 && :" "bin/leakproof.js"\n', {
      mode: 0o755,
    });
    const npm = spawn("npm", ["run", "doctor", `--script-shell=${shell}`], {
      cwd: project.path,
      env: {
        ...inherited,
        ...mark.env,
        XDG_CACHE_HOME: join(project.path, "cache"),
        npm_config_cache: join(project.path, "npm-cache"),
      },
      stdio: "ignore",
    });
    expect(await until(async () => registry.requests() > 0, 60_000)).toBe(true);
    const roles = new Map<string, number>();
    for (const pid of await mark.pids()) roles.set(await roleOf(pid), pid);
    expect([...roles.keys()]).toEqual(expect.arrayContaining(["npm", "sh", "bin", "guard", "npm ci"]));

    const pid = victim === "npm" ? npm.pid : roles.get(victim);
    process.kill(pid ?? Number.NaN, "SIGKILL");
    expect(await until(async () => (await mark.pids()).length === 0, 5_000)).toBe(true);

    const locks = join(project.path, "cache", "leakproof", "locks");
    for (const name of await readdir(locks)) {
      (await acquireFileLock(join(locks, name), { signal: AbortSignal.timeout(1_000) })).release();
    }
    expect(await readdir(join(project.path, "cache", "leakproof"))).toEqual(["locks"]);
  },
);
