import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { AuditReport } from "../../harness/audit/audit.ts";
import { renderAudit, renderDifference } from "./render.ts";

const finding = {
  kind: "orphan",
  engine: "kube-vip",
  node: "node1",
  family: "iptables-nft",
  table: "nat",
  chain: "POSTROUTING",
  text: "-A POSTROUTING -s 10.244.0.5/32 -j SNAT --to-source 172.31.0.5",
  why: "names 10.244.0.5, which no object names",
  owner: "Service shop/web",
  traffic: "a packet from 10.244.0.5 to anywhere outside leaves as 172.31.0.5",
  looksLike: { title: "Old rules stay", links: ["https://example.org/966"], firstGood: "v0.8.5" },
} as const;
const clean: AuditReport = {
  schemaVersion: 1,
  takenAt: "2026-11-22T12:00:00.000Z",
  looks: 2,
  nodes: [
    {
      name: "node1",
      engines: [
        {
          engine: "kube-vip",
          installation: { state: "installed", version: "v0.8.4", evidence: "image kube-vip:v0.8.4" },
          items: { "iptables-nft": 8 },
        },
      ],
    },
  ],
  findings: [],
  problems: [],
};
const bad: AuditReport = { ...clean, findings: [finding] };

describe("an audit for people", () => {
  it("shows each finding with what belongs to it", () => {
    expect(renderAudit(bad, "table")).toMatchInlineSnapshot(`
      "node1: kube-vip v0.8.4 (installed: image kube-vip:v0.8.4), 8 iptables-nft

      ORPHAN        kube-vip  node1  [iptables-nft nat] -A POSTROUTING -s 10.244.0.5/32 -j SNAT --to-source 172.31.0.5
          why         names 10.244.0.5, which no object names
          owner       Service shop/web
          traffic     a packet from 10.244.0.5 to anywhere outside leaves as 172.31.0.5
          looks like  Old rules stay; repaired in v0.8.5 https://example.org/966

      1 finding.
      "
    `);
  });

  it("says clean only where all was seen", () => {
    expect(renderAudit(clean, "table")).toContain("Clean.");
    const blind = renderAudit(
      { ...clean, problems: [{ where: "node1", what: "ipset: not found" }] },
      "table",
    );
    expect(blind).toContain("NOT SEEN      node1: ipset: not found");
    expect(blind).toContain("Could not tell");
    expect(blind).not.toContain("Clean.");
  });

  it("shortens what is long, and says so", () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...finding, text: `rule ${index}` }));
    const text = renderAudit({ ...clean, findings: many }, "table");
    expect(text).toContain("... and 30 more orphan of kube-vip on node1");
    expect(text).toContain("50 findings.");
  });

  it("cannot be broken by what stands in a comment", () => {
    const steering = renderAudit(
      { ...clean, findings: [{ ...finding, text: "a\u001b[2Jb\u009bc" }] },
      "table",
    );
    expect(steering).toContain("a?[2Jb?c");
    const text = renderAudit(
      { ...clean, findings: [{ ...finding, text: "a | b <img src=x> `c`" }] },
      "markdown",
    );
    expect(text).toContain("a \\| b &#60;img src=x&#62; &#96;c&#96;");
  });
});

it("gives programs the whole, with the plan", () => {
  const steps = [{ check: "first", command: "true", node: "node1", finding }];
  expect(JSON.parse(renderAudit(bad, "json", steps))).toEqual({
    ...bad,
    plan: [{ node: "node1", check: "first", command: "true" }],
  });
  expect(parse(renderAudit(bad, "yaml"))).toEqual(bad);
  expect(renderAudit(bad, "table", steps)).toContain("#    first: first\ntrue\n");
});

it("gives a page of one file, with what was found and what was not seen", () => {
  const steps = [{ check: "first", command: "true", node: "node1", finding }];
  const html = renderAudit({ ...bad, problems: [{ where: "node1", what: "no ipset" }] }, "html", steps);
  expect(html).toContain("<h1>1 finding, and not all could be seen (1 below).</h1>");
  expect(html).toContain(
    "<li>node1: kube-vip v0.8.4 (installed: image kube-vip:v0.8.4), 8 iptables-nft</li>",
  );
  expect(html).toContain("<li>node1: no ipset</li>");
  expect(html).toContain("#    first: first\ntrue\n");
  expect(renderAudit(clean, "html")).toContain("<h1>Clean.</h1>");
});

it("shows a difference", () => {
  const text = renderDifference({ came: [finding], went: [], stayed: [] }, "table");
  expect(text).toContain("came: 1\nORPHAN");
  expect(text).toContain("stayed, and should have gone: 0");
  const html = renderDifference({ came: [], went: [finding], stayed: [] }, "html");
  expect(html).toContain("<h1>0 came, 1 went, 0 stayed</h1>");
  expect(html).toContain("<h2>Went: 1</h2>\n<article");
});
