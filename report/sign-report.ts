import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { bundleToJSON } from "@sigstore/bundle";
import { DSSEBundleBuilder, type Signer, type Witness } from "@sigstore/sign";
import { payloadType, statementOf } from "./attestation.ts";
import { sha256 } from "./canonical.ts";
import type { KnownReport } from "./schema.ts";

/** Who signs a report, and who is to have seen it. */
export interface Signing {
  readonly signer: Signer;
  /** Transparency logs; none for a key of one's own. */
  readonly witnesses: Witness[];
}

/**
 * Signs with a key of one's own; no network.
 *
 * @param pem - private key: Ed25519 or ECDSA P-256, PKCS #8
 * @throws {Error} where it is no such key
 */
export function signingWithKey(pem: string): Signing {
  const key = createPrivateKey(pem);
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
  const isFit = kind === "ed25519" || (kind === "ec" && details?.namedCurve === "prime256v1");
  if (!isFit) throw new Error(`the key is ${details?.namedCurve ?? kind}, neither ed25519 nor prime256v1`);
  const publicKey = createPublicKey(key);
  // What a key is called: the SHA-256 of its public half.
  const hint = sha256(publicKey.export({ type: "spki", format: "der" }));
  const text = publicKey.export({ type: "spki", format: "pem" }).toString();
  const signer: Signer = {
    sign: (data) =>
      Promise.resolve({
        signature: sign(kind === "ec" ? "sha256" : null, data, key),
        key: { $case: "publicKey", publicKey: text, hint },
      }),
  };
  return { signer, witnesses: [] };
}

/**
 * Signs a report as an in-toto test result.
 *
 * @param text - of conformance-report.yaml
 * @returns the content of `attestationFile`
 */
export async function signReport(report: KnownReport, text: string, signing: Signing): Promise<string> {
  const builder = new DSSEBundleBuilder(signing);
  const data = Buffer.from(JSON.stringify(statementOf(report, text)));
  const bundle = await builder.create({ data, type: payloadType });
  return `${JSON.stringify(bundleToJSON(bundle), undefined, 2)}\n`;
}
