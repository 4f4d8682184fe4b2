import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConformanceReport, ReportedAttempt } from "./schema.ts";
import { escapeXml, renderJunit } from "./junit.ts";
import { entryOf, failed, finding } from "./report.fixture.ts";
import { reportOf } from "./sample-report.fixture.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const characters: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#9;": "\t",
  "&#10;": "\n",
  "&#13;": "\r",
};
const unescape = (text: string): string => text.replace(/&[^;]*;/g, (entity) => characters[entity] ?? entity);

/** Reads XML of the kind that is written here, and refuses all that is not well-formed. */
function parseXml(xml: string): Element {
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(xml))
    throw new Error("forbidden character");
  const body = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n(?<body>[^]*)\n$/.exec(xml)?.groups?.["body"];
  if (body === undefined) throw new Error("no declaration");
  const entity = "&(?:amp|lt|gt|quot|#\\d+);";
  const value = `"(?:[^<&"]|${entity})*"`;
  const token = new RegExp(`<(/?)([a-z]+)((?: [a-z]+=${value})*)(/?)>|((?:[^<&]|${entity})+)`, "gy");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const match of body.matchAll(token)) {
    at = match.index + match[0].length;
    const [, closing, name = "", raw = "", selfClosing, text] = match;
    const parent = open.at(-1);
    if (parent === undefined) throw new Error("text after the end");
    if (text !== undefined) {
      if (text.includes("]]>")) throw new Error("]]> in text");
      parent.text += unescape(text);
    } else if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
    } else {
      const pairs = [...raw.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = "", content = ""]) => [
        key,
        unescape(content),
      ]);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
      parent.children.push(element);
      if (selfClosing !== "/") open.push(element);
    }
  }
  const [only, ...others] = root.children;
  if (at !== body.length || open.length !== 1 || only === undefined || others.length > 0)
    throw new Error(`not well-formed at ${at}`);
  return only;
}

/** A report whose only engine has these attempts. */
const junitOf = (...results: readonly ReportedAttempt[]): string => renderJunit({ ...reportOf(), results });

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("]]>", "<!--", "\ud800", "\0", "\r\n", "&#0;"),
);

describe("the checker of these tests", () => {
  it.each([
    "<a>",
    "<a></b>",
    "<a/><b/>",
    '<a b="<"/>',
    "<a>&</a>",
    "<a>\0</a>",
    "<a>]]></a>",
    '<a b="&x;"/>',
    "<a/>text<",
  ])("refuses %j", (body) => {
    expect(() => parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`)).toThrow();
  });
});

describe("junit.xml", () => {
  it("is well-formed and says the same for any text", () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (why, message, detail) => {
        const xml = junitOf(
          entryOf("kv.moves", { kind: "fail", findings: [{ ...finding, why, packet: detail }] }),
          entryOf("kv.deleted", { kind: "error", cause: { code: message, message }, findings: [] }),
          entryOf("kv.race", { kind: "not-exercised", reason: "fault", detail }),
        );
        const [suite] = parseXml(xml).children;
        const allowed = (text: string): string => unescape(escapeXml(text));
        const [fail, error, skipped] = suite?.children.map((testcase) => testcase.children[0]) ?? [];
        expect(fail?.attributes["message"]).toBe(allowed(why));
        expect(fail?.text).toContain(allowed(why));
        expect(error?.attributes).toEqual({ type: allowed(message), message: allowed(message) });
        expect(skipped?.attributes["message"]).toBe(allowed(`not exercised (fault): ${detail}`));
      }),
    );
  });

  it("keeps every character that XML can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const isAllowed = (code: number): boolean =>
          [9, 10, 13].includes(code) || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);
        const kept = Array.from(text)
          .filter((character) => isAllowed(character.codePointAt(0) ?? 0))
          .join("");
        expect(unescape(escapeXml(text))).toBe(kept);
      }),
    );
    expect(escapeXml("a\0b\x1b[31mc\ud800d")).toBe("ab[31mcd");
    expect(escapeXml('😀<&>"')).toBe("😀&lt;&amp;&gt;&quot;");
  });

  it("has a suite an engine, with failure, error and skipped told apart", () => {
    const report: ConformanceReport = reportOf();
    const suites = parseXml(renderJunit(report));
    expect(suites.attributes).toMatchObject({
      tests: "4",
      failures: "1",
      errors: "0",
      skipped: "2",
      time: "6.000",
    });
    expect(suites.children.map(({ attributes }) => attributes["name"])).toEqual(["kube-vip@v0.8.4/rt"]);
    const cases = suites.children[0]?.children ?? [];
    expect(cases.map(({ attributes, children }) => [attributes["name"], children[0]?.name])).toEqual([
      ["egress-moves", "failure"],
      ["egress-deleted", undefined],
      ["egress-race", "skipped"],
      ["egress-ipv6", "skipped"],
    ]);
    expect(cases[0]?.attributes["classname"]).toBe("egress-snat.kube-vip@v0.8.4/rt.core");
    expect(cases[0]?.children[0]?.text).toContain(
      "rule       [iptables-legacy mangle] -A KUBE-VIP-EGRESS -s 10.244.0.7/32",
    );
    expect(cases[0]?.children[0]?.text).toContain("\nagain: npm run conformance -- ");
  });

  it("counts an error of the harness as error, not as failure", () => {
    const error = entryOf("kv.moves", {
      kind: "error",
      cause: { code: "wait/timed-out", message: "x" },
      findings: [finding],
    });
    const suites = parseXml(junitOf(error, entryOf("kv.deleted", failed)));
    expect(suites.attributes).toMatchObject({ tests: "2", failures: "1", errors: "1", skipped: "0" });
  });
});
