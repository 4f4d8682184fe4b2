import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { sha256 } from "./canonical.ts";
import type { KnownReport } from "./schema.ts";

/** The file with the signed statement, beside the report. */
export const attestationFile = "attestation.json";

const payloadType = "application/vnd.in-toto+json";
const digestSchema = z.strictObject({ sha256: z.string() });

const statementSchema = z.looseObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.strictObject({ name: z.string(), digest: digestSchema })).min(1),
  predicateType: z.literal("https://in-toto.io/attestation/test-result/v0.1"),
});

const envelopeSchema = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: z.base64(),
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.base64() })).min(1),
});

/** What is signed, exactly: the envelope's encoding before authentication (DSSE, protocol.md). */
function encodePayload(payload: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ]);
}

const results = { true: "PASSED", false: "FAILED", undetermined: "WARNED" } as const;

/** The report as an in-toto test result; its subject are the report and, by their digests in it, manifest and evidence. Pure. */
function statementOf(report: KnownReport, text: string): object {
  const { run, profile, conformant } = report;
  const tested = report.results.filter(({ level }) => level !== "power");
  const named = (...kinds: readonly string[]): readonly string[] =>
    tested.flatMap(({ id, verdict }) => (kinds.includes(verdict.kind) ? [id] : []));
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "conformance-report.yaml", digest: { sha256: sha256(text) } }],
    predicateType: "https://in-toto.io/attestation/test-result/v0.1",
    predicate: {
      result: results[`${conformant}`],
      configuration: [
        {
          name: `leakproof ${run.suiteVersion}, profile ${profile.name} ${profile.version}`,
          digest: { sha256: profile.digest },
        },
      ],
      passedTests: named("pass"),
      warnedTests: named("error", "not-exercised", "unsupported"),
      failedTests: named("fail"),
    },
  };
}

/** What a key is called: the SHA-256 of its public half. */
function keyId(key: KeyObject): string {
  return sha256(createPublicKey(key).export({ type: "spki", format: "der" }));
}

/**
 * Signs a report with a key of one's own; no network.
 *
 * @param text - of conformance-report.yaml
 * @param pem - private key: Ed25519, PKCS #8
 * @returns the content of `attestation.json`: a DSSE envelope
 * @throws {Error} where it is no such key
 * @see https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
 */
export function signReport(report: KnownReport, text: string, pem: string): string {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519")
    throw new Error(`the key is ${key.asymmetricKeyType}, not ed25519`);
  const payload = Buffer.from(JSON.stringify(statementOf(report, text)));
  const envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: keyId(key), sig: sign(null, encodePayload(payload), key).toString("base64") }],
  };
  return `${JSON.stringify(envelope, undefined, 2)}\n`;
}

/**
 * What is wrong with the statement beside a report: sentences. Without a key nobody can say who signed it, only
 * whether it is about this report.
 *
 * @param text - of conformance-report.yaml
 * @param attestation - of attestation.json; undefined where there is none
 * @param pem - public key, PEM
 */
export function attestationProblems(
  text: string,
  attestation: string | undefined,
  pem: string | undefined,
): readonly string[] {
  if (attestation === undefined)
    return pem === undefined
      ? []
      : [`${attestationFile} is not there, and a key was given to check it with.`];
  try {
    const { payload: encoded, signatures } = envelopeSchema.parse(JSON.parse(attestation));
    const payload = Buffer.from(encoded, "base64");
    const { subject } = statementSchema.parse(JSON.parse(payload.toString()));
    const isAbout = subject.some(
      ({ name, digest }) => name === "conformance-report.yaml" && digest.sha256 === sha256(text),
    );
    const isSigned =
      pem === undefined ||
      signatures.some(({ sig }) =>
        verify(null, encodePayload(payload), createPublicKey(pem), Buffer.from(sig, "base64")),
      );
    return [
      ...(isAbout ? [] : [`${attestationFile} is about another report.`]),
      ...(isSigned ? [] : [`${attestationFile} is not signed by that key.`]),
    ];
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return [`${attestationFile} cannot be checked: ${why}`];
  }
}
