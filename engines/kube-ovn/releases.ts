import { parseRelease } from "../release.ts";

/** First and last release that the adapter was tried with. */
const tried = { first: "v1.13.8", last: "v1.16.2" } as const;

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
