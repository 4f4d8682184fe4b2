import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync, constants } from "node:zlib";
import { parse } from "yaml";
import { manifestSchema, type RunManifest } from "../../report/manifest-schema.ts";
import { parseReport } from "../../report/read-report.ts";
import { projectionsOf } from "../../report/projections.ts";
import type { Spec } from "../../report/verify/spec.ts";
import { loadSpec } from "./spec.ts";

/**
 * A whole run of the reference engine, as it was left: all of a small profile, and two crash points. Made by
 *
 *     npm run conformance -- --profile route-table --engine reference --crash-points sample:2 --seed 7 --out out/fixture
 *     node -e 'import("./scripts/verify/pack-run.fixture.ts").then((m) => m.packRun(process.argv[1]))' out/fixture/RUN-ID
 *
 * to be made anew where a recording should look different now.
 */
export const packedRun = join(import.meta.dirname, "run.fixture.json.br");

/** The directory of a run, to do something to. */
export interface UnpackedRun extends AsyncDisposable {
  readonly directory: string;
  readonly manifest: RunManifest;
}

/** Puts the run of the fixture into a directory of its own. */
export async function unpackRun(file = packedRun): Promise<UnpackedRun> {
  const directory = await mkdtemp(join(tmpdir(), "leakproof-verify-"));
  const params = { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 };
  const text = brotliDecompressSync(await readFile(file), { params }).toString();
  const files = JSON.parse(text) as Record<string, string>;
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content, "latin1");
  }
  const report = parseReport(await readFile(join(directory, "conformance-report.yaml"), "utf8"));
  if (typeof report === "string") throw new Error(`the fixture must be made anew: ${report}`);
  for (const [name, content] of Object.entries(projectionsOf(report)))
    await writeFile(join(directory, name), content);
  const manifest = manifestSchema.parse(parse(await readFile(join(directory, "manifest.yaml"), "utf8")));
  return {
    directory,
    manifest,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The suite as it was when the fixture was made: what it plans is worked out, its versions and digests are the fixture's. */
export async function specOfFixture({ profile, limits, run, engines }: RunManifest): Promise<Spec> {
  const spec = await loadSpec();
  return {
    ...spec,
    suiteVersion: run.suiteVersion,
    profile: (name) => {
      const known = spec.profile(name);
      if (known === undefined || name !== profile.name) return known;
      return { ...known, version: profile.version, digest: profile.digest, spec: profile.spec ?? "", limits };
    },
    declares: ({ name }) => {
      const engine = engines.find((one) => one.name === name);
      if (engine === undefined) return undefined;
      const { features, keeps, keepsObjects, constants: own, sharedRoutes, exit } = engine;
      const { worstCaseMs, settleMs } = engine;
      const declared = {
        features,
        keeps,
        keepsObjects,
        constants: own,
        sharedRoutes,
        exit,
        worstCaseMs,
        settleMs,
      };
      return declared as ReturnType<Spec["declares"]>;
    },
  };
}
