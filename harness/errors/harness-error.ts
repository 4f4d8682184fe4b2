/** Every code that the harness can report, `area/what`. Listed with causes and repairs in docs/errors.md; never reused. */
export const errorCodes = [
  "args/unknown-option",
  "args/bad-value",
  "args/unknown-engine",
  "args/unknown-variant",
  "args/unknown-profile",
  "args/unknown-scenario",
  "args/nothing-to-run",
  "args/cluster-not-owned",
  "args/bad-engine-file",
  "args/bad-engine-option",
  "args/bad-baseline",
  "args/bad-waivers",
  "args/bad-nightly",
  "args/bad-known-issues",
  "args/bad-run",
  "args/run-differs",
  "args/bad-plan",
  "args/out-not-writable",
  "engine/binary-missing",
  "engine/binary-not-executable",
  "engine/binary-wrong-architecture",
  "engine/download-failed",
  "engine/digest-mismatch",
  "engine/files-missing",
  "engine/image-unreadable",
  "engine/image-no-platform",
  "engine/image-climbs-out",
  "engine/never-spawned",
  "engine/never-called-api",
  "engine/beside-gone",
  "machine/no-user-namespaces",
  "machine/disk-full",
  "machine/tool-missing",
  "machine/kernel-lacks",
  "machine/tracer-broken",
  "setup/npm-failed",
  "control-plane/assets-broken",
  "control-plane/unavailable",
  "control-plane/build-failed",
  "control-plane/digest-mismatch",
  "control-plane/start-failed",
  "cluster/not-emptied",
  "cluster/api-failed",
  "cluster/exhausted",
  "guest/tool-missing",
  "guest/kernel-missing",
  "guest/no-tun",
  "guest/boot-failed",
  "guest/lacks",
  "guest/no-gateway",
  "guest/lost",
  "kind/no-docker",
  "kind/tool-missing",
  "kind/image-failed",
  "kind/sysctl-low",
  "kind/create-failed",
  "kind/load-too-early",
  "kind/load-failed",
  "kind/restart-failed",
  "kind/lacks",
  "sandbox/lacks",
  "existing/lacks",
  "existing/no-engine",
  "existing/engine-changed",
  "node/command-failed",
  "node/agent-failed",
  "state/tool-failed",
  "state/unreadable",
  "wait/timed-out",
  "ci/github-failed",
  "attest/not-signed",
  "attest/no-root",
  "run/interrupted",
  "run/residue",
  "run/perturbed",
  "run/hung",
  "run/internal",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The harness could not find out, or was asked for something impossible. Never the engine's fault: that
 * is a `fail` verdict. The message says what happened, what was seen last, and what to do next.
 */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }
}

/** Any thrown value as a HarnessError; what is none already becomes `run/internal`. */
export function toHarnessError(thrown: unknown): HarnessError {
  if (thrown instanceof HarnessError) return thrown;
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new HarnessError("run/internal", `unexpected: ${message}`, { cause: thrown });
}
