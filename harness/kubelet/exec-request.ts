/** A command that somebody wants to be run in a container. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly [string, ...string[]];
  /** Streams that the other side opens, beside the one for errors. */
  readonly streams: readonly ("stdin" | "stdout" | "stderr")[];
}

const isSet = (value: string | null): boolean => value === "1" || value === "true";

/**
 * Reads `/exec/NAMESPACE/POD/CONTAINER?command=...&output=1&error=1`, as the API server asks a kubelet.
 *
 * @returns why it is none, as a sentence, where it is none
 */
export function readExecRequest(url: string): ExecRequest | string {
  const { pathname, searchParams } = new URL(url, "https://kubelet");
  const [, verb, ...names] = pathname.split("/");
  const [namespace, pod, container] = names.map(decodeURIComponent);
  if (verb !== "exec" || !namespace || !pod || !container || names.length !== 3) {
    return `${pathname} is not /exec/NAMESPACE/POD/CONTAINER.`;
  }
  const [program, ...args] = searchParams.getAll("command");
  if (program === undefined) return "no command is given.";
  if (isSet(searchParams.get("tty"))) return "there are no terminals here.";
  const named = { stdin: "input", stdout: "output", stderr: "error" } as const;
  const streams = (["stdin", "stdout", "stderr"] as const).filter((stream) =>
    isSet(searchParams.get(named[stream])),
  );
  return { namespace, pod, container, command: [program, ...args], streams };
}

/** What the stream for errors carries at the end of a command: a Status of v4.channel.k8s.io. */
export function renderExit(exitCode: number): string {
  if (exitCode === 0) return JSON.stringify({ metadata: {}, status: "Success" });
  return JSON.stringify({
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: error executing command, exit code ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  });
}
