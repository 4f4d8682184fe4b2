import { release } from "node:os";
import type { ControlPlane } from "../../harness/cluster/control-plane.ts";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { engineLabel } from "../../harness/run/pick-engines.ts";
import type { DraftAttempt } from "../../harness/run/select.ts";
import { describePlanned, profileDigest } from "../../report/manifest.ts";
import type { PlannedEntry, RunManifest } from "../../report/manifest-schema.ts";
import { plannedInput } from "./describe-run.ts";
import type { PlannedRun } from "./plan-run.ts";

function differs(what: string, was: string, is: string): HarnessError {
  return new HarnessError(
    "args/run-differs",
    `the run cannot be gone on with: ${what} was ${was}, and is ${is} now.\nFix: restore it, or begin a new run.`,
  );
}

/** Attempts as the manifest lists them, but for those that only a recording led to. */
function planned(attempts: readonly DraftAttempt[]): readonly PlannedEntry[] {
  return attempts.map(({ draft, ...attempt }) =>
    describePlanned(plannedInput({ ...attempt, plan: { ...draft, engineDigest: "" } })),
  );
}

function attemptProblems(
  before: readonly PlannedEntry[],
  now: readonly PlannedEntry[],
): readonly HarnessError[] {
  const known = new Map(now.map((entry) => [entry.id, JSON.stringify(entry)]));
  const changed = before.find((entry) => known.get(entry.id) !== JSON.stringify(entry));
  if (changed !== undefined) {
    const is = known.get(changed.id) ?? "not planned";
    return [differs(`the attempt ${changed.id}`, JSON.stringify(changed), is)];
  }
  const added = now.find(({ id }) => !before.some((entry) => entry.id === id));
  return added === undefined ? [] : [differs(`the attempt ${added.id}`, "not planned", "planned")];
}

/**
 * Whether a run can be gone on with: all that its report says of plans, engines and machine must still hold.
 *
 * @param digests - engine label -> SHA-256 of its program, of those that are known by now
 * @param version - of this suite
 */
export function resumeProblems(
  manifest: RunManifest,
  { selection }: PlannedRun,
  digests: ReadonlyMap<string, string>,
  version: string,
): readonly HarnessError[] {
  const { run, profile, environment, engines, attempts } = manifest;
  const facts: readonly (readonly [what: string, was: string, is: string])[] = [
    ["the version of this suite", run.suiteVersion, version],
    ["the kernel", environment.kernel, release()],
    [
      `the profile ${profile.name} (SHA-256)`,
      profile.digest,
      selection.profile === undefined ? "unknown" : profileDigest(selection.profile),
    ],
    ...engines.flatMap(({ label, program }) => {
      const digest = digests.get(label);
      return digest === undefined
        ? []
        : [[`the program of ${label} (SHA-256)`, program.sha256, digest] as const];
    }),
  ];
  // An attempt that a recording led to has the role of a crash point, or is a further index attempt: what
  // leads to it is compared in its place.
  const own = attempts.filter(({ role }) => role === undefined);
  const isExtra = ({ role }: DraftAttempt): boolean => role === undefined;
  return [
    ...facts.flatMap(([what, was, is]) => (was === is ? [] : [differs(what, was, is)])),
    ...attemptProblems(own, planned(selection.attempts.filter(isExtra))),
  ];
}

/** The same for what is only known once the control plane is there. */
export function controlPlaneProblems(
  { environment, engines }: RunManifest,
  { kubeApiserver, etcd, kubeProxy }: ControlPlane,
): readonly HarnessError[] {
  const facts: readonly (readonly [what: string, was: string, is: string | undefined])[] = [
    ["kube-apiserver", environment.kubernetes, kubeApiserver.version],
    ["etcd", environment.etcd, etcd.version],
    ...engines.flatMap(({ label, program }) =>
      program.source === "control-plane"
        ? [[`the program of ${label} (SHA-256)`, program.sha256, kubeProxy?.sha256] as const]
        : [],
    ),
  ];
  return facts.flatMap(([what, was, is]) => (was === is ? [] : [differs(what, was, is ?? "absent")]));
}

/** The same for engines that run in the user's cluster: somebody may have rolled out another image since. */
export function foundProblems(
  { engines }: RunManifest,
  found: Readonly<Record<string, { readonly digest: string }>>,
): readonly HarnessError[] {
  return engines.flatMap(({ label, program }) => {
    const is = found[label]?.digest ?? "absent";
    const what = `the image of ${label} (SHA-256)`;
    return program.source === "cluster" && is !== program.sha256 ? [differs(what, program.sha256, is)] : [];
  });
}

/** Labels and digests of the programs that were found. */
export function digestsOf(
  programs: ReadonlyMap<string, { readonly digest: string }>,
  { programs: picks }: PlannedRun,
): ReadonlyMap<string, string> {
  return new Map(
    picks.flatMap(({ selection }) => {
      const found = programs.get(engineLabel(selection));
      return found === undefined ? [] : [[engineLabel(selection), found.digest] as const];
    }),
  );
}
