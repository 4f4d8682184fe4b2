/** First and last release that the adapter was tried with. */
const tried = { first: "v1.13.8", last: "v1.16.2" } as const;

/** Number parts of a release; undefined for anything that is none. */
export function parseRelease(version: string): readonly [number, number, number] | undefined {
  const [, major, minor, patch] = /^v(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return [Number(major), Number(minor), Number(patch)];
}

/** Negative where `one` is older than `other`; releases both. */
export function compareReleases(one: string, other: string): number {
  const left = parseRelease(one) ?? [0, 0, 0];
  const right = parseRelease(other) ?? [0, 0, 0];
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** What is wrong with the version of a selection, as sentences. */
export function versionProblems(version: string | undefined): readonly string[] {
  if (version === undefined) {
    return [`kube-ovn needs a version, as in kube-ovn@${tried.last}: its gateway differs between releases.`];
  }
  const release = parseRelease(version);
  if (release !== undefined && release[0] === 1 && release[1] >= 13) return [];
  return [
    `kube-ovn version "${version}" is not supported: give a release from v1.13.0 on (${tried.last} is the last that was tried).`,
  ];
}
