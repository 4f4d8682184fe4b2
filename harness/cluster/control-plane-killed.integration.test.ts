import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMark, until } from "../process/marked-processes.fixture.ts";
import { obtainControlPlane } from "./control-plane.ts";
import { temporaryFolder, writeGo, writeModule } from "./control-plane/control-plane.fixture.ts";

const moduleUrl = new URL("control-plane.ts", import.meta.url).href;

test("SIGKILL in the middle of a build leaves no compiler and no lock; the next run sweeps and builds", async () => {
  await using folder = await temporaryFolder();
  const bin = join(folder.path, "bin");
  await writeModule(join(folder.path, "module"));
  await mkdir(bin);
  // Go is itself a parent of compilers, and leaves its scratch files when it is killed.
  await writeGo(bin, { before: 'mkdir "$GOTMPDIR/go-build1"; sleep 60 & sleep 60' });
  const options = { source: "build" as const, moduleFolder: join(folder.path, "module") };
  const mark = createMark();
  const env = { PATH: bin, XDG_CACHE_HOME: folder.path };
  const program = `
    import { obtainControlPlane } from ${JSON.stringify(moduleUrl)};
    await obtainControlPlane({ report: console.log, ...${JSON.stringify(options)} });`;
  const run = spawn(process.execPath, ["--input-type=module", "-e", program], {
    env: { ...process.env, ...mark.env, ...env, PATH: `${bin}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(run.stdout, "data");
  // The run, the guard's reader, Go and two compilers.
  expect(await until(async () => (await mark.pids()).length >= 5, 10_000)).toBe(true);
  const temporary = join(folder.path, "leakproof", "control-plane", "tmp");
  expect(await readdir(temporary)).toHaveLength(1);

  run.kill("SIGKILL");
  expect(await until(async () => (await mark.pids()).length === 0, 3_000)).toBe(true);

  await writeGo(bin);
  const lines: string[] = [];
  const after = await obtainControlPlane({ report: (line) => lines.push(line), env, ...options });
  expect(after.source).toBe("build");
  expect(lines.filter((line) => line.startsWith("waiting"))).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
  expect(await readFile(join(bin, "builds"), "utf8")).toBe("build\n".repeat(4));
});
