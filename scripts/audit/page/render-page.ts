import { createHash } from "node:crypto";
import type { SightProblem } from "../../../harness/audit/audit.ts";
import { type AuditFinding, findingKey } from "../../../harness/audit/finding.ts";
import { detailsOf, harmless, placeText } from "../words.ts";
import { pageScript, pageStyle } from "./page-program.ts";

/** What a page tells. */
export interface AuditPage {
  /** The judgement, as a heading. */
  readonly title: string;
  /** Lines below it: when, and what was there. */
  readonly about: readonly string[];
  readonly problems: readonly SightProblem[];
  readonly sections: readonly { readonly title: string; readonly findings: readonly AuditFinding[] }[];
  /** Commands; shown, never run. */
  readonly plan?: string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text that somebody else wrote, between tags or in an attribute. */
function escapeHtml(text: string): string {
  return harmless(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}

/** Links of issues are ours; each becomes one that can be followed. */
function linked(escaped: string): string {
  return escaped.replace(/https:\/\/[\w./#?=%&;~-]+/g, (url) => `<a href="${url}">${url}</a>`);
}

const nodeName = ({ node }: AuditFinding): string => node || "the cluster";

/** Names for addresses of findings: the same in every page that has the finding. */
function createIds(): (finding: AuditFinding) => string {
  const times = new Map<string, number>();
  return (finding) => {
    const digest = createHash("sha256").update(findingKey(finding)).digest("hex").slice(0, 12);
    const count = (times.get(digest) ?? 0) + 1;
    times.set(digest, count);
    return `finding-${digest}${count === 1 ? "" : `-${count}`}`;
  };
}

function renderFinding(finding: AuditFinding, id: string): string {
  const [kind, engine, node] = [finding.kind, finding.engine, nodeName(finding)].map(escapeHtml);
  const rows = detailsOf(finding).map(([name, text]) => {
    const escaped = escapeHtml(text);
    return `<dt>${name}</dt><dd>${name === "looks like" ? linked(escaped) : escaped}</dd>`;
  });
  return `<article id="${id}" tabindex="-1" aria-labelledby="${id}-title ${id}-rule" data-kind="${kind}" data-engine="${engine}" data-node="${node}">
<h3 id="${id}-title"><span class="kind">${kind}</span> of ${engine} on ${node} <a href="#${id}" aria-label="Link to this finding">#</a></h3>
<pre><code id="${id}-rule">${escapeHtml(placeText(finding) + finding.text)}</code></pre>
<dl>${rows.join("")}</dl>
</article>
`;
}

function renderSelect(name: string, title: string, values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const options = [...counts].map(
    ([value, count]) => `<option value="${escapeHtml(value)}">${escapeHtml(value)} (${count})</option>`,
  );
  return `<label>${title} <select name="${name}"><option value="">all</option>${options.join("")}</select></label>`;
}

/** Hidden where the script does not run: without it nothing would happen. */
function renderFilter(findings: readonly AuditFinding[]): string {
  if (findings.length === 0) return "";
  const selects = [
    renderSelect(
      "kind",
      "Kind",
      findings.map(({ kind }) => kind),
    ),
    renderSelect(
      "engine",
      "Engine",
      findings.map(({ engine }) => engine),
    ),
    renderSelect("node", "Node", findings.map(nodeName)),
  ];
  return `<form hidden role="search" aria-label="Filter findings" autocomplete="off">${selects.join("\n")}
<button type="reset">Show all</button> <output role="status" class="muted"></output></form>`;
}

const list = (lines: readonly string[]): string =>
  `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`;

function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${content}</section>`;
}

const sourceOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Only this script and this style sheet; nothing from anywhere. */
const policy = [
  "default-src 'none'",
  `script-src ${sourceOf(pageScript)}`,
  `style-src ${sourceOf(pageStyle)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** An audit as one HTML file that needs nothing else. Pure. */
export function renderPage({ title, about, problems, sections, plan }: AuditPage): string {
  const idOf = createIds();
  const shown = sections.map(({ title: heading, findings }) =>
    section(
      `${heading}: ${findings.length}`,
      findings.map((finding) => renderFinding(finding, idOf(finding))).join(""),
    ),
  );
  const unseen = problems.map(({ where, what }) => `${where}: ${what}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Leakproof audit</title>
<style>${pageStyle}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<main id="content" tabindex="-1">
<h1>${escapeHtml(title)}</h1>
${list(about)}
${unseen.length === 0 ? "" : section("Not seen", list(unseen))}
${renderFilter(sections.flatMap(({ findings }) => findings))}
${shown.join("\n")}
${plan === undefined ? "" : section("Plan", `<pre><code>${escapeHtml(plan)}</code></pre>`)}
</main>
<script>${pageScript}</script>
</body>
</html>
`;
}
