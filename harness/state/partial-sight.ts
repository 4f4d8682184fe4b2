import type { DumpName } from "./dump-commands.ts";

/** What is not asked on a node that serves somebody: a busy one tracks more connections than it has of anything else. */
export const unaskedOfOthers: ReadonlySet<DumpName> = new Set(["conntrack", "sysctls"]);

/** Prints which legacy tables the kernel has: both files exist only where its modules are loaded; read as nobody they are refused. */
export const legacyTablesScript =
  "for f in /proc/net/ip_tables_names /proc/net/ip6_tables_names; do [ ! -e $f ] || cat $f || echo unreadable; done; true";

/**
 * Whether a tool that failed hides nothing: without tables in the kernel one that is missing has nothing to show.
 *
 * @param legacyTables - what `legacyTablesScript` printed; undefined where nobody asked
 */
export function hidesNothing(name: string, legacyTables: string | undefined): boolean {
  return /^ip6?tables-legacy$/.test(name) && legacyTables?.trim() === "";
}
