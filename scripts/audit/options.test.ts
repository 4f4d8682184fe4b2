import { describe, expect, it } from "vitest";
import { parseAudit } from "./options.ts";

const names = ["kube-proxy", "kube-vip"];
const problemsOf = (...argv: readonly string[]): readonly string[] =>
  parseAudit(argv, names).problems.map(({ message }) => message);

describe("the command line of an audit", () => {
  it("reads sources, objects and settings", () => {
    const { request, problems } = parseAudit(
      [
        "--host",
        "--netns",
        "4711",
        "--objects",
        "a.json",
        "--objects",
        "b.json",
        "--asked",
        "Pod,Node",
        "--engine",
        "kube-vip@v0.8.4",
        "--between",
        "500ms",
      ],
      names,
    );
    expect(problems).toEqual([]);
    expect(request).toEqual({
      kind: "audit",
      options: {
        sources: [{ kind: "host" }, { kind: "netns", of: "4711" }],
        objects: { kind: "files", files: ["a.json", "b.json"], asked: ["Pod", "Node"] },
        engines: ["kube-vip@v0.8.4"],
        cidrs: [],
        betweenMs: 500,
        format: "table",
        plan: false,
      },
    });
  });

  it("means every node where there is a kubeconfig and no source", () => {
    const everyNodeOf = (...argv: readonly string[]) => {
      const { request, problems } = parseAudit(argv, names);
      expect(problems).toEqual([]);
      return request?.kind === "audit" ? request.options.everyNode : undefined;
    };
    expect(everyNodeOf("--kubeconfig", "c")).toEqual({ kubeconfig: "c", namespace: "kube-system" });
    expect(everyNodeOf("--kubeconfig", "c", "--image", "i", "--namespace", "n", "--node", "a")).toEqual({
      kubeconfig: "c",
      image: "i",
      namespace: "n",
    });
    expect(everyNodeOf("--kubeconfig", "c", "--host")).toBeUndefined();
    expect(problemsOf("--kubeconfig", "c", "--host", "--image", "i")).toHaveLength(1);
    expect(problemsOf("--kubeconfig", "c", "--watch", "60s")).toHaveLength(1);
    expect(problemsOf("--in-cluster")).toEqual([expect.stringContaining("nothing to look at")]);
  });

  it("takes a rule that begins with a dash", () => {
    const { request, problems } = parseAudit(["--host", "--in-cluster", "--explain", "-A C -j DROP"], names);
    expect(problems).toEqual([]);
    expect(request?.kind === "audit" && request.options.explain).toBe("-A C -j DROP");
  });

  it("listens on loopback unless told otherwise", () => {
    const watchOf = (...argv: readonly string[]) => {
      const { request } = parseAudit(["--host", "--in-cluster", "--watch", "60s", ...argv], names);
      return request?.kind === "audit" ? request.options.watch : undefined;
    };
    expect(watchOf()).toEqual({ everyMs: 60_000, host: "127.0.0.1", port: 9464, events: false });
    expect(watchOf("--listen", "[::]:80", "--events")).toEqual({
      everyMs: 60_000,
      host: "::",
      port: 80,
      events: true,
    });
  });

  it("compares two files", () => {
    expect(parseAudit(["--diff", "a", "b"], names)).toEqual({
      request: { kind: "diff", before: "a", after: "b", format: "table" },
      problems: [],
    });
    expect(problemsOf("--diff", "a")).toHaveLength(1);
  });

  it("tells every problem at once", () => {
    expect(
      problemsOf("--format", "xml", "--cidr", "10.0.0.0/33", "--engine", "kube-vipp", "--events"),
    ).toHaveLength(6);
    expect(problemsOf("--host", "--in-cluster", "--kubeconfig", "x")).toHaveLength(1);
    expect(problemsOf("--snapshot", "d", "--in-cluster", "--watch", "60s")).toHaveLength(1);
    expect(problemsOf("--host", "--snapshot", "d", "--in-cluster", "--node", "n")).toHaveLength(1);
    expect(problemsOf("--host", "--in-cluster", "--between", "soon")).toHaveLength(1);
    expect(problemsOf("--host", "--in-cluster", "--watch", "60s", "--listen", "9464")).toHaveLength(1);
    expect(problemsOf("--hots")).toEqual([expect.stringContaining("[args/unknown-option]")]);
  });
});
