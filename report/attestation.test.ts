import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { attestationProblems, signReport } from "./attestation.ts";
import { reportOf } from "./sample-report.fixture.ts";

const [spki, pkcs8] = [
  { type: "spki", format: "pem" },
  { type: "pkcs8", format: "pem" },
] as const;
const makeKeys = () => generateKeyPairSync("ed25519", { publicKeyEncoding: spki, privateKeyEncoding: pkcs8 });
const [own, other] = [makeKeys(), makeKeys()];
const report = reportOf();
const text = stringify(report);
const signed = signReport(report, text, own.privateKey);

describe("a signed report", () => {
  it("is a test result of in-toto about the report", () => {
    const { payload } = JSON.parse(signed) as { payload: string };
    expect(JSON.parse(Buffer.from(payload, "base64").toString())).toMatchObject({
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
    expect(attestationProblems(text, signed, own.publicKey)).toEqual([]);
    expect(attestationProblems(text, signed, undefined)).toEqual([]);
    expect(attestationProblems(text, undefined, undefined)).toEqual([]);
  });

  const forged = (change: (payload: string) => string) => {
    const envelope = JSON.parse(signed) as { payload: string };
    const payload = change(Buffer.from(envelope.payload, "base64").toString());
    return JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString("base64") });
  };

  it.each([
    ["another key", text, signed, other.publicKey, /not signed by that key/],
    ["another report", `${text}# \n`, signed, own.publicKey, /about another report/],
    [
      "another result",
      text,
      forged((payload) => payload.replace("FAILED", "PASSED")),
      own.publicKey,
      /not signed/,
    ],
    ["no statement", text, undefined, own.publicKey, /is not there/],
    ["no envelope", text, "{}", own.publicKey, /cannot be checked/],
    [
      "another predicate",
      text,
      forged((payload) => payload.replace("test-result", "x")),
      undefined,
      /cannot be checked/,
    ],
    ["a key that is none", text, signed, "key", /cannot be checked/],
  ])("is refused with %s", (_what, of, attestation, key, problem) => {
    expect(attestationProblems(of, attestation, key).join()).toMatch(problem);
  });

  it("takes no key of another kind", () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: spki,
      privateKeyEncoding: pkcs8,
    });
    expect(() => signReport(report, text, privateKey)).toThrow("not ed25519");
  });
});
