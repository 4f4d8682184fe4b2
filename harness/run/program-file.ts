import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HarnessError } from "../errors/harness-error.ts";

/** e_machine of the ELF header, by the names of process.arch. */
const machines: Readonly<Record<number, string>> = {
  3: "ia32",
  8: "mips",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "x64",
  183: "arm64",
  243: "riscv64",
  258: "loong64",
};

/** First four bytes of programs of other systems. */
const foreignMagic: Readonly<Record<string, string>> = {
  cffaedfe: "a macOS program",
  cefaedfe: "a macOS program",
  cafebabe: "a macOS program",
};

type BinaryCode =
  | "engine/binary-missing"
  | "engine/binary-not-executable"
  | "engine/binary-wrong-architecture";

const problem = (code: BinaryCode, what: string, fix: string): HarnessError =>
  new HarnessError(code, `${what}\nFix: ${fix}`);

/** What the first bytes say against running the file on this machine, or nothing. */
function headerProblem(path: string, header: Buffer, arch: string): HarnessError | undefined {
  const otherSystem =
    foreignMagic[header.subarray(0, 4).toString("hex")] ??
    (header.toString("latin1", 0, 2) === "MZ" ? "a Windows program" : undefined);
  const wanted = `give a program built for linux/${arch}.`;
  if (otherSystem !== undefined)
    return problem("engine/binary-wrong-architecture", `${path} is ${otherSystem}.`, wanted);
  if (header.toString("latin1", 0, 2) === "#!") return undefined;
  const isElf = header.length >= 20 && header.toString("latin1", 0, 4) === "\x7fELF";
  const isLittle = header[5] !== 2;
  const read = (at: number): number => (isLittle ? header.readUInt16LE(at) : header.readUInt16BE(at));
  // ET_EXEC and ET_DYN can be run; an object file or a core dump cannot.
  if (!isElf || ![2, 3].includes(read(16))) {
    const what = `${path} is neither an ELF program nor a script with #!; it begins with 0x${header.subarray(0, 4).toString("hex")}.`;
    return problem(
      "engine/binary-not-executable",
      what,
      "give the program itself, not an archive or an image.",
    );
  }
  const machine = machines[read(18)] ?? `ELF machine ${read(18)}`;
  if (machine === arch) return undefined;
  return problem(
    "engine/binary-wrong-architecture",
    `${path} is built for ${machine}, this machine is ${arch}.`,
    wanted,
  );
}

/**
 * Whether the file can be run here as an engine, as far as it shows without running it.
 *
 * @param arch - as process.arch
 * @returns `engine/binary-missing`, `engine/binary-not-executable` or `engine/binary-wrong-architecture`
 */
export async function checkBinary(
  path: string,
  arch: string = process.arch,
): Promise<HarnessError | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      return problem(
        "engine/binary-not-executable",
        `${path} is no file.`,
        "give the path of the program itself.",
      );
    }
    // Mode bits, not access(2): to root every file with any x bit looks executable, and root is given up later.
    if ((found.mode & 0o111) === 0) {
      return problem("engine/binary-not-executable", `${path} has no x permission.`, `chmod +x ${path}`);
    }
    await using file = await open(path, "r");
    const header = Buffer.alloc(64);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    return headerProblem(path, header.subarray(0, bytesRead), arch);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      return problem(
        "engine/binary-missing",
        `${path} does not exist.`,
        "give the path of the engine's program.",
      );
    }
    return problem(
      "engine/binary-not-executable",
      `${path} cannot be read: ${message}.`,
      "let it be read and run by all.",
    );
  }
}

/** SHA-256 of a file, hex. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, "r");
  for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Behind the name of a compiled program: the file with the digest of its sources. */
export const digestSuffix = ".sha256";

/**
 * SHA-256 of a TypeScript program that consists of the files of one directory: names and contents of all
 * of them but tests, hex.
 *
 * @param path - the file that is started; one that was compiled has the digest of its sources beside it
 */
export async function digestScript(path: string): Promise<string> {
  if (existsSync(`${path}${digestSuffix}`)) return (await readFile(`${path}${digestSuffix}`, "utf8")).trim();
  const directory = dirname(path);
  const entries = await readdir(directory, { recursive: true });
  const sources = entries.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")).toSorted();
  const hash = createHash("sha256");
  for (const name of sources) {
    hash.update(`${name}\0${await digestFile(join(directory, name))}\0`);
  }
  return hash.digest("hex");
}
