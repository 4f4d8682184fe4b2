import { describe, expect, it } from "vitest";
import {
  fetchHistory,
  fileIssues,
  type Gh,
  historyArtifact,
  historyRun,
  issueArguments,
  issueLabel,
} from "./github.ts";

const from = { id: 7, head_branch: "main", repository_id: 1, head_repository_id: 1 };
const answer = (...runs: readonly (object | null)[]) => ({
  artifacts: runs.map((workflow_run) => ({ name: historyArtifact, expired: false, workflow_run })),
});

/** A `gh` that answers by the first word, and what it was asked. */
function fakeGh(answers: Readonly<Record<string, string>>): { readonly gh: Gh; readonly asked: string[][] } {
  const asked: string[][] = [];
  const gh: Gh = async (args, input) => {
    asked.push([...args, ...(input === undefined ? [] : [input])]);
    return answers[args.slice(0, 2).join(" ")] ?? answers[args[0] ?? ""] ?? "";
  };
  return { gh, asked };
}

describe("historyRun", () => {
  it("is the newest of this branch", () => {
    expect(historyRun(answer({ ...from, id: 6 }, from, { ...from, id: 9, head_branch: "x" }), "main")).toBe(
      7,
    );
    expect(historyRun(answer(), "main")).toBeUndefined();
  });

  it("is none of a fork, and none that is expired or of nobody", () => {
    expect(historyRun(answer({ ...from, head_repository_id: 2 }), "main")).toBeUndefined();
    expect(historyRun(answer(null), "main")).toBeUndefined();
    const expired = { artifacts: [{ expired: true, workflow_run: from }] };
    expect(historyRun(expired, "main")).toBeUndefined();
  });

  it("takes an answer that it does not understand for an error", () => {
    expect(() => historyRun({ message: "Not Found" }, "main")).toThrow("[ci/github-failed]");
  });
});

describe("fetchHistory", () => {
  it("downloads the artifact of that run", async () => {
    const { gh, asked } = fakeGh({ api: JSON.stringify(answer(from)) });
    expect(await fetchHistory(gh, "main", "out/history")).toBe(true);
    expect(asked[1]).toEqual(["run", "download", "7", "--name", historyArtifact, "--dir", "out/history"]);
  });

  it("downloads nothing before the first night, and passes on what goes wrong", async () => {
    const { gh, asked } = fakeGh({ api: JSON.stringify(answer()) });
    expect(await fetchHistory(gh, "main", "out/history")).toBe(false);
    expect(asked).toHaveLength(1);
    const broken: Gh = async () => Promise.reject(new Error("HTTP 500"));
    await expect(fetchHistory(broken, "main", "out/history")).rejects.toThrow("HTTP 500");
  });
});

describe("issues", () => {
  const issue = { title: "Nightly: x", body: "text" };

  it("are opened once, and added to while they are open", () => {
    const open = [{ number: 3, title: "Nightly: x" }];
    expect(issueArguments(issue, [{ number: 1, title: "Nightly: xy" }])).toEqual([
      "issue",
      "create",
      "--title",
      "Nightly: x",
      "--label",
      issueLabel,
      "--body-file",
      "-",
    ]);
    expect(issueArguments(issue, open)).toEqual(["issue", "comment", "3", "--body-file", "-"]);
  });

  it("are filed with their text", async () => {
    const list = JSON.stringify([{ number: 3, title: "Nightly: x" }]);
    const { gh, asked } = fakeGh({
      "issue list": list,
      "issue comment": "url-1\n",
      "issue create": "url-2\n",
    });
    expect(await fileIssues(gh, [issue, { title: "Nightly: y", body: "more" }])).toEqual(["url-1", "url-2"]);
    expect(asked.map((args) => args.slice(0, 2).join(" "))).toEqual([
      "label create",
      "issue list",
      "issue comment",
      "issue create",
    ]);
    expect(asked.at(-1)?.at(-1)).toBe("more");
  });

  it("ask nothing of anybody where there are none", async () => {
    const { gh, asked } = fakeGh({});
    expect(await fileIssues(gh, [])).toEqual([]);
    expect(asked).toEqual([]);
  });
});
