import { HarnessError } from "../errors/harness-error.ts";
import { type FaultFamily, familyNames } from "../model/fault-family.ts";
import type { CrashPointChoice } from "../model/profile.ts";

/** What `--engine` asked for: an engine of the project by name, or an engine file. */
export interface EngineRequest {
  readonly kind: "name" | "file";
  /** Engine name in lower case, or the path as given. */
  readonly target: string;
  readonly version?: string;
  /** What stands before the last version: `v1.6.1..v2.1.3`. */
  readonly from?: readonly string[];
  readonly variant?: string;
  /** As given, for messages and for the command that repeats the run. */
  readonly text: string;
}

/** What `--engine-binary` or `--engine-image` gave: a program, for all engines or for the one that the selector names. */
export interface EngineBinary {
  readonly selector?: { readonly name: string; readonly version?: string };
  readonly path: string;
  readonly text: string;
}

const bad = (what: string, fix: string): HarnessError =>
  new HarnessError("args/bad-value", `${what}\nFix: ${fix}`);

const versionForm = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;
const variantForm = /^[a-z0-9][a-z0-9-]*$/;
const nameForm = /^[a-z0-9][a-z0-9-]*$/;

/** Parses `NAME[@[EARLIER..]VERSION][/VARIANT]` or `FILE[@VERSION][/VARIANT]`, where a file ends in .yaml, .yml or .ts. */
export function parseEngine(text: string): EngineRequest | HarnessError {
  const file = /^(?<target>.*\.(?:ya?ml|ts))(?:@(?<version>[^/@]*))?(?:\/(?<variant>[^/]*))?$/.exec(text);
  const match = file ?? /^(?<target>[^@/]*)(?:@(?<version>[^/@]*))?(?:\/(?<variant>[^/]*))?$/.exec(text);
  const form =
    'use NAME[@VERSION][/VARIANT], for example "kube-vip@v0.8.5/rt", or "kube-vip@v0.8.4..v0.8.5" to upgrade, or the path of a .yaml or .ts file.';
  if (!match?.groups) return bad(`--engine "${text}" cannot be read.`, form);
  const versions = match.groups["version"]?.split("..");
  const version = versions?.at(-1);
  const from = versions?.slice(0, -1) ?? [];
  const target = file ? match.groups["target"] : match.groups["target"]?.toLowerCase();
  const variant = match.groups["variant"]?.toLowerCase();
  const isSound =
    target !== undefined &&
    (file !== null || nameForm.test(target)) &&
    (versions ?? []).every((each) => versionForm.test(each)) &&
    (variant === undefined || variantForm.test(variant));
  if (!isSound) return bad(`--engine "${text}" cannot be read.`, form);
  return {
    kind: file ? "file" : "name",
    target,
    ...(version === undefined ? {} : { version }),
    ...(from.length === 0 ? {} : { from }),
    ...(variant === undefined ? {} : { variant }),
    text,
  };
}

/** Parses `[NAME[@VERSION]=]PATH`. A path that itself looks like a selector is given as `./a=b`. */
export function parseEngineBinary(text: string): EngineBinary | HarnessError {
  return parseProgram("engine-binary", text);
}

/** Parses `[NAME[@VERSION]=]IMAGE`, in which an image is the path of an archive, or a reference. */
export function parseEngineImage(text: string): EngineBinary | HarnessError {
  return parseProgram("engine-image", text);
}

function parseProgram(option: string, text: string): EngineBinary | HarnessError {
  const match = /^(?<name>[A-Za-z0-9-]+)(?:@(?<version>[^=/]+))?=(?<path>.*)$/.exec(text);
  const { name, version } = match?.groups ?? {};
  const path = match?.groups?.["path"] ?? text;
  if (path === "" || (version !== undefined && !versionForm.test(version))) {
    return bad(
      `--${option} "${text}" cannot be read.`,
      "use PATH, or NAME@VERSION=PATH where several engines run.",
    );
  }
  if (name === undefined) return { path, text };
  return {
    selector: { name: name.toLowerCase(), ...(version === undefined ? {} : { version }) },
    path,
    text,
  };
}

/** Parses all `--engine-option KEY=VALUE`; one key with two values is a problem. */
export function parseEngineOptions(texts: readonly string[]): {
  readonly options: Readonly<Record<string, string>>;
  readonly problems: readonly HarnessError[];
} {
  const options = new Map<string, string>();
  const problems: HarnessError[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    const [key, value] = [text.slice(0, at), text.slice(at + 1)];
    const before = options.get(key);
    if (at < 1) {
      problems.push(bad(`--engine-option "${text}" has no key and value.`, "write KEY=VALUE."));
    } else if (before !== undefined && before !== value) {
      problems.push(
        bad(`--engine-option ${key} is given twice: "${before}" and "${value}".`, "keep one of them."),
      );
    } else {
      options.set(key, value);
    }
  }
  return { options: Object.fromEntries(options), problems };
}

/** Most crash points that can be asked for by number; more than that is `all`. */
const maxSample = 1_000_000;

/** How many crash points a choice stands for in a whole run; Infinity for `all`. */
export function crashPointLimit(choice: CrashPointChoice): number {
  if (choice === "all") return Number.POSITIVE_INFINITY;
  return choice === "none" ? 0 : Number(choice.slice("sample:".length));
}

/** Parses `all`, `none` or `sample:N`, N from 1 to 1000000. */
export function parseCrashPoints(text: string): CrashPointChoice | HarnessError {
  if (text === "all" || text === "none") return text;
  const count = /^sample:(?<count>\d{1,7})$/.exec(text)?.groups?.["count"];
  if (count !== undefined && Number(count) >= 1 && Number(count) <= maxSample)
    return `sample:${Number(count)}`;
  return bad(`--crash-points "${text}" cannot be read.`, "give all, none, or sample:N, as in sample:8.");
}

/** Parses the name of a family of faults. */
export function parseFaultFamily(text: string): FaultFamily | HarnessError {
  const family = familyNames.find((known) => known === text);
  return (
    family ?? bad(`--faults "${text}" is no family of faults.`, `give one of: ${familyNames.join(", ")}.`)
  );
}

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Parses a time of at least a second, as in `90s`, `10m` or `1h`; `name` is that of the option. In ms. */
export function parseTime(name: string, text: string): number | HarnessError {
  const [, count = "", unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (unitsMs[unit as keyof typeof unitsMs] ?? 0);
  return ms > 0
    ? ms
    : bad(`--${name} "${text}" is no time.`, "give a whole number and s, m or h, as in 10m.");
}

/** Parses a whole number of the closed range; `name` is that of the option. */
export function parseWhole(name: string, text: string, min: number, max: number): number | HarnessError {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  return bad(`--${name} "${text}" is no whole number from ${min} to ${max}.`, `give one of that range.`);
}

/** A part of a run. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

const maxShards = 100;

/** `2/5`: the second of five parts. */
export function parseShard(text: string): Shard | HarnessError {
  const { index, count } = /^(?<index>\d{1,3})\/(?<count>\d{1,3})$/.exec(text)?.groups ?? {};
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= maxShards) return shard;
  return new HarnessError(
    "args/bad-value",
    `--shard "${text}" is no part of a run.\nFix: give I/N, as in 2/5, with N from 1 to ${maxShards}.`,
  );
}
