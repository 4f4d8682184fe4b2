import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from "@sigstore/protobuf-specs";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { attestationProblems, signedByKey } from "../../report/attestation.ts";
import { reportOf } from "../../report/sample-report.fixture.ts";
import { signReport } from "../../report/sign-report.ts";
import { signedByIdentity } from "../verify/signature-check.ts";
import { keylessSigning } from "./keyless.ts";

const identity = "https://github.com/acme/router/.github/workflows/certify.yaml@refs/tags/v2.1.0";
const issuer = "https://token.actions.example";

/** An identity token, as a CI job gets one; nobody looks at its signature here. */
function tokenFor(subject: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ iss: issuer, sub: subject, aud: "sigstore" })}.${part({})}`;
}

interface Proposed {
  readonly spec: {
    readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly [string] };
  };
}

/** What a log keeps of an entry that is proposed to it: the package for tests keeps the proposal. */
function asLogged(body: string): string {
  const { spec, ...entry } = JSON.parse(body) as Proposed;
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as {
    readonly payload: string;
    readonly signatures: readonly [{ readonly sig: string }];
  };
  const hashOf = (content: Uint8Array | string) => ({
    algorithm: "sha256",
    value: createHash("sha256").update(content).digest("hex"),
  });
  const logged = {
    envelopeHash: hashOf(envelope),
    payloadHash: hashOf(Buffer.from(payload, "base64")),
    signatures: [{ signature: signatures[0].sig, verifier: verifiers[0] }],
  };
  return JSON.stringify({ ...entry, spec: logged });
}

/** A certificate authority and a transparency log, on loopback, with the roots that say whom to trust. */
async function startSigstore() {
  const keyPair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const ctlog = await initializeCTLog(keyPair);
  const ca = await initializeCA(keyPair, ctlog);
  const begun = new Date(Date.now() - 60_000);
  const handlers = [fulcioHandler(ca)];
  const server = createServer((request, response) => {
    void readText(request).then(async (body) => {
      const handler = handlers.find(({ path }) => request.url === path);
      const answer = await handler?.fn(body);
      response.writeHead(answer?.statusCode ?? 404, { "Content-Type": answer?.contentType ?? "text/plain" });
      response.end(answer?.response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tlog = await initializeTLog(url, keyPair);
  const log = rekorHandler(tlog);
  handlers.push({ ...log, fn: (body) => log.fn(asLogged(body)) });
  const logOf = (publicKey: Buffer, keyId: Buffer) => ({
    baseUrl: url,
    logId: { keyId },
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: {
      rawBytes: publicKey,
      keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
      validFor: { start: begun },
    },
    checkpointKeyId: undefined,
    operator: "",
  });
  const bytes = ({ buffer }: ArrayBufferView): Buffer => Buffer.from(buffer as ArrayBuffer);
  const root: TrustedRoot = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(tlog.publicKey, createHash("sha256").update(tlog.publicKey).digest())],
    ctlogs: [logOf(ctlog.publicKey, bytes(ctlog.logID))],
    certificateAuthorities: [
      {
        subject: undefined,
        uri: url,
        certChain: { certificates: [{ rawBytes: bytes(ca.rootCertificate) }] },
        validFor: { start: begun },
        operator: "",
      },
    ],
    timestampAuthorities: [],
  };
  return {
    url,
    root: TrustedRoot.fromJSON(TrustedRoot.toJSON(root)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const report = reportOf();
const text = stringify(report);

it("is signed with the identity of a job, and by nobody else", async () => {
  await using sigstore = await startSigstore();
  const signing = keylessSigning({
    fulcio: sigstore.url,
    rekor: sigstore.url,
    identity: { getToken: () => Promise.resolve(tokenFor(identity)) },
  });
  const signed = await signReport(report, text, signing);
  const { root } = sigstore;
  expect(attestationProblems(text, signed, signedByIdentity(root, identity, issuer))).toEqual([]);
  const problemsOf = (...[who, by]: [string, string]): string =>
    attestationProblems(text, signed, signedByIdentity(root, who, by)).join();
  expect(problemsOf(identity.replace("acme", "other"), issuer)).toMatch(/not signed as asked for/);
  expect(problemsOf(identity.slice(0, -1), issuer)).toMatch(/not signed as asked for/);
  expect(problemsOf(identity, "https://elsewhere.example")).toMatch(/not signed as asked for/);
  const { publicKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  expect(attestationProblems(text, signed, signedByKey(publicKey)).join()).toMatch(/not signed as asked for/);
});

it("is refused by the roots of another Sigstore", async () => {
  await using sigstore = await startSigstore();
  await using other = await startSigstore();
  const identified = { getToken: () => Promise.resolve(tokenFor(identity)) };
  const signing = keylessSigning({ fulcio: sigstore.url, rekor: sigstore.url, identity: identified });
  const signed = await signReport(report, text, signing);
  const check = signedByIdentity(other.root, identity, issuer);
  expect(attestationProblems(text, signed, check).join()).toMatch(/not signed as asked for/);
});

it("says that it is not signed where the services do not answer", async () => {
  const signing = keylessSigning({
    fulcio: "http://127.0.0.1:9",
    rekor: "http://127.0.0.1:9",
    identity: { getToken: () => Promise.resolve(tokenFor(identity)) },
  });
  await expect(signReport(report, text, signing)).rejects.toThrow();
});
