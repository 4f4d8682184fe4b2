import { HarnessError } from "../../errors/harness-error.ts";

/** Path of a module, relative to its kernel's directory -> paths of the modules that it needs. */
type ModuleTable = ReadonlyMap<string, readonly string[]>;

/** Reads modules.dep, as depmod writes it. */
function parseModulesDep(text: string): ModuleTable {
  const table = new Map<string, readonly string[]>();
  for (const line of text.split("\n")) {
    const [path = "", needs = ""] = line.split(":", 2);
    if (path !== "") table.set(path.trim(), needs.trim().split(/\s+/).filter(Boolean));
  }
  return table;
}

/** `kernel/net/9p/9pnet_virtio.ko.xz` is `9pnet_virtio`; the kernel does not tell - from _. */
function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\.ko(?:\.\w+)?$/, "").replaceAll("-", "_");
}

/** What is part of a kernel itself, by modules.builtin. */
function parseBuiltin(text: string): ReadonlySet<string> {
  return new Set(text.split("\n").filter(Boolean).map(moduleName));
}

export interface ModuleFiles {
  /** Contents of modules.dep and modules.builtin. */
  readonly dep: string;
  readonly builtin: string;
}

/**
 * The modules to insert for `names`, each after those that it needs; none twice. What is part of the kernel
 * itself needs no module.
 *
 * @returns paths relative to the kernel's directory of modules
 * @throws {HarnessError} `guest/kernel-missing` for a name that the kernel does not have at all
 */
export function loadOrder(files: ModuleFiles, names: readonly string[]): readonly string[] {
  const table = parseModulesDep(files.dep);
  const builtin = parseBuiltin(files.builtin);
  const byName = new Map([...table.keys()].map((path) => [moduleName(path), path]));
  const order = new Set<string>();
  const add = (path: string): void => {
    if (order.has(path)) return;
    for (const need of table.get(path) ?? []) add(need);
    order.add(path);
  };
  const missing = names.filter((name) => !byName.has(name) && !builtin.has(name));
  if (missing.length > 0)
    throw new HarnessError(
      "guest/kernel-missing",
      `the guest's kernel has no ${missing.join(", ")}.\nFix: give a distribution's own kernel by --guest-kernel PATH, with all its modules.`,
    );
  for (const name of names) {
    const path = byName.get(name);
    if (path !== undefined) add(path);
  }
  return [...order];
}
