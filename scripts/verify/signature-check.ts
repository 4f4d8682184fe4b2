import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { cacheDirectory } from "../../harness/process/cache-directory.js";
import { type SignatureCheck, signedByKey } from "../../report/attestation.ts";

/** Who must have signed a report. */
export type Signed =
  | { readonly by: "key" /** Public key, PEM. */; readonly path: string }
  | {
      readonly by: "identity";
      /** As the certificate names it: a workflow's URL, an e-mail address. */
      readonly identity: string;
      /** URL of who vouches for that. */
      readonly issuer: string;
      /** File with the roots that are trusted (JSON); those of the public Sigstore where it is absent, by the network. */
      readonly trustedRoot?: string;
    };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function orBadValue<T>(option: string, fix: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new HarnessError("args/bad-value", `--${option}: ${messageOf(cause)}\nFix: ${fix}`, { cause });
  }
}

async function publicRoot(): Promise<TrustedRoot> {
  // Loads an HTTP client, which no other verification needs.
  const { getTrustedRoot } = await import("@sigstore/tuf");
  try {
    return await getTrustedRoot({ cachePath: join(cacheDirectory(), "sigstore") });
  } catch (cause) {
    throw new HarnessError(
      "attest/no-root",
      `the roots of the public Sigstore cannot be had: ${messageOf(cause)}\nFix: with no network, give --trusted-root FILE (trusted_root.json).`,
      { cause },
    );
  }
}

/** Demands a certificate for an identity, from a certificate authority and logs that are trusted. */
export function signedByIdentity(root: TrustedRoot, identity: string, issuer: string): SignatureCheck {
  const verifier = new Verifier(toTrustMaterial(root));
  const policy = {
    // A pattern, which has to match somewhere.
    subjectAlternativeName: `^${RegExp.escape(identity)}$`,
    extensions: { issuer },
  };
  return (bundle) => void verifier.verify(toSignedEntity(bundle), policy);
}

/** @throws {HarnessError} `args/bad-value`, `attest/no-root` */
export async function signatureCheck(signed: Signed): Promise<SignatureCheck> {
  if (signed.by === "key")
    return orBadValue("key", "give the file of a public key (PEM).", async () =>
      signedByKey(await readFile(signed.path, "utf8")),
    );
  const { identity, issuer, trustedRoot } = signed;
  const root =
    trustedRoot === undefined
      ? await publicRoot()
      : await orBadValue("trusted-root", "give a trusted_root.json of Sigstore.", async () =>
          TrustedRoot.fromJSON(JSON.parse(await readFile(trustedRoot, "utf8"))),
        );
  return signedByIdentity(root, identity, issuer);
}
