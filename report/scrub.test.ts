import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { scrub } from "./scrub.ts";

const jwt = "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl-_x";

describe("scrub takes out", () => {
  it.each([
    ["a JSON Web Token", `token is ${jwt}.`, "token is <redacted>."],
    ["a bearer token", "Authorization: Bearer abcdefgh12345678==", "Authorization: Bearer <redacted>"],
    [
      "a header as Go prints it",
      "Authorization:[Bearer 0123456789abcdef]",
      "Authorization:[Bearer <redacted>]",
    ],
    ["a token of a kubeconfig", "    token: 0123456789abcdef0123", "    token: <redacted>"],
    ["a token in JSON", '{"token":"0123456789abcdef0123"}', '{"token":"<redacted>"}'],
    [
      "a private key",
      "a\n-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----\nb",
      "a\n<redacted>\nb",
    ],
    [
      "a private key in JSON",
      '"-----BEGIN PRIVATE KEY-----\\nMHc\\n-----END PRIVATE KEY-----\\n"',
      '"<redacted>\\n"',
    ],
    ["a private key that was cut", "x -----BEGIN PRIVATE KEY-----\nMHc", "x <redacted>"],
  ])("%s", (_what, text, clean) => {
    expect(scrub(text, [])).toBe(clean);
  });

  it("a known secret in every spelling", () => {
    const secret = 'lp-"secret"/0123456789';
    for (const prefix of ["", "a", "ab", "abc"]) {
      const encoded = Buffer.from(`${prefix}${secret} more`).toString("base64");
      expect(scrub(encoded, [secret])).toContain("<redacted>");
    }
    expect(scrub(JSON.stringify({ secret }), [secret])).toBe('{"secret":"<redacted>"}');
    expect(scrub(`?t=${encodeURIComponent(secret)}&x`, [secret])).toBe("?t=<redacted>&x");
    expect(scrub(secret + secret, [secret])).toBe("<redacted><redacted>");
  });

  it("both of two secrets of which one is part of the other", () => {
    expect(scrub("abcdefgh abcdefgh-longer", ["abcdefgh", "abcdefgh-longer"])).toBe("<redacted> <redacted>");
  });
});

it("leaves honest text alone", () => {
  const honest = [
    "-A KUBE-SVC -m comment --comment lp-a1/web -j MARK --set-xmark 0x40/0x40",
    "the token bucket is empty; bearer of bad news",
    "eyJ is how they begin",
    "tokens: []",
  ].join("\n");
  expect(scrub(honest, ["", "short"])).toBe(honest);
});

it("never leaves a secret, and keeps JSON and YAML readable", () => {
  const secrets = fc.array(fc.stringMatching(/^[A-Za-z0-9._~+/-]{8,40}$/), { maxLength: 3 });
  fc.assert(
    fc.property(secrets, fc.string(), fc.string(), (known, before, after) => {
      const value = { log: `${before}${known.join(before)}${after}`, list: known };
      const json = scrub(JSON.stringify(value), known);
      expect(() => void JSON.parse(json)).not.toThrow();
      const yaml = scrub(stringify(value, { lineWidth: 0 }), known);
      expect(() => void parse(yaml)).not.toThrow();
      for (const secret of known) {
        if ("<redacted>".includes(secret)) continue;
        expect(json).not.toContain(secret);
        expect(yaml).not.toContain(secret);
      }
    }),
  );
});
