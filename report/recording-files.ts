import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { HarnessError } from "../harness/errors/harness-error.ts";
import type { RecordedEvent, Recording } from "../harness/model/recording.ts";
import type { StateItem } from "../harness/model/state.ts";
import { itemSchema } from "./finding-schema.ts";
import { planSchema } from "./plan-schema.ts";

const [zip, unzip] = [promisify(gzip), promisify(gunzip)];

/** A snapshot of more characters than this is compressed. */
const plainSnapshotLimit = 64 * 1024;

/** First line of recording.jsonl. */
const headerSchema = z.strictObject({ kind: z.literal("recording"), schemaVersion: z.literal(1) });

const eventSchema = z.looseObject({ kind: z.string(), atMs: z.number() });

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

async function readSnapshots(directory: string): Promise<Record<string, readonly StateItem[]>> {
  const snapshots: Record<string, readonly StateItem[]> = {};
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const bytes = await readFile(path);
    const text = (name.endsWith(".gz") ? await unzip(bytes) : bytes).toString();
    // The schema says what StateItem says; only the brands of optional fields differ.
    snapshots[name.replace(/\.json(\.gz)?$/, "")] = parseJson(path, text, z.array(itemSchema));
  }
  return snapshots;
}

/**
 * Reads what `writeRecording` wrote.
 *
 * @param directory - of one attempt
 * @throws {HarnessError} `state/unreadable`: a file is missing or malformed, is of another schema version,
 *   or an event names a snapshot that is not there
 */
export async function readRecording(directory: string): Promise<Recording> {
  const eventsPath = join(directory, "recording.jsonl");
  try {
    const plan = parseJson(
      join(directory, "plan.json"),
      await readFile(join(directory, "plan.json"), "utf8"),
      planSchema,
    );
    const [header = "", ...lines] = (await readFile(eventsPath, "utf8")).trimEnd().split("\n");
    parseJson(eventsPath, header, headerSchema);
    const events = lines.map((line) => parseJson(eventsPath, line, eventSchema) as unknown as RecordedEvent);
    const snapshots = await readSnapshots(join(directory, "snapshots"));
    for (const event of events) {
      if (
        (event.kind === "snapshot" || event.kind === "kernel-state") &&
        snapshots[event.digest] === undefined
      ) {
        throw unreadable(eventsPath, `the snapshot ${event.digest} is missing`);
      }
    }
    return { schemaVersion: 1, plan, events, snapshots };
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw unreadable(directory, error instanceof Error ? error.message : String(error));
  }
}
