import type { StateItem } from "../model/state.ts";

const sysctl = /^(net\/\S+) = (.*)$/;

function sysctlsOf(items: readonly StateItem[]): ReadonlyMap<string, string> {
  const values = items.flatMap(({ family, text }) => {
    const [, path, value = ""] = family === "sysctl" ? (sysctl.exec(text) ?? []) : [];
    return path === undefined ? [] : [[path, value] as const];
  });
  return new Map(values);
}

/**
 * Shell lines that give every sysctl that has changed the value it had before the engine. A link that has no
 * value of its own among them had that of `conf/default`.
 *
 * @param all - what is there now
 */
export function sysctlLines(
  engine: readonly StateItem[],
  foreign: readonly StateItem[],
  all: readonly StateItem[],
): readonly string[] {
  const before = sysctlsOf(foreign);
  const now = sysctlsOf(all);
  const lost = [...before.keys()].filter((path) => now.get(path) !== before.get(path));
  return [...new Set([...sysctlsOf(engine).keys(), ...lost])].map((path) => {
    const value = before.get(path);
    if (value !== undefined) return `echo '${value}' > '/proc/sys/${path}'`;
    const inherited = path.replace(/^(net\/ipv[46]\/conf)\/[^/]+\//, "$1/default/");
    return `cat '/proc/sys/${inherited}' > '/proc/sys/${path}'`;
  });
}
