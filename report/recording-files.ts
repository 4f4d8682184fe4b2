import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import type { RecordedEvent, Recording } from "../harness/model/recording.ts";
import type { StateItem } from "../harness/model/state.ts";
import { planSchema } from "./plan-schema.ts";
import { parseSnapshot } from "./snapshot-items.ts";

const zip = promisify(gzip);
const utf8 = new TextDecoder();

/** A snapshot of more characters than this is compressed. */
const plainSnapshotLimit = 64 * 1024;

/** First line of recording.jsonl. */
const headerSchema = z.strictObject({ kind: z.literal("recording"), schemaVersion: z.literal(1) });

function unreadable(path: string, why: string): HarnessError {
  return new HarnessError(
    "state/unreadable",
    `${path} is no recording: ${why}.\nFix: take the unchanged directory of an attempt.`,
  );
}

function parseJson<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new SyntaxError(z.prettifyError(parsed.error));
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable(path, error.message);
    throw error;
  }
}

/** Of an event its kind and its time are looked at: there are a thousand in a recording. */
function isEvent(event: unknown): event is RecordedEvent {
  const { kind, atMs } = (event ?? {}) as Readonly<Record<string, unknown>>;
  return typeof kind === "string" && typeof atMs === "number";
}

function countLines(text: string): number {
  let count = text === "" ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** The events of a text, one a line: no string in JSON holds a bare end of a line. */
function parseEvents(path: string, lines: string): readonly RecordedEvent[] {
  let events: readonly unknown[];
  try {
    events = JSON.parse(`[${lines.replaceAll("\n", ",")}]`) as readonly unknown[];
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
  const bad = events.find((event) => !isEvent(event));
  if (bad !== undefined || events.length !== countLines(lines))
    throw unreadable(path, `an event has no kind or no time: ${JSON.stringify(bad ?? null).slice(0, 80)}`);
  return events.filter(isEvent);
}

/** A digest is the name of a file: it may hold nothing that leads elsewhere. */
function snapshotFile(digest: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(digest))
    throw new HarnessError("run/internal", `bad snapshot digest "${digest}".`);
  return `${digest}.json`;
}

/**
 * Writes `plan.json`, `recording.jsonl` (a header line, then one event a line) and `snapshots/DIGEST.json`
 * (`.json.gz` where it is large) into a directory that is there.
 *
 * @param clean - takes credentials out of every text before it is written
 */
export async function writeRecording(
  directory: string,
  recording: Recording,
  clean: (text: string) => string,
): Promise<void> {
  const lines = [{ kind: "recording", schemaVersion: recording.schemaVersion }, ...recording.events];
  await writeFile(join(directory, "plan.json"), clean(`${JSON.stringify(recording.plan, null, 2)}\n`));
  await writeFile(
    join(directory, "recording.jsonl"),
    clean(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
  );
  const snapshots = join(directory, "snapshots");
  await mkdir(snapshots, { recursive: true });
  for (const [digest, items] of Object.entries(recording.snapshots)) {
    const path = join(snapshots, snapshotFile(digest));
    const text = clean(`${JSON.stringify(items)}\n`);
    if (text.length > plainSnapshotLimit) await writeFile(`${path}.gz`, await zip(text));
    else await writeFile(path, text);
  }
}

/** Files of an attempt's recording: path relative to the attempt's directory -> content. */
export type RecordingFiles = ReadonlyMap<string, Uint8Array>;

const snapshotPath = /^snapshots\/(?<digest>[^/]*)\.json(?<packed>\.gz)?$/;

/** The snapshots among the files, unpacked: digest -> text in UTF-8. */
export function snapshotBytes(files: RecordingFiles): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    const { digest, packed } = snapshotPath.exec(path)?.groups ?? {};
    if (digest !== undefined) found.set(digest, packed === undefined ? bytes : gunzipSync(bytes));
  }
  return found;
}

/** Looked through for secrets, and parsed. */
const texts = new WeakMap<Uint8Array, string>();

/** The content of a file as text. */
export function textOfFile(bytes: Uint8Array): string {
  const text = texts.get(bytes) ?? utf8.decode(bytes);
  texts.set(bytes, text);
  return text;
}

function textOf(directory: string, files: RecordingFiles, name: string): string {
  const bytes = files.get(name);
  if (bytes === undefined) throw unreadable(directory, `${name} is missing`);
  return textOfFile(bytes);
}

/**
 * Makes a recording of the files that `writeRecording` wrote.
 *
 * @param directory - of the attempt, for messages
 * @throws {HarnessError} `state/unreadable`: a file is missing or malformed, is of another schema version,
 *   or an event names a snapshot that is not there
 */
export function decodeRecording(directory: string, files: RecordingFiles): Recording {
  const planPath = join(directory, "plan.json");
  const eventsPath = join(directory, "recording.jsonl");
  const plan = parseJson(planPath, textOf(directory, files, "plan.json"), planSchema);
  const text = textOf(directory, files, "recording.jsonl").trimEnd();
  const [header = ""] = text.split("\n", 1);
  parseJson(eventsPath, header, headerSchema);
  const events = parseEvents(eventsPath, text.slice(header.length + 1));
  const snapshots: Record<string, readonly StateItem[]> = {};
  for (const [digest, bytes] of snapshotBytes(files)) {
    try {
      snapshots[digest] = parseSnapshot(utf8.decode(bytes));
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      throw unreadable(join(directory, "snapshots", digest), why);
    }
  }
  for (const event of events) {
    if ((event.kind === "snapshot" || event.kind === "kernel-state") && snapshots[event.digest] === undefined)
      throw unreadable(eventsPath, `the snapshot ${event.digest} is missing`);
  }
  return { schemaVersion: 1, plan, events, snapshots };
}

/**
 * Reads what `writeRecording` wrote.
 *
 * @param directory - of one attempt
 * @throws {HarnessError} `state/unreadable`, as `decodeRecording`
 */
export async function readRecording(directory: string): Promise<Recording> {
  try {
    const snapshots = (await readdir(join(directory, "snapshots"))).map((name) => `snapshots/${name}`);
    const paths = ["plan.json", "recording.jsonl", ...snapshots];
    const files = await Promise.all(
      paths.map(async (path) => [path, await readFile(join(directory, path))] as const),
    );
    return decodeRecording(directory, new Map(files));
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw unreadable(directory, error instanceof Error ? error.message : String(error));
  }
}
