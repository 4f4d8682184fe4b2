/** Numbers of a release. */
export type Release = readonly [major: number, minor: number, patch: number];

/** `v1.2.3` or `v1.1.0-rc.0`, which belongs to v1.1.0; undefined for anything else. */
export function parseRelease(text: string): Release | undefined {
  const match = /^v(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?$/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Negative where `one` is older than `other`, 0 where they are the same. */
export function compareReleases(one: Release, other: Release): number {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
