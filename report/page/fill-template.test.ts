import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fillTemplate } from "./fill-template.ts";

const template = { script: 'console.log("x")', style: "body{}" };
const evil = `</title></script><script>alert(1)</script><!-- "'&`;

const elements = (html: string): number => html.match(/<script\b/g)?.length ?? 0;

test("texts of a run cannot make or end an element", () => {
  const clean = fillTemplate(template, { title: "a", summary: ["b"] }, [
    { id: "r", bytes: Buffer.from("c") },
  ]);
  const html = fillTemplate(template, { title: evil, summary: [evil] }, [
    { id: "r", bytes: Buffer.from(evil) },
  ]);
  expect(elements(clean)).toBe(2);
  expect(elements(html)).toBe(2);
  expect(html).not.toContain("alert(1)</script>");
  expect(html).toContain("&lt;script&gt;alert(1)");
});

test("the policy lets this program run and no other", () => {
  const html = fillTemplate(template, { title: "a", summary: [] }, []);
  const [, inside = ""] = /<script>([^]*?)<\/script>/.exec(html) ?? [];
  const digest = createHash("sha256").update(inside).digest("base64");
  expect(html).toContain(`script-src 'sha256-${digest}'`);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toContain("unsafe");
});
