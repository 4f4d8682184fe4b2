import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { HarnessError, toHarnessError } from "../errors/harness-error.ts";
import type { UnpackedImage } from "../image/unpack-image.ts";
import { missingNeeds } from "./engine-needs.ts";
import type { EngineBinary } from "./option-values.ts";
import { type EnginePick, engineLabel } from "./pick-engines.ts";
import { checkBinary, digestFile, digestScript } from "./program-file.ts";

/** Where an engine's program was found. */
export interface ResolvedProgram {
  readonly path: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly source: "engine-binary" | "engines-directory" | "engine-image" | "project";
  /** Where the program is run in the root file system of an image; `path` is in it. */
  readonly image?: ProgramImage;
}

/** The image of a program. */
export interface ProgramImage extends Pick<UnpackedImage, "root" | "program" | "env" | "digest"> {
  /** What to give to `--engine-image` to have it again. */
  readonly from: string;
}

export interface ProgramSources {
  readonly binaries: readonly EngineBinary[];
  readonly images: readonly EngineBinary[];
  /** Gets an image, given as for `--engine-image`. @throws {HarnessError} where it cannot be had */
  readonly openImage: (image: string) => Promise<UnpackedImage>;
  /** LEAKPROOF_ENGINES; programs in it are called `kube-vip-v0.8.4`, archives of images `kube-vip-v0.8.4.tar`. */
  readonly enginesDirectory?: string;
  /** Absolute path of this project. */
  readonly checkout: string;
}

export interface ResolvedPrograms {
  /** Engine label -> program. Engines that come with the control plane are absent, unless a binary was given. */
  readonly programs: ReadonlyMap<string, ResolvedProgram>;
  readonly problems: readonly HarnessError[];
}

const versioned = ({ selection }: EnginePick): string =>
  selection.version === undefined ? selection.name : `${selection.name}@${selection.version}`;

function isMeant(binary: EngineBinary, pick: EnginePick): boolean {
  const { selector } = binary;
  if (selector?.name !== pick.selection.name) return false;
  return selector.version === undefined || selector.version === pick.selection.version;
}

/** The engines that take a program without a selector: those that need one, else those that can do with one. */
function takers(picks: readonly EnginePick[]): readonly EnginePick[] {
  const needy = picks.filter(({ engine }) => engine.program.kind === "user-binary");
  return needy.length > 0 ? needy : picks.filter(({ engine }) => engine.program.kind === "control-plane");
}

type GivenSource = "engine-binary" | "engine-image";

/** Which engines a program is for; every other number of programs than one is a problem. */
function assign(
  binary: EngineBinary,
  option: GivenSource,
  picks: readonly EnginePick[],
): readonly EnginePick[] | HarnessError {
  const meant = binary.selector === undefined ? takers(picks) : picks.filter((pick) => isMeant(binary, pick));
  const asked = [...new Set(picks.map(versioned))].join(", ") || "none";
  const bad = (what: string, fix: string): HarnessError =>
    new HarnessError("args/bad-value", `--${option} "${binary.text}" ${what}\nFix: ${fix}`);
  if (meant.length === 0)
    return bad("is for no engine of this run.", `the engines of this run are: ${asked}.`);
  if (meant.some(({ engine }) => engine.program.kind === "node-script")) {
    return bad("is for an engine that is part of this project.", "leave it out.");
  }
  const names = [...new Set(meant.map(versioned))];
  if (names.length === 1) return meant;
  return bad(
    "could be for several engines.",
    `say which: ${names.map((name) => `${name}=PATH`).join(" or ")}.`,
  );
}

interface Candidate {
  readonly path: string;
  readonly source: ResolvedProgram["source"];
}

/** What to look at for an engine that no --engine-binary is for; undefined: it comes with the control plane. */
function fallback(pick: EnginePick, sources: ProgramSources): Candidate | HarnessError | undefined {
  const { program } = pick.engine;
  if (program.kind === "control-plane") return undefined;
  if (program.kind === "node-script") {
    const path = isAbsolute(program.path) ? program.path : join(sources.checkout, program.path);
    return { path, source: "project" };
  }
  const fileName = versioned(pick).replace("@", "-");
  if (sources.enginesDirectory !== undefined) {
    const path = resolve(sources.enginesDirectory, fileName);
    const archive = `${path}.tar`;
    return !existsSync(path) && existsSync(archive)
      ? { path: archive, source: "engine-image" }
      : { path, source: "engines-directory" };
  }
  const image = pick.engine.image?.(pick.selection);
  if (image !== undefined) return { path: image, source: "engine-image" };
  const fix = `give --engine-binary ${versioned(pick)}=PATH, or set LEAKPROOF_ENGINES to a directory with a file ${fileName}.`;
  return new HarnessError(
    "engine/binary-missing",
    `${engineLabel(pick.selection)} has no program.\nFix: ${fix}`,
  );
}

async function lookInto(
  from: string,
  { openImage }: ProgramSources,
): Promise<ResolvedProgram | HarnessError> {
  try {
    const { path, root, program, env, digest } = await openImage(from);
    const problem = await checkBinary(path);
    if (problem !== undefined) return problem;
    // Where we stand may be another place next time.
    const again = existsSync(from) ? resolve(from) : from;
    const image = { root, program, env, digest, from: again };
    return { path, source: "engine-image", digest: await digestFile(path), image };
  } catch (thrown) {
    return toHarnessError(thrown);
  }
}

/** Nobody asked for the image: that there is nothing to get it with is not what is wrong. */
function withoutSkopeo(pick: EnginePick, problem: HarnessError): HarnessError {
  if (problem.code !== "machine/tool-missing") return problem;
  const name = versioned(pick);
  return new HarnessError(
    "engine/binary-missing",
    `${engineLabel(pick.selection)} has no program, and there is no skopeo to get its vendor's image.
Fix: give --engine-binary ${name}=PATH or --engine-image ${name}=FILE.tar, set LEAKPROOF_ENGINES to a directory with a file ${name.replace("@", "-")}, or install skopeo.`,
    { cause: problem },
  );
}

async function look(
  { path, source }: Candidate,
  sources: ProgramSources,
): Promise<ResolvedProgram | HarnessError> {
  if (source === "engine-image") return lookInto(path, sources);
  if (source === "project") return { path, source, digest: await digestScript(path) };
  const problem = await checkBinary(path);
  if (problem === undefined) return { path, source, digest: await digestFile(path) };
  if (source === "engine-binary") return problem;
  return new HarnessError(
    problem.code,
    `found by LEAKPROOF_ENGINES: ${problem.message.replace(/^\[\S+\] /, "")}`,
  );
}

/**
 * Finds the program of every engine: `--engine-binary` and `--engine-image`, then the directory LEAKPROOF_ENGINES,
 * then the project's own. Runs nothing of it.
 */
export async function resolvePrograms(
  picks: readonly EnginePick[],
  sources: ProgramSources,
): Promise<ResolvedPrograms> {
  const problems: HarnessError[] = [];
  const given = new Map<string, Candidate>();
  const all = [
    ...sources.binaries.map((binary) => ({ binary, source: "engine-binary" as const })),
    ...sources.images.map((binary) => ({ binary, source: "engine-image" as const })),
  ];
  for (const { binary, source } of all) {
    const meant = assign(binary, source, picks);
    if (meant instanceof HarnessError) {
      problems.push(meant);
      continue;
    }
    for (const pick of meant) {
      const label = engineLabel(pick.selection);
      if (given.has(label)) {
        problems.push(
          new HarnessError("args/bad-value", `two programs are given for ${label}.\nFix: keep one of them.`),
        );
      }
      given.set(label, { path: source === "engine-image" ? binary.path : resolve(binary.path), source });
    }
  }
  const programs = new Map<string, ResolvedProgram>();
  const looked = new Map<string, ResolvedProgram | HarnessError>();
  // An --engine-binary that could not be placed would make the engines it was meant for look as if they had none.
  const isUnplaced = problems.length > 0;
  for (const pick of picks) {
    const label = engineLabel(pick.selection);
    const candidate = given.get(label) ?? fallback(pick, sources);
    if (candidate instanceof HarnessError) {
      if (!isUnplaced) problems.push(candidate);
    } else if (candidate !== undefined) {
      const known = looked.get(candidate.path);
      const program = known ?? (await look(candidate, sources));
      looked.set(candidate.path, program);
      if (program instanceof HarnessError) {
        // Two variants of one engine have the same program: its problem is told once.
        if (known === undefined) problems.push(given.has(label) ? program : withoutSkopeo(pick, program));
      } else {
        programs.set(label, program);
        if (known === undefined) problems.push(...missingNeeds(pick.engine, program.path));
      }
    }
  }
  return { programs, problems };
}
