/** What one line of strace's output says, once it is whole. */
export type TraceEntry =
  /** A program was started; `argv` as it was given, long words cut by strace. */
  | {
      readonly kind: "exec";
      readonly pid: number;
      readonly epochMs: number;
      readonly argv: readonly string[];
    }
  | {
      readonly kind: "call";
      readonly pid: number;
      /** When the line was begun: the call's entry, in ms since 1970. */
      readonly epochMs: number;
      readonly name: string;
      /** Everything between the outer brackets, as strace wrote it. */
      readonly args: string;
      /** Name of the error that the call returned. */
      readonly error?: string;
      /** The tracer made it fail: it was not carried out. */
      readonly isInjected: boolean;
      /** The thread was killed inside of the call: what became of it is not known. */
      readonly isUnfinished: boolean;
    }
  | { readonly kind: "end"; readonly pid: number };

interface Begun {
  readonly epochMs: number;
  readonly name: string;
  readonly args: string;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  '"': '"',
  "\\": "\\",
};

/** A C string as strace writes it, without its quotes. */
function unescapeText(text: string): string {
  return text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))/g,
    (_, octal?: string, hex?: string, other?: string) =>
      octal !== undefined
        ? String.fromCharCode(Number.parseInt(octal, 8))
        : hex !== undefined
          ? String.fromCharCode(Number.parseInt(hex, 16))
          : (escapes[other ?? ""] ?? other ?? ""),
  );
}

/** The words of `"/usr/bin/ip", ["ip", "route"], 0x55 /* 3 vars *\/`. */
function parseArgv(args: string): readonly string[] {
  const list = /^"(?:[^"\\]|\\.)*"(?:\.\.\.)?, \[((?:"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?:, )?|\.\.\.)*)\]/.exec(
    args,
  );
  const words = (list?.[1] ?? "").matchAll(/"((?:[^"\\]|\\.)*)"(\.\.\.)?/g);
  return [...words].map(([, word = "", cut = ""]) => unescapeText(word) + cut);
}

const finished = /^(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)(?: ([A-Z][A-Z0-9_]+))?.*$/s;

/**
 * Reads the output of `strace -f -ttt`, line by line, and puts the two halves of an interrupted call
 * together: strace writes a call at its end, but where another thread comes between, its beginning alone
 * (`<unfinished ...>`) and the rest later. Only the end says that a call is done.
 *
 * @returns what the line completes; undefined for the first half of a call and for lines that say nothing
 */
export function createLineReader(): (line: string) => TraceEntry | undefined {
  const begun = new Map<number, Begun>();
  const entryOf = (pid: number, epochMs: number, text: string): TraceEntry | undefined => {
    const [, name = "", args = "", , error] = finished.exec(text) ?? [];
    if (name === "") return undefined;
    if (name === "execve") {
      return error === undefined ? { kind: "exec", pid, epochMs, argv: parseArgv(args) } : undefined;
    }
    return {
      kind: "call",
      pid,
      epochMs,
      name,
      args,
      ...(error === undefined ? {} : { error }),
      isInjected: /\(INJECTED\)/.test(text.slice(-40)),
      isUnfinished: / = \?/.test(text.slice(-40)),
    };
  };
  return (line) => {
    const [, pidText = "", time = "", text = ""] = /^(\d+)\s+(\d+\.\d+) (.*)$/s.exec(line) ?? [];
    if (text === "") return undefined;
    const pid = Number(pidText);
    const epochMs = Number(time) * 1_000;
    if (text.startsWith("+++ ")) {
      const cut = begun.get(pid);
      begun.delete(pid);
      return cut === undefined
        ? { kind: "end", pid }
        : { kind: "call", pid, ...cut, isInjected: false, isUnfinished: true };
    }
    const half = /^(\w+)\((.*?) ?<unfinished \.\.\.>$/s.exec(text);
    if (half) {
      begun.set(pid, { epochMs, name: half[1] ?? "", args: half[2] ?? "" });
      return undefined;
    }
    const rest = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(text);
    if (!rest) return entryOf(pid, epochMs, text);
    const first = begun.get(pid);
    begun.delete(pid);
    return first && entryOf(pid, first.epochMs, `${first.name}(${first.args}${rest[2] ?? ""}`);
  };
}
