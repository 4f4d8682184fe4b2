import { createHash } from "node:crypto";
import { escapeXml } from "../junit.ts";
import type { Template } from "./template.ts";

/** Data of a page, compressed; `id` is that of its element. */
export interface PagePart {
  readonly id: string;
  readonly bytes: Buffer;
}

/** What the page says where its program does not run. */
export interface PlainWords {
  readonly title: string;
  readonly summary: readonly string[];
}

const sourceOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Only this program and this style sheet; nothing from anywhere. */
function policyOf({ script, style }: Template): string {
  return [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * The page as one HTML file. Texts of the run are in compressed parts, whose base64 cannot end an element, and
 * in the few plain words, which are escaped. Pure.
 */
export function fillTemplate(template: Template, words: PlainWords, parts: readonly PagePart[]): string {
  const data = parts.map(
    ({ id, bytes }) =>
      `<script type="application/gzip" id="${escapeXml(id)}">${bytes.toString("base64")}</script>\n`,
  );
  const plain = words.summary.map((line) => `<p>${escapeXml(line)}</p>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(template)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(words.title)}</title>
<style>${template.style}</style>
</head>
<body>
<noscript><h1>${escapeXml(words.title)}</h1>${plain}<p>This page needs JavaScript; conformance-report.yaml beside it holds the same without.</p></noscript>
<div id="app"></div>
${data.join("")}<script>${template.script}</script>
</body>
</html>
`;
}
