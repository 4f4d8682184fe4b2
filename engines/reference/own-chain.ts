/** One chain of a table that the engine owns, with the jump that leads to it. */
export interface OwnChain {
  readonly table: string;
  readonly chain: string;
  /** Spelled as -save prints it. */
  readonly jump: string;
}

/** What a table holds of a chain of ours, as its -save prints it. */
export interface FoundChain {
  readonly hasChain: boolean;
  readonly rules: readonly string[];
  readonly jumps: readonly string[];
}

export const noChain: FoundChain = { hasChain: false, rules: [], jumps: [] };

export function parseChain(saved: string, chain: string): FoundChain {
  const lines = saved.split("\n").map((line) => line.trimEnd());
  return {
    hasChain: lines.some((line) => line.startsWith(`:${chain} `)),
    rules: lines.filter((line) => line.startsWith(`-A ${chain} `)),
    jumps: lines.filter((line) => line.startsWith("-A ") && line.endsWith(` -j ${chain}`)),
  };
}

/**
 * Input for `-restore --noflush` that brings the table from `found` to `rules`; empty where it is there
 * already. One table is one transaction: no packet ever sees half of it. Without rules chain and jump go too.
 */
export function renderChain(
  { table, chain, jump }: OwnChain,
  found: FoundChain,
  rules: readonly string[],
): readonly string[] {
  const keepsJump = rules.length > 0 && found.jumps.includes(jump);
  const surplus = [...found.jumps];
  if (keepsJump) surplus.splice(surplus.indexOf(jump), 1);
  const lines = surplus.map((line) => line.replace(/^-A/, "-D"));
  if (rules.length === 0) {
    if (found.hasChain) lines.push(`-F ${chain}`, `-X ${chain}`);
  } else {
    const isSame = found.hasChain && rules.join("\n") === found.rules.join("\n");
    if (!isSame) lines.push(`:${chain} - [0:0]`, ...rules);
    if (!keepsJump) lines.push(jump.replace(/^-A (\S+)/, "-I $1 1"));
  }
  return lines.length === 0 ? [] : [`*${table}`, ...lines, "COMMIT"];
}
