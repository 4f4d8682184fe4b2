import { expect, it } from "vitest";
import type { EngineSigns } from "./engine-signs.ts";
import { rules } from "./testing.ts";
import { issueOf } from "./upstream-issue.ts";

const old = { title: "old", links: [], lastBad: "v0.8.9", firstGood: "v0.8.10" };
const open = { title: "open", links: [], lastBad: "v1.2.3" };
const signs: EngineSigns = {
  name: "ours",
  image: /x/,
  process: /x/,
  ownAnnotations: [],
  needs: [],
  detect: () => () => true,
  judge: () => () => undefined,
  mayBeUnreferenced: [],
  commentsDistinguish: false,
  expects: () => [],
  issues: [
    { kinds: ["orphan"], matcher: { title: "any", chain: "C" }, issue: "old" },
    { kinds: ["orphan"], matcher: { title: "drop", chain: "C", text: "-j DROP" }, issue: open },
  ],
};
const [drop, accept] = rules("nat", ["-A C -j DROP", "-A C -j ACCEPT"]).filter(({ kind }) => kind === "rule");
const titleOf = (item: typeof drop, version?: string, kind: "orphan" | "missing" = "orphan") => {
  const found = issueOf(
    signs,
    { kind, ...(item === undefined ? {} : { item }) },
    new Map([["old", old]]),
    version,
  );
  return found === undefined
    ? undefined
    : `${found.title}${found.repairedHere === true ? " (repaired here)" : ""}`;
};

it("is the first that fits and that the release has", () => {
  expect(titleOf(drop)).toBe("old");
  expect(titleOf(drop, "v0.8.9")).toBe("old");
  expect(titleOf(drop, "v0.8.10")).toBe("open");
});

it("is one that was repaired, where no other fits, and that is said", () => {
  expect(titleOf(accept, "0.8.11")).toBe("old (repaired here)");
  expect(titleOf(accept, "main")).toBe("old");
});

it("is none of another kind", () => {
  expect(titleOf(drop, "v0.8.9", "missing")).toBeUndefined();
});
