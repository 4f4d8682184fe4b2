import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmless } from "../words.ts";
import { evilText, finding, page } from "./page.fixture.ts";
import { pageScript, pageStyle } from "./page-program.ts";
import { type AuditPage, renderPage } from "./render-page.ts";

/** The page without its own program. */
const bodyOf = (html: string): string => html.replace(pageScript, "").replace(pageStyle, "");
const tagsOf = (html: string): readonly string[] => bodyOf(html).match(/<[^>]*>/g) ?? [];
const namesOf = (html: string): ReadonlySet<string> =>
  new Set(tagsOf(html).map((tag) => /^<[!/]?(\w*)/.exec(tag)?.[1] ?? tag));
const rulesOf = (html: string): readonly string[] =>
  [...html.matchAll(/<code[^>]*>([^<]*)<\/code>/g)].map(([, text = ""]) =>
    text
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&"),
  );
const idsOf = (html: string): readonly string[] =>
  [...html.matchAll(/<article id="([^"]+)"/g)].map(([, id = ""]) => id);

function pageWith(...findings: AuditPage["sections"][number]["findings"]): AuditPage {
  return { title: "t", about: [], problems: [], sections: [{ title: "Findings", findings }] };
}
const sound = renderPage(pageWith(finding));

describe("a page of an audit", () => {
  it("tells each finding with all that belongs to it, and what could not be seen", () => {
    const html = renderPage(page);
    expect(rulesOf(html)[0]).toBe(`[iptables-nft nat] ${finding.text}`);
    expect(html).toContain("<dt>owner</dt><dd>Service shop/web</dd>");
    expect(html).toContain(
      'repaired in v0.8.5 <a href="https://example.org/issues/966?a=1&amp;b=2">https://example.org/issues/966?a=1&amp;b=2</a></dd>',
    );
    expect(html).toContain("<h2>Not seen</h2>\n<ul><li>node2: ipset: &lt;not found&gt;</li></ul>");
    expect(html).toContain("<h2>Findings: 4</h2>");
  });

  it("offers a filter of what there is, by kind, engine and node", () => {
    const html = renderPage(page);
    expect(html).toContain('<option value="orphan">orphan (2)</option>');
    expect(html).toContain('<option value="kube-router">kube-router (1)</option>');
    expect(html).toContain('<option value="the cluster">the cluster (1)</option>');
    expect(renderPage(pageWith())).not.toContain("<form");
  });

  it("shows a plan where there is one", () => {
    expect(renderPage({ ...page, plan: "ipset destroy 'x'\n" })).toContain(
      "<h2>Plan</h2>\n<pre><code>ipset destroy &#39;x&#39;\n</code></pre>",
    );
    expect(renderPage(page)).not.toContain("<h2>Plan");
  });

  it("gives a finding the same address in every page, and each its own", () => {
    const [id = ""] = idsOf(sound);
    expect(id).toMatch(/^finding-[0-9a-f]{12}$/);
    expect(sound).toContain(`<a href="#${id}" aria-label="Link to this finding">`);
    expect(idsOf(renderPage(page))[0]).toBe(id);
    const twice = idsOf(renderPage(pageWith(finding, finding)));
    expect(twice).toEqual([id, `${id}-2`]);
  });

  it("runs its own script alone, and asks nobody", () => {
    const digest = (text: string): string => createHash("sha256").update(text).digest("base64");
    expect(sound).toContain(
      `content="default-src 'none'; script-src 'sha256-${digest(pageScript)}'; style-src 'sha256-${digest(pageStyle)}'; `,
    );
    expect(sound).toContain(`<script>${pageScript}</script>`);
    expect(sound).toContain(`<style>${pageStyle}</style>`);
    expect(sound).not.toMatch(/\b(?:src|srcset)=|url\(|@import/);
  });
});

describe("what somebody wrote", () => {
  it("is text, whatever stands in it", () => {
    const html = renderPage(page);
    expect(rulesOf(html)[1]).toBe(`[iptables-nft nat] ${evilText}`);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain("<img");
  });

  it("cannot end what it stands in: in no place, whatever it is", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(evilText, "</script>", "<!--", `"'`),
    );
    const names = namesOf(renderPage({ ...page, plan: "true" }));
    fc.assert(
      fc.property(word, word, word, (text, name, url) => {
        const evil = {
          ...finding,
          text,
          engine: name,
          node: name,
          why: text,
          owner: name,
          looksLike: { title: text, links: [`https://x/${url}`] },
        };
        const problems = [{ where: name, what: text }];
        const html = renderPage({ ...pageWith(evil), title: name, about: [text], problems, plan: text });
        expect(rulesOf(html)).toEqual([harmless(`[iptables-nft nat] ${text}`), harmless(text)]);
        expect(namesOf(html).difference(names)).toEqual(new Set());
        for (const tag of tagsOf(html))
          expect(tag.replace(/"[^"]*"/g, "")).not.toMatch(/\s(?:on\w+|src|style)=|["']/);
      }),
      { numRuns: 25 },
    );
  });
});
