import type { ToolOrder } from "../../harness/model/engine.ts";

const form = /^(drop|double|swap):([1-9]\d{0,5})(?::([a-z0-9*-]+))?$/;

/** The tools of IPv4, or the one for both families: the others write at the same time, so that only these come in the same order each time. */
function ownTools(variant: string): string {
  return variant === "nftables" ? "nft" : "iptables*";
}

/**
 * A mechanical mutant: kube-proxy as it is, and one write of its tools that is dropped with a false success,
 * done twice, or done after the next one. `drop:3` is the third write of the variant's own tools, calls that
 * fail included; `drop:3:ip6tables-restore` the third of that tool.
 *
 * @param option - value of the engine option `mechanical`
 * @returns undefined where it is absent or has another form
 */
export function mechanicalOrder(option: string | undefined, variant: string): ToolOrder | undefined {
  const [, kind, first, tool = ownTools(variant)] = form.exec(option ?? "") ?? [];
  if (kind !== "drop" && kind !== "double" && kind !== "swap") return undefined;
  return { name: "mechanical", tool, first: Number(first), times: 1, act: { kind } };
}

/** What is wrong with the engine option `mechanical`, a sentence; empty where it is absent or fine. */
export function mechanicalProblems(option: string | undefined): readonly string[] {
  if (option === undefined || form.test(option)) return [];
  return [
    `kube-proxy option "mechanical=${option}" is no mutant: give drop, double or swap, the number of the write, and the tool where it matters, as in mechanical=drop:3 or mechanical=swap:2:iptables-restore.`,
  ];
}
