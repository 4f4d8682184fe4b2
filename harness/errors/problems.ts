import { asCalled } from "./as-called.ts";
import { HarnessError, type ErrorCode } from "./harness-error.ts";

/** The exit codes of every command of this project. */
export const exitCodes = {
  conformant: 0,
  notConformant: 1,
  couldNotTell: 2,
  badArguments: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * Several problems of one input, all of which were found before anything was started: whoever repairs
 * them sees the whole list at once.
 */
export class HarnessProblems extends Error {
  override readonly name = "HarnessProblems";
  readonly problems: readonly [HarnessError, ...HarnessError[]];

  constructor(problems: readonly [HarnessError, ...HarnessError[]]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.problems = problems;
  }
}

/**
 * Goes on where there are no problems.
 *
 * @throws {HarnessProblems} all of them, where there are any
 */
export function assertNoProblems(problems: readonly HarnessError[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new HarnessProblems([first, ...rest]);
}

/** Problems that the command line itself causes: they end the command before anything is started. */
const usageCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "engine/binary-missing",
  "engine/binary-not-executable",
  "engine/binary-wrong-architecture",
  "engine/files-missing",
  "engine/image-unreadable",
  "engine/image-no-platform",
  "engine/image-climbs-out",
]);

function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === "run/interrupted") return exitCodes.interrupted;
  if (code.startsWith("args/") || usageCodes.has(code)) return exitCodes.badArguments;
  return exitCodes.couldNotTell;
}

/** Where several problems differ, the code that wins: an interruption, then bad arguments, then the rest. */
const precedence: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.badArguments,
  exitCodes.couldNotTell,
];

/**
 * The exit code that a thrown value ends the command with: 64 for bad arguments (a program that cannot be
 * run is one), 130 for an interruption, 2 for all else, since an error never says anything about an engine.
 */
export function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof HarnessError) return exitCodeOf(error.code);
  if (error instanceof HarnessProblems) {
    const codes = error.problems.map((problem) => exitCodeOf(problem.code));
    return precedence.find((code) => codes.includes(code)) ?? exitCodes.couldNotTell;
  }
  return exitCodes.couldNotTell;
}

/** One problem as paragraphs; a message without a repair of its own points to the page that has one. */
function renderProblem(problem: HarnessError): string {
  const message = asCalled(problem.message);
  if (/\bFix: /.test(message)) return message;
  return `${message}\nFix: see docs/errors.md, "${problem.code}".`;
}

/**
 * A thrown value for a terminal: every problem with its code, what was seen and what to do next. A value
 * that is no HarnessError is a defect of the harness and is shown with its stack.
 */
export function renderProblems(error: unknown): string {
  if (error instanceof HarnessError) return renderProblem(error);
  if (error instanceof HarnessProblems) {
    const paragraphs = error.problems.map(renderProblem);
    if (paragraphs.length === 1) return paragraphs.join("");
    return [`${paragraphs.length} problems:`, ...paragraphs].join("\n\n");
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return renderProblem(new HarnessError("run/internal", `unexpected: ${text}`));
}
