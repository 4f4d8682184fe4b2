import { readdir, readFile, readlink } from "node:fs/promises";

/** Whether a process of this machine uses a path. */
export type IsUsed = (path: string) => boolean;

/** Gone, or another user's, whose paths are not ours to remove. */
const nothing = (): string => "";

async function linksOf(process: string): Promise<readonly string[]> {
  const open = await readdir(`${process}/fd`).catch(() => []); // As `nothing` says.
  const paths = ["cwd", "root", "exe", ...open.map((fd) => `fd/${fd}`)];
  return Promise.all(paths.map((path) => readlink(`${process}/${path}`).catch(nothing)));
}

/** All in which a process can name a path: its words, its variables, where it stands, what it has open or mounted. */
async function namesOf(process: string): Promise<string> {
  const files = ["cmdline", "environ", "mountinfo"];
  const texts = await Promise.all(files.map((name) => readFile(`${process}/${name}`, "utf8").catch(nothing)));
  return [...texts, ...(await linksOf(process))].join("\0");
}

/** This process and those that started it: they name what is swept on their command lines. */
async function lineage(pid: number, procFolder: string): Promise<readonly number[]> {
  if (pid <= 1) return [];
  const stat = await readFile(`${procFolder}/${pid}/stat`, "utf8").catch(nothing);
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
  return [pid, ...(await lineage(parent, procFolder))];
}

/** Looks at every process once. Processes in namespaces of their own are seen like all others. */
export async function lookForUse(procFolder = "/proc", self: number = process.pid): Promise<IsUsed> {
  const own = await lineage(self, procFolder);
  const pids = (await readdir(procFolder)).filter(
    (name) => /^\d+$/.test(name) && !own.includes(Number(name)),
  );
  const names = await Promise.all(pids.map((pid) => namesOf(`${procFolder}/${pid}`)));
  return (path) => names.some((text) => text.includes(path));
}
