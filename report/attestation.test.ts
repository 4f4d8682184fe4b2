import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { attestationProblems, signedByKey } from "./attestation.ts";
import { reportOf } from "./sample-report.fixture.ts";
import { signingWithKey, signReport } from "./sign-report.ts";

const [publicKeyEncoding, privateKeyEncoding] = [
  { type: "spki", format: "pem" },
  { type: "pkcs8", format: "pem" },
] as const;
const makeKeys = () => generateKeyPairSync("ed25519", { publicKeyEncoding, privateKeyEncoding });
const makeEc = (namedCurve: string) =>
  generateKeyPairSync("ec", { namedCurve, publicKeyEncoding, privateKeyEncoding });
const [own, other] = [makeKeys(), makeKeys()];
const report = reportOf();
const text = stringify(report);
const signed = await signReport(report, text, signingWithKey(own.privateKey));

interface Bundle {
  readonly dsseEnvelope: { readonly payload: string };
}

describe("a signed report", () => {
  it("is a Sigstore bundle with a test result of in-toto about the report", () => {
    const bundle = JSON.parse(signed) as Bundle;
    expect(bundle).toMatchObject({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      dsseEnvelope: { payloadType: "application/vnd.in-toto+json" },
    });
    expect(JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString())).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://in-toto.io/attestation/test-result/v0.1",
      predicate: {
        result: "FAILED",
        passedTests: ["kv.deleted"],
        failedTests: ["kv.moves"],
        warnedTests: ["kv.race", "kv.v6"],
      },
    });
  });

  it("is right by its own key, and as far as can be told without one", () => {
    expect(attestationProblems(text, signed, signedByKey(own.publicKey))).toEqual([]);
    expect(attestationProblems(text, signed, undefined)).toEqual([]);
    expect(attestationProblems(text, undefined, undefined)).toEqual([]);
  });

  it("is right by a key of the kind that others make", async () => {
    const keys = makeEc("prime256v1");
    const bundle = await signReport(report, text, signingWithKey(keys.privateKey));
    expect(attestationProblems(text, bundle, signedByKey(keys.publicKey))).toEqual([]);
    expect(attestationProblems(text, bundle, signedByKey(own.publicKey)).join()).toMatch(/not signed/);
  });

  const forged = (change: (payload: string) => string) => {
    const bundle = JSON.parse(signed) as Bundle;
    const payload = change(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
    const dsseEnvelope = { ...bundle.dsseEnvelope, payload: Buffer.from(payload).toString("base64") };
    return JSON.stringify({ ...bundle, dsseEnvelope });
  };

  it.each([
    ["another key", text, signed, other.publicKey, /not signed as asked for/],
    ["another report", `${text}# \n`, signed, own.publicKey, /about another report/],
    [
      "another result",
      text,
      forged((payload) => payload.replace("FAILED", "PASSED")),
      own.publicKey,
      /not signed/,
    ],
    ["no statement", text, undefined, own.publicKey, /is not there/],
    ["no bundle", text, "{}", own.publicKey, /cannot be checked/],
    [
      "another predicate",
      text,
      forged((payload) => payload.replace("test-result", "x")),
      undefined,
      /cannot be checked/,
    ],
    [
      "another kind of payload",
      text,
      signed.replace("application/vnd.in-toto+json", "text/plain"),
      undefined,
      /holds no in-toto statement/,
    ],
  ])("is refused with %s", (_what, of, attestation, key, problem) => {
    const check = key === undefined ? undefined : signedByKey(key);
    expect(attestationProblems(of, attestation, check).join()).toMatch(problem);
  });

  it.each([
    [
      "of another kind",
      generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding }).privateKey,
    ],
    ["of another curve", makeEc("secp384r1").privateKey],
  ])("takes no key %s", (_what, key) => {
    expect(() => signingWithKey(key)).toThrow("neither ed25519 nor prime256v1");
  });
});
