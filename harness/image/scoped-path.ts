import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";

/** So many links in one path are a circle. */
const maxLinks = 255;

/** @throws {HarnessError} `engine/image-climbs-out` */
function partsOf(name: string): readonly string[] {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || name.includes("\0"))
    throw new HarnessError(
      "engine/image-climbs-out",
      `the image has a file called "${name.replaceAll("\0", "\\0")}", which leads out of its directory; nothing of it is used.\nFix: get the image from its vendor again, and tell the vendor.`,
    );
  return parts;
}

async function linkAt(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR"].includes((thrown as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw thrown;
  }
}

/**
 * Where `name` of an image is on this machine: links on the way to it lead where they would lead with `root`
 * as the root directory, and never out of it. The last part is not followed, unless asked for.
 *
 * @param root - absolute; nobody else may write in it meanwhile
 * @throws {HarnessError} `engine/image-climbs-out` for a name with `..`, and for a circle of links
 */
export async function scopedPath(root: string, name: string, isFollowed = false): Promise<string> {
  const left = [...partsOf(name)];
  const at: string[] = [];
  for (let links = 0; left.length > 0; ) {
    const part = left.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      at.pop();
      continue;
    }
    const link = left.length > 0 || isFollowed ? await linkAt(join(root, ...at, part)) : undefined;
    if (link === undefined) {
      at.push(part);
      continue;
    }
    links += 1;
    if (links > maxLinks)
      throw new HarnessError(
        "engine/image-climbs-out",
        `the links on the way to "${name}" of the image go round in a circle.\nFix: get the image from its vendor again.`,
      );
    if (link.startsWith("/")) at.length = 0;
    left.unshift(...link.split("/"));
  }
  return join(root, ...at);
}
