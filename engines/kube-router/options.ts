import { HarnessError } from "../../harness/errors/harness-error.ts";
import type { EngineSelection } from "../../harness/model/engine.ts";
import { type Era, eraOf, supported } from "./eras.ts";

/** Flags that the harness sets: with another value the run would be about something else. */
const reserved: readonly string[] = [
  "kubeconfig",
  "master",
  "hostname-override",
  "cleanup-config",
  "run-firewall",
  "run-router",
  "run-service-proxy",
  "help",
  "version",
];

function versionProblems(version: string | undefined): readonly string[] {
  if (version === undefined)
    return [`kube-router needs a version, as in kube-router@v2.1.3: its flags differ between releases.`];
  if (eraOf(version) !== undefined) return [];
  return [
    `kube-router version "${version}" is not supported: give a release from ${supported.first} to ${supported.last}, as in kube-router@v2.1.3.`,
  ];
}

/** What is wrong with a selection, each problem a sentence. Options are flags, without the dashes in front. */
export function selectionProblems({ version, options }: EngineSelection): readonly string[] {
  const names = Object.keys(options);
  return [
    ...versionProblems(version),
    ...names
      .filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))
      .map((name) => `kube-router option "${name}" is no name of a flag: leave the dashes in front out.`),
    ...names
      .filter((name) => reserved.includes(name))
      .map((name) => `kube-router option "${name}" is set by the harness and cannot be given.`),
  ];
}

/** The era of a selection that has no problems. */
export function eraOfSelection({ version }: EngineSelection): Era {
  const era = version === undefined ? undefined : eraOf(version);
  if (era === undefined)
    throw new HarnessError(
      "run/internal",
      `kube-router was started with ${versionProblems(version).join(" ")}`,
    );
  return era;
}
