/** One entry of an archive; a directory stands before what is in it. */
export interface CpioEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Permission bits, as 0o755. */
  readonly mode: number;
  readonly data?: Buffer;
}

const kindBits = { file: 0o100000, directory: 0o040000 } as const;

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}

function renderEntry(name: string, inode: number, mode: number, data: Buffer): Buffer {
  const nameBytes = Buffer.from(`${name}\0`);
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, nameBytes.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), nameBytes])), padded(data)]);
}

/** A cpio archive in the form that the kernel takes as its first file system (newc). */
export function renderCpio(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.map(({ name, kind, mode, data }, index) =>
    renderEntry(name, index + 1, kindBits[kind] | mode, data ?? Buffer.alloc(0)),
  );
  return Buffer.concat([...parts, renderEntry("TRAILER!!!", 0, 0, Buffer.alloc(0))]);
}
