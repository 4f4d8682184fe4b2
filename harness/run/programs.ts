import { isAbsolute, join, resolve } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";
import { missingNeeds } from "./engine-needs.ts";
import type { EngineBinary } from "./option-values.ts";
import { type EnginePick, engineLabel } from "./pick-engines.ts";
import { checkBinary, digestFile, digestScript } from "./program-file.ts";

/** Where an engine's program was found. */
export interface ResolvedProgram {
  readonly path: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly source: "engine-binary" | "engines-directory" | "project";
}

export interface ProgramSources {
  readonly binaries: readonly EngineBinary[];
  /** LEAKPROOF_ENGINES; files in it are called `kube-vip-v0.8.4`. */
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

/** Which engines a binary is for; every other number of programs than one is a problem. */
function assign(binary: EngineBinary, picks: readonly EnginePick[]): readonly EnginePick[] | HarnessError {
  const meant = binary.selector === undefined ? takers(picks) : picks.filter((pick) => isMeant(binary, pick));
  const asked = [...new Set(picks.map(versioned))].join(", ") || "none";
  const bad = (what: string, fix: string): HarnessError =>
    new HarnessError("args/bad-value", `--engine-binary "${binary.text}" ${what}\nFix: ${fix}`);
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
    return { path: resolve(sources.enginesDirectory, fileName), source: "engines-directory" };
  }
  const fix = `give --engine-binary ${versioned(pick)}=PATH, or set LEAKPROOF_ENGINES to a directory with a file ${fileName}.`;
  return new HarnessError(
    "engine/binary-missing",
    `${engineLabel(pick.selection)} has no program.\nFix: ${fix}`,
  );
}

async function look({ path, source }: Candidate): Promise<ResolvedProgram | HarnessError> {
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
 * Finds the program of every engine: `--engine-binary`, then the directory LEAKPROOF_ENGINES, then the
 * project's own. Runs nothing.
 */
export async function resolvePrograms(
  picks: readonly EnginePick[],
  sources: ProgramSources,
): Promise<ResolvedPrograms> {
  const problems: HarnessError[] = [];
  const given = new Map<string, Candidate>();
  for (const binary of sources.binaries) {
    const meant = assign(binary, picks);
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
      given.set(label, { path: resolve(binary.path), source: "engine-binary" });
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
      const program = known ?? (await look(candidate));
      looked.set(candidate.path, program);
      if (program instanceof HarnessError) {
        // Two variants of one engine have the same program: its problem is told once.
        if (known === undefined) problems.push(program);
      } else {
        programs.set(label, program);
        if (known === undefined) problems.push(...missingNeeds(pick.engine, program.path));
      }
    }
  }
  return { programs, problems };
}
