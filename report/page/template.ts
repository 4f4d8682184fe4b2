import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../../harness/errors/harness-error.ts";
import { writeWhole } from "../write-file.ts";

/** The program of the page, as one script and one style sheet. */
export interface Template {
  readonly script: string;
  readonly style: string;
}

const templateSchema = z.strictObject({ script: z.string(), style: z.string() });

/** All that the build reads of this project; the linter keeps imports of the view inside. */
const sourceFolders = ["model", "view"].map((name) => join(import.meta.dirname, name));
const entry = join(import.meta.dirname, "view", "main.tsx");
/** What the published package brings in their place. */
const builtTemplate = join(import.meta.dirname, "template.json");
const lockFile = join(import.meta.dirname, "..", "..", "package-lock.json");

/** SHA-256 over the sources, and the packages that they are built of and with. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of sourceFolders) {
    const names = await readdir(folder);
    for (const name of names.filter((one) => !/\.(test|suite)\./.test(one)).toSorted())
      hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  }
  return hash.update(await readFile(lockFile).catch(() => "")).digest("hex");
}

/** Ends of elements inside of strings would end the element that holds the program. */
function safeScript(code: string): string {
  return code.replace(/<\/(?=script)/gi, String.raw`<\/`).replaceAll("<!--", String.raw`\x3C!--`);
}

/**
 * Builds the page's program; the published package has it as it was built then, and has neither Vite nor the view.
 *
 * @throws {HarnessError} `run/internal` where it cannot be built
 */
export async function buildTemplate(): Promise<Template> {
  // Only the first page of a checkout needs it; loading it takes longer than all the rest.
  const { build } = await import("vite");
  // By this Vite chooses how it builds, whatever the user's shell or a test has in it: one source, one page.
  process.env["NODE_ENV"] = "production";
  const result = await build({
    configFile: false,
    envDir: false,
    publicDir: false,
    root: join(import.meta.dirname, "view"),
    logLevel: "silent",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      write: false,
      target: "es2023",
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { format: "iife" } },
    },
  });
  const outputs = [result].flat().flatMap((one) => ("output" in one ? one.output : []));
  const script = outputs.flatMap((one) => (one.type === "chunk" ? [one.code] : []));
  const style = outputs.flatMap((one) =>
    one.type === "asset" && one.fileName.endsWith(".css") ? [String(one.source)] : [],
  );
  if (script.length !== 1 || style.length !== 1)
    throw new HarnessError("run/internal", `the page was built as ${outputs.length} files instead of two.`);
  return { script: safeScript(script.join("").trim()), style: style.join("").trim() };
}

/**
 * The page's program: in the published package as it came, else built by Vite where these sources were never built on this machine, else as it was built
 * then. Needs no network.
 *
 * @param cache - folder in which it is kept; made where it is not there
 * @throws {HarnessError} `run/internal` where it cannot be built
 */
export async function pageTemplate(cache: string): Promise<Template> {
  if (existsSync(builtTemplate))
    return templateSchema.parse(JSON.parse(await readFile(builtTemplate, "utf8")));
  const path = join(cache, `report-page-${(await sourcesDigest()).slice(0, 32)}.json`);
  try {
    return templateSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // Not built yet, or damaged: it is built again.
  }
  const template = await buildTemplate();
  try {
    await mkdir(cache, { recursive: true });
    await writeWhole(path, JSON.stringify(template));
  } catch {
    // A cache that cannot be written costs the next run a second, nothing else.
  }
  return template;
}
