import { createPublicKey } from "node:crypto";
import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, type TrustMaterial, Verifier } from "@sigstore/verify";
import { z } from "zod";
import { sha256 } from "./canonical.ts";
import type { KnownReport } from "./schema.ts";

/** The file with the signed statement, beside the report: a Sigstore bundle (media type version 0.3). */
export const attestationFile = "attestation.sigstore.json";

/** What the bundle's envelope holds. */
export const payloadType = "application/vnd.in-toto+json";

const digestSchema = z.strictObject({ sha256: z.string() });

const statementSchema = z.looseObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.strictObject({ name: z.string(), digest: digestSchema })).min(1),
  predicateType: z.literal("https://in-toto.io/attestation/test-result/v0.1"),
});

const results = { true: "PASSED", false: "FAILED", undetermined: "WARNED" } as const;

/**
 * The report as an in-toto test result; its subject are the report and, by their digests in it, manifest and evidence. Pure.
 *
 * @param text - of conformance-report.yaml
 * @see https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
 */
export function statementOf(report: KnownReport, text: string): object {
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

/** Whether a bundle is signed by whom it should be. Throws where it is not, with the reason. */
export type SignatureCheck = (bundle: Bundle) => void;

/**
 * Demands the signature of one key; no network, no transparency log.
 *
 * @param pem - public key, PEM
 * @throws {Error} where it is no key
 */
export function signedByKey(pem: string): SignatureCheck {
  const publicKey = createPublicKey(pem);
  const trusted: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey, validFor: () => true }),
  };
  const verifier = new Verifier(trusted, { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 });
  return (bundle) => void verifier.verify(toSignedEntity(bundle));
}

/**
 * What is wrong with the statement beside a report: sentences. Without a check nobody can say who signed it, only
 * whether it is about this report.
 *
 * @param text - of conformance-report.yaml
 * @param attestation - of the file; undefined where there is none
 */
export function attestationProblems(
  text: string,
  attestation: string | undefined,
  check: SignatureCheck | undefined,
): readonly string[] {
  if (attestation === undefined)
    return check === undefined ? [] : [`${attestationFile} is not there, and a signature is asked for.`];
  try {
    const bundle = bundleFromJSON(JSON.parse(attestation));
    const { content } = bundle;
    if (content.$case !== "dsseEnvelope" || content.dsseEnvelope.payloadType !== payloadType)
      return [`${attestationFile} holds no in-toto statement.`];
    const { subject } = statementSchema.parse(JSON.parse(content.dsseEnvelope.payload.toString()));
    const isAbout = subject.some(
      ({ name, digest }) => name === "conformance-report.yaml" && digest.sha256 === sha256(text),
    );
    const refusal = refusalOf(bundle, check);
    return [
      ...(isAbout ? [] : [`${attestationFile} is about another report.`]),
      ...(refusal === undefined ? [] : [`${attestationFile} is not signed as asked for: ${refusal}`]),
    ];
  } catch (error) {
    return [`${attestationFile} cannot be checked: ${firstLine(error)}`];
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}

function refusalOf(bundle: Bundle, check: SignatureCheck | undefined): string | undefined {
  try {
    check?.(bundle);
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}
