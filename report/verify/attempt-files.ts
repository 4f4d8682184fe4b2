import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../canonical.ts";
import { evidenceFiles, renderSums, sumsFile } from "../evidence-sums.ts";
import { scrub } from "../scrub.ts";
import { type RecordingFiles, snapshotBytes, textOfFile } from "../recording-files.ts";
import type { Failure } from "./checks.ts";

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // What cannot be read is as good as not there: the caller says so.
    return undefined;
  }
}

/** All files of an attempt that its sums are of; undefined where they cannot be read. */
export function readAttemptFiles(directory: string): RecordingFiles | undefined {
  // At once: to wait for a dozen small files costs more than to read them.
  return attempted(
    () => new Map(evidenceFiles(directory).map((path) => [path, readFileSync(join(directory, path))])),
  );
}

const newline = 0x0a;

/** SHA-256 (hex) of a file, and of its text without the end of its last line. */
interface Digests {
  readonly file: string;
  readonly text: string;
}

/** Asked for as a file and as a snapshot, worked out once. */
const digests = new WeakMap<Uint8Array, Digests>();

function digestsOf(bytes: Uint8Array): Digests {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const isEnded = bytes.at(-1) === newline;
  const hash = createHash("sha256").update(isEnded ? bytes.subarray(0, -1) : bytes);
  const whole = isEnded ? hash.copy().update("\n") : hash.copy();
  const found = { file: whole.digest("hex"), text: hash.digest("hex") };
  digests.set(bytes, found);
  return found;
}

function parseSums(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split("\n").flatMap((line) => {
      const { digest, path } = /^(?<digest>[0-9a-f]{64}) {2}(?<path>.+)$/.exec(line)?.groups ?? {};
      return digest === undefined || path === undefined ? [] : [[path, digest] as const];
    }),
  );
}

/**
 * Whether the files are those that the attempt was sealed with.
 *
 * @param expected - SHA-256 of the sums, as the attempt's entry names it
 */
export function digestFailures(
  directory: string,
  files: RecordingFiles,
  expected: string | undefined,
): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "digests", what });
  if (expected === undefined) return [fail("its entry names no digest of its evidence.")];
  const text = attempted(() => readFileSync(join(directory, sumsFile), "utf8"));
  if (text === undefined) return [fail(`${sumsFile} cannot be read.`)];
  if (sha256(text) !== expected) return [fail(`${sumsFile} is not the one that the report names.`)];
  const named = parseSums(text);
  const found = new Map([...files].map(([path, bytes]) => [path, digestsOf(bytes).file]));
  if (renderSums(found) === text) return [];
  const changed = [...named].flatMap(([path, digest]) => {
    const now = found.get(path);
    return now === digest ? [] : [fail(now === undefined ? `${path} is missing.` : `${path} was changed.`)];
  });
  const added = [...found.keys()]
    .filter((path) => !named.has(path))
    .map((path) => fail(`${path} was added.`));
  const all = [...changed, ...added];
  return all.length > 0 ? all : [fail(`${sumsFile} is not as the suite writes it.`)];
}

/**
 * Whether each snapshot is what its name says.
 *
 * @param used - digests that the recording's events name
 */
export function snapshotFailures(files: RecordingFiles, used: ReadonlySet<string>): readonly Failure[] {
  const fail = (what: string): Failure => ({ check: "snapshots", what });
  return [...snapshotBytes(files)].flatMap(([digest, bytes]) => {
    if (digestsOf(bytes).text !== digest)
      return [fail(`the snapshot ${digest} has another content than its name says.`)];
    return used.has(digest) ? [] : [fail(`the snapshot ${digest} is named by no event.`)];
  });
}

/** What every line with something to take out has in it: looked for first, since that is quick. */
const hint = /eyJ|bearer[\s+:=]|token["']?\s?[:=]|PRIVATE KEY/i;

/** Texts that the suite itself would have taken out. */
export function secretFailures(files: RecordingFiles): readonly Failure[] {
  return [...files].flatMap(([path, bytes]): readonly Failure[] => {
    if (path.startsWith("snapshots/")) return [];
    const whole = textOfFile(bytes);
    if (!hint.test(whole)) return [];
    const lines = whole.split("\n").filter((line) => hint.test(line));
    const text = lines.join("\n");
    return scrub(text, []) === text ? [] : [{ check: "secrets", what: `${path} holds a credential.` }];
  });
}
