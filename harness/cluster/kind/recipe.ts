import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readPinnedVersions } from "../control-plane/pinned-versions.ts";

/** What a node image is made from, by name and digest: the same recipe gives the same image. */
export interface NodeImageRecipe {
  /** Holds the Dockerfiles, lists of packages and scripts. */
  readonly folder: string;
  /** Holds go.mod and go.sum, which pin Kubernetes' programs and kind. */
  readonly programs: string;
  /** With a leading v: "v1.36.3". */
  readonly kubernetes: string;
  readonly kind: string;
  /** The oldest Go that builds the programs. */
  readonly go: string;
  /** Twelve hexadecimal digits over every file of the folder and the pins of the control plane. */
  readonly key: string;
  /** The same over what decides the Go programs alone. */
  readonly programsKey: string;
  /** The same over what decides the root file systems alone. */
  readonly rootsKey: string;
}

const checkout = join(import.meta.dirname, "..", "..", "..");

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 12);
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths
    .toSorted()
    .map(async (path) => [path.slice(folder.length + 1), await readFile(path, "utf8")] as const);
  return new Map(await Promise.all(files));
}

/**
 * Reads the recipe of this checkout.
 *
 * @throws {Error} where a file is missing, pins no version, or pins another Kubernetes than the control plane
 */
export async function readNodeImageRecipe(
  folder = join(checkout, "kind-configs", "node-image"),
  controlPlaneModule = join(checkout, "control-plane"),
): Promise<NodeImageRecipe> {
  const files = await readFiles(folder);
  const goMod = files.get("programs/go.mod") ?? "";
  const versionOf = (module: string): string => {
    const escaped = module.replaceAll(".", "\\.");
    const found = new RegExp(`^\\s*(?:require )?${escaped} (v?\\S+)`, "m").exec(goMod)?.[1];
    if (found === undefined) throw new Error(`${folder}/programs/go.mod pins no ${module}`);
    return found;
  };
  const controlPlane = await readPinnedVersions(controlPlaneModule);
  const kubernetes = versionOf("k8s.io/kubernetes");
  if (kubernetes !== controlPlane.kubernetes) {
    throw new Error(
      `${folder}/programs/go.mod pins Kubernetes ${kubernetes}, and the control plane is ${controlPlane.kubernetes}: both must be the same`,
    );
  }
  const all = [...files].flat();
  const of = (names: RegExp): readonly string[] => [...files].filter(([path]) => names.test(path)).flat();
  return {
    folder,
    programs: join(folder, "programs"),
    kubernetes,
    kind: versionOf("sigs.k8s.io/kind"),
    go: versionOf("go"),
    key: digest([...all, controlPlane.modulesHash]),
    programsKey: digest(of(/^programs\//)),
    rootsKey: digest(of(/^(?:make-roots\.sh|.*\.packages)$/)),
  };
}
