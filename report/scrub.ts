const replacement = "<redacted>";

/** Forms of credentials that are known by their look: JSON Web Tokens, bearer tokens, private keys. */
const shapes: readonly RegExp[] = [
  /eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+/g,
  /(?<=\bbearer[\s+:=]{1,4})[A-Za-z0-9._~+/-]{8,}=*/gi,
  /(?<=\btoken["']?\s?[:=]\s?["']?)[A-Za-z0-9._~+/-]{16,}=*/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs,
];

/** A secret as it can stand in text: plain, in JSON, in base64 at each of the three offsets, in a URL. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // In the base64 of a longer text (a kubeconfig in a Secret) the secret begins at byte 0, 1 or 2 of a group of
  // three; the characters at both ends also depend on its neighbours and are left out.
  const shifted = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return encoded.slice(Math.ceil((offset * 4) / 3), Math.floor(((bytes.length + offset) * 8) / 6));
  });
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...shifted];
}

/** The shortest secret that is looked for: a shorter one would take words out of honest text. */
const minSecretLength = 8;

/**
 * Takes credentials out of a text: `secrets` in each of their spellings, and whatever looks like a token
 * or a private key. Works on plain text, and on JSON and YAML without breaking them.
 *
 * @param secrets - known ones; those shorter than 8 characters are ignored
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const wanted = secrets.filter(({ length }) => length >= minSecretLength).flatMap(spellings);
  // The longest first: a secret may be part of another.
  const ordered = [...new Set(wanted)].toSorted((a, b) => b.length - a.length);
  const known = ordered.reduce((clean, spelling) => clean.replaceAll(spelling, replacement), text);
  return shapes.reduce((clean, shape) => clean.replace(shape, replacement), known);
}
