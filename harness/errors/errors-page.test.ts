import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { errorCodes } from "./harness-error.ts";

const page = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");
const entries = page.split(/^### /m).slice(1);

describe("docs/errors.md", () => {
  it("has one entry for every code, and none for anything else, in the order of the code", () => {
    expect(entries.map((entry) => entry.split("\n")[0])).toEqual([...errorCodes]);
  });

  it.each(errorCodes)("says cause and repair of %s", (code) => {
    const entry = entries.find((one) => one.startsWith(`${code}\n`)) ?? "";
    expect(entry).toMatch(/^- \*\*Cause:\*\* \S.{20}/m);
    expect(entry).toMatch(/^- \*\*Repair:\*\* \S.{10}/m);
  });
});
