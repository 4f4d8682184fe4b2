import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditFinding } from "../../../harness/audit/finding.ts";
import { type AuditPage, renderPage } from "./render-page.ts";

/** What somebody may have written into a comment of a rule. */
export const evilText =
  "-A X -m comment --comment \"</script></code><img src=x onerror='document.title=1'> &amp; &lt;\" -j DROP";

export const finding: AuditFinding = {
  kind: "orphan",
  engine: "kube-vip",
  node: "node1",
  family: "iptables-nft",
  table: "nat",
  chain: "POSTROUTING",
  text: "-A POSTROUTING -s 10.244.0.5/32 -j SNAT --to-source 172.31.0.5",
  why: "names 10.244.0.5, which no object names",
  owner: "Service shop/web",
  looksLike: {
    title: "Old rules stay",
    links: ["https://example.org/issues/966?a=1&b=2"],
    firstGood: "v0.8.5",
  },
};

/** A page with four findings: of two kinds, two engines, two nodes and the cluster. */
export const page: AuditPage = {
  title: "4 findings, and not all could be seen (1 below).",
  about: ["audit of 2026-11-22T12:00:00.000Z", "node1: kube-vip v0.8.4, 8 iptables-nft"],
  problems: [{ where: "node2", what: "ipset: <not found>" }],
  sections: [
    {
      title: "Findings",
      findings: [
        finding,
        { ...finding, text: evilText, node: "node2" },
        { ...finding, kind: "stale-value", engine: "kube-router" },
        { kind: "lease", engine: "kube-vip", node: "", text: "Lease kube-system/x", why: "is of no Service" },
      ],
    },
  ],
};

/** The page as a file; gone afterwards. */
export async function createAuditPage(): Promise<AsyncDisposable & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-audit-page-"));
  const file = join(folder, "audit.html");
  await writeFile(file, renderPage(page));
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
