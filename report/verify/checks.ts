/** One thing that is demanded of the directory of a run. */
interface CheckInfo {
  /** What it demands: a sentence. */
  readonly demands: string;
  /** What to do where it fails. */
  readonly fix: string;
}

const rerun = "run it again and hand in the directory as the run left it.";

/** Every check, in the order in which they are told. */
export const checks = {
  schema: {
    demands:
      "conformance-report.yaml is there and keeps to the schema of its version; unknown fields are refused",
    fix: "hand in the file as the run wrote it; of a newer schema version, verify it with a newer version of this suite.",
  },
  manifest: {
    demands: "manifest.yaml keeps to its schema and is the one that the report was made from, byte by byte",
    fix: `restore manifest.yaml, or ${rerun}`,
  },
  run: {
    demands:
      "report and manifest tell of the same run: seed, command line, profile, limits, engines with all that they declare",
    fix: `the report was edited: ${rerun}`,
  },
  environment: {
    demands:
      "the report names the machine, the kernel, every tool and the control plane, as the manifest does",
    fix: `\`npm run doctor\` shows what is missing on the machine; then ${rerun}`,
  },
  suite: {
    demands: "the run was made by this version of the suite: another one may have other oracles",
    fix: "verify it with the version that the report names (run.suiteVersion).",
  },
  spec: {
    demands: "profile, version, limits and digest are those of the profile in this suite",
    fix: "verify it with the suite that has this version of the profile, or run the profile as it is now.",
  },
  "core-complete": {
    demands: "the command line asks for all of Core, for every engine",
    fix: "run the profile without --scenario, merge all shards (npm run merge), or say --partial.",
  },
  attempts: {
    demands:
      "the manifest has the attempts that profile, command line and seed lead to: none is missing, none was added",
    fix: `an attempt was removed or added: ${rerun}`,
  },
  "crash-points": {
    demands: "the crash points are those that the recordings of the index attempts lead to",
    fix: `a crash point was removed or added; --resume finishes a run that was interrupted, else ${rerun}`,
  },
  skips: {
    demands:
      "an attempt is unsupported only where the engine does not claim a feature that the scenario needs",
    fix: "a feature that is claimed cannot be skipped: take it out of what the engine claims, or run the scenario.",
  },
  seeds: {
    demands: "all chance comes from the seed of the run: every attempt has the seed that follows from it",
    fix: `seeds were chosen: ${rerun}`,
  },
  plans: {
    demands: "every plan.json is the plan that was due: scenario, settings, limits, faults",
    fix: `a plan was edited: ${rerun}`,
  },
  programs: {
    demands: "every plan names the engine, with its options, and the program (SHA-256) that the report names",
    fix: "a report is of one program an engine: run it again with that program.",
  },
  evidence: {
    demands:
      "every attempt that was begun has its directory, with plan, recording and verdict, and there is no other",
    fix: "hand in the whole directory; a report without its evidence certifies nothing.",
  },
  digests: {
    demands: "every file of an attempt has the SHA-256 that its SHA256SUMS, and the report, name",
    fix: "restore the file (cd attempts/ID && sha256sum --check SHA256SUMS).",
  },
  snapshots: {
    demands: "every snapshot is called by the digest of its content, and is named by an event",
    fix: "a snapshot was edited, added or exchanged: restore it.",
  },
  recordings: {
    demands: "every recording is whole and in order, and of the plan beside it",
    fix: "a recording was edited or cut short: restore it.",
  },
  declared: {
    demands: "attempts were judged by what the engine declares in the report, and by nothing else",
    fix: "what an engine keeps is said once, by its adapter: run it again with the adapter as it is.",
  },
  verdicts: {
    demands: "the oracles reach the same verdict and the same findings again",
    fix: "the verdict does not follow from the recording: restore both, or run the attempt again (npm run replay).",
  },
  figures: {
    demands:
      "what an attempt tells beside its verdict follows from its recording: traced, faults, writes, half-lives, availability, bystanders, features, what the oracles see of planted faults",
    fix: `verdict.json was edited: ${rerun}`,
  },
  results: {
    demands: "the results are the verdict.json of every attempt, and nothing else",
    fix: "the report was edited: `npm run merge -- DIR --out NEW` makes it anew from the attempts.",
  },
  conclusion: {
    demands: "conformance, reasons and statistics follow from the results; in Core only a pass counts as one",
    fix: "the report was edited: `npm run merge -- DIR --out NEW` makes it anew from the attempts.",
  },
  sums: {
    demands:
      "crash-point figures, half-lives, availability, bystanders, residue and inferred features are the sums over the results",
    fix: "the report was edited: `npm run merge -- DIR --out NEW` makes it anew from the attempts.",
  },
  "detection-power": {
    demands:
      "what the oracles catch is said of mutants that this run has, and of faults planted into its recordings, as it came out",
    fix: "the report was edited: `npm run merge -- DIR --out NEW` makes it anew from the attempts.",
  },
  waivers: {
    demands: "findings are waived or known only by what the report says of waivers and baseline",
    fix: "give the file to --waivers, or the report to --baseline, and run it again.",
  },
  projections: {
    demands: "junit.xml and the other files made from the report say what it says",
    fix: "delete the file, or make all anew: `npm run merge -- DIR --out NEW`.",
  },
  attestation: {
    demands:
      "attestation.sigstore.json, where there is one, is about this report; with --key or --signer it is there, and signed by that one",
    fix: "sign the report as it is (npm run attest), or ask who signed it.",
  },
  secrets: {
    demands: "no file holds what looks like a token or a private key",
    fix: "do not publish it: revoke the credential, and run it again.",
  },
} as const satisfies Readonly<Record<string, CheckInfo>>;

export type CheckName = keyof typeof checks;

/** Something that a check has found: a sentence. */
export interface Failure {
  readonly check: CheckName;
  readonly what: string;
}

/** What one check came to. */
export interface CheckResult extends CheckInfo {
  readonly name: CheckName;
  /** `not-reached`: what it rests on is missing or broken, which another check tells; or it was not asked for. */
  readonly state: "ok" | "failed" | "not-reached";
  readonly problems: readonly string[];
}
