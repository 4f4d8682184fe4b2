import { CIContextProvider, FulcioSigner, type IdentityProvider, RekorWitness } from "@sigstore/sign";
import type { Signing } from "../../report/sign-report.ts";

/** Where a Sigstore is: the public one where nothing is given. */
export interface SigstoreServices {
  /** Of the certificate authority, URL. */
  readonly fulcio?: string;
  /** Of the transparency log, URL. */
  readonly rekor?: string;
  /** Says who signs; the CI job that this runs in, where it is absent. */
  readonly identity?: IdentityProvider;
}

/**
 * Signs with a key that is thrown away, and a certificate that says who it was: the identity of a CI job
 * (`SIGSTORE_ID_TOKEN`, or GitHub Actions with `id-token: write`). Needs the network; a public log keeps it.
 */
export function keylessSigning({ fulcio, rekor, identity }: SigstoreServices = {}): Signing {
  const certificates = fulcio === undefined ? {} : { fulcioBaseURL: fulcio };
  const log = rekor === undefined ? {} : { rekorBaseURL: rekor };
  return {
    signer: new FulcioSigner({
      identityProvider: identity ?? new CIContextProvider("sigstore"),
      ...certificates,
    }),
    witnesses: [new RekorWitness({ ...log, entryType: "dsse" })],
  };
}
