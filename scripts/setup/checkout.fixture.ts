import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = join(import.meta.dirname, "..", "..");

export interface CheckoutOptions {
  /** Where the one package that it wants comes from; without it, it wants none. */
  readonly registry?: string;
  /** The program of `npm run doctor`. */
  readonly doctor?: string;
}

/** A checkout, fresh but for what it is given, with as much of this project as the entry and the set-up need. */
export async function createCheckout(
  options: CheckoutOptions,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "leakproof-checkout-"));
  for (const part of ["bin", "scripts/setup", "harness/process", "harness/machine"]) {
    await cp(join(project, part), join(path, part), { recursive: true });
  }
  const dependencies = options.registry === undefined ? {} : { one: "1.0.0" };
  const scripts = { doctor: "node bin/leakproof.js doctor" };
  await writeFile(
    join(path, "package.json"),
    JSON.stringify({ name: "x", type: "module", scripts, dependencies }),
  );
  const integrity = `sha512-${"A".repeat(86)}==`;
  const one = { version: "1.0.0", resolved: `${options.registry}/one.tgz`, integrity };
  const packages = {
    "": { name: "x", dependencies },
    ...(options.registry ? { "node_modules/one": one } : {}),
  };
  const lock = { name: "x", lockfileVersion: 3, requires: true, packages };
  await writeFile(join(path, "package-lock.json"), JSON.stringify(lock));
  if (options.registry === undefined) {
    // What npm leaves after an installation.
    await mkdir(join(path, "node_modules"));
    await cp(join(path, "package-lock.json"), join(path, "node_modules", ".package-lock.json"));
  }
  if (options.doctor !== undefined) await writeFile(join(path, "scripts", "doctor.ts"), options.doctor);
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
