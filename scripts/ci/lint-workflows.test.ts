import { expect, it } from "vitest";
import { findLinter } from "./lint-workflows.ts";

const noGo = { kind: "missing", reason: "no go on the PATH" } as const;

it("takes the version that Go builds, and an installed one only without Go", async () => {
  const go = async () => ({ kind: "found", path: "/go", version: "1.26.0" }) as const;
  const installed = (): string => "/bin/actionlint";
  expect(await findLinter({ go, installed })).toMatchObject({ argv: ["/go", "tool", "actionlint"] });
  expect(await findLinter({ go: async () => noGo, installed })).toMatchObject({ argv: ["/bin/actionlint"] });
});

it("without both there is a reason", async () => {
  expect(await findLinter({ go: async () => noGo, installed: () => undefined })).toEqual({
    kind: "missing",
    reason: "no go on the PATH, and no actionlint on the PATH",
  });
});
