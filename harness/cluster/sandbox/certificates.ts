import "reflect-metadata"; // @peculiar/x509 resolves its parts by it
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, both PEM. */
interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Issues certificates for both sides of a connection that are valid for a day. */
export interface Authority {
  /** PEM of the CA's own certificate. */
  readonly certificate: string;
  issue(
    commonName: string,
    names: { readonly dns: readonly string[]; readonly ip: readonly string[] },
  ): Promise<KeyPair>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const lifetimeMs = 24 * 3_600_000;

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** A certificate authority that lives in memory and ends with the run. */
export async function createAuthority(): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const validity = {
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + lifetimeMs),
  };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=leakproof-ca",
    ...validity,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  let serial = 1;
  return {
    certificate: root.toString("pem"),
    async issue(commonName, names) {
      serial += 1;
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: serial.toString(16).padStart(4, "0"),
        subject: `CN=${commonName}`,
        issuer: root.subject,
        ...validity,
        signingAlgorithm: algorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          // The API server shows its own to kubelets.
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.serverAuth,
            x509.ExtendedKeyUsage.clientAuth,
          ]),
          new x509.SubjectAlternativeNameExtension([
            ...names.dns.map((value) => ({ type: "dns" as const, value })),
            ...names.ip.map((value) => ({ type: "ip" as const, value })),
          ]),
        ],
      });
      return { certificate: certificate.toString("pem"), key: await exportKey(own.privateKey) };
    },
  };
}
