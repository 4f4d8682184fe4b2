import type { Verdict } from "../model/verdict.ts";

const tailLines = 15;

/**
 * The verdict with the end of the engines' logs in its message, where the error is about an engine: what
 * kept it from doing anything is mostly told there, and nowhere else.
 *
 * @param logs - node name -> log, scrubbed
 */
export function tellLogTail(verdict: Verdict, logs: Readonly<Record<string, string>>): Verdict {
  if (verdict.kind !== "error" || !verdict.cause.code.startsWith("engine/")) return verdict;
  const tails = Object.entries(logs).map(([node, log]) => {
    const tail = log.trimEnd().split("\n").slice(-tailLines).join("\n");
    return tail === "" ? `The engine on ${node} printed nothing.` : `The end of its log on ${node}:\n${tail}`;
  });
  const message = [verdict.cause.message, ...tails].join("\n");
  return { ...verdict, cause: { ...verdict.cause, message } };
}
