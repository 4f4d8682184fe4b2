/** The set-up cannot go on; the message says what happened and what to do next. Exit code 2, or `exitCode`. */
export class SetupError extends Error {
  /**
   * @param {import("../../harness/errors/harness-error.ts").ErrorCode} code
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(code, message, exitCode = 2) {
    super(`[${code}] ${message}`);
    this.name = "SetupError";
    this.exitCode = exitCode;
  }
}
