import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync, zstdDecompressSync } from "node:zlib";
import { HarnessError } from "../../errors/harness-error.ts";
import { aptLine, findProgram, guestTools, withSystemFolders } from "../../machine/host-tools.js";
import { run } from "../../process/run.ts";
import { type CpioEntry, renderCpio } from "./cpio.ts";
import type { GuestKernel } from "./kernel.ts";
import { loadOrder } from "./modules.ts";

/** What a guest needs before it sees this machine's files, and with them all its other modules. */
const firstModules = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console", "virtio_net"];

/** Path of a busybox that needs no other file. @throws {HarnessError} `guest/tool-missing` */
export function findBusybox(): string {
  const found = findProgram("busybox", withSystemFolders(process.env["PATH"]));
  // A dynamically linked one has the path of its loader near its beginning.
  if (found !== undefined && !readFileSync(found).subarray(0, 4096).includes("/ld-linux")) return found;
  const what = found === undefined ? "busybox is not installed" : `${found} is not a static program`;
  throw new HarnessError(
    "guest/tool-missing",
    `${what}: a guest's first file system is made of it.\nFix: ${aptLine(guestTools, process.getuid?.() === 0)}`,
  );
}

/** busybox inserts plain modules only. */
async function readModule(path: string): Promise<Buffer> {
  if (path.endsWith(".xz")) {
    const { stdout } = await run(["sh", "-c", 'xz -dc "$1" | base64', "sh", path], { timeoutMs: 30_000 });
    return Buffer.from(stdout, "base64");
  }
  const bytes = await readFile(path);
  if (path.endsWith(".zst")) return zstdDecompressSync(bytes);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/**
 * Writes the first file system of guests with that kernel: busybox, the modules that lead to this machine's
 * files, and the script that goes on from there.
 *
 * @throws {HarnessError} `guest/tool-missing`, `guest/kernel-missing`
 */
export async function writeInitramfs(kernel: GuestKernel, path: string): Promise<void> {
  const [dep, builtin] = await Promise.all(
    ["modules.dep", "modules.builtin"].map((name) => readFile(join(kernel.modules, name), "utf8")),
  );
  const order = loadOrder({ dep: dep ?? "", builtin: builtin ?? "" }, firstModules);
  const modules = await Promise.all(
    order.map(async (module, index): Promise<CpioEntry> => {
      const name = basename(module).replace(/\.ko\.\w+$/, ".ko");
      const data = await readModule(join(kernel.modules, module));
      return { name: `mods/${String(index).padStart(2, "0")}-${name}`, kind: "file", mode: 0o644, data };
    }),
  );
  const directories = ["bin", "mods", "dev", "proc", "sys", "lower", "rw", "new"].map(
    (name): CpioEntry => ({ name, kind: "directory", mode: 0o755 }),
  );
  const archive = renderCpio([
    ...directories,
    { name: "bin/busybox", kind: "file", mode: 0o755, data: await readFile(findBusybox()) },
    { name: "init", kind: "file", mode: 0o755, data: await readFile(new URL("init.sh", import.meta.url)) },
    ...modules,
  ]);
  await writeFile(path, gzipSync(archive, { level: 1 }));
}
