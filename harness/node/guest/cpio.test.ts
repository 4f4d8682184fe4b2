import fc from "fast-check";
import { expect, test } from "vitest";
import { type CpioEntry, renderCpio } from "./cpio.ts";

/** Reads newc as the kernel does (init/initramfs.c): header, name, data, each padded to 4 bytes. */
function readCpio(archive: Buffer): readonly CpioEntry[] {
  const entries: CpioEntry[] = [];
  const up = (offset: number): number => offset + ((4 - (offset % 4)) % 4);
  for (let at = 0; ; ) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const field = (index: number): number =>
      Number.parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const name = archive.toString("utf8", at + 110, at + 110 + nameSize - 1);
    const begin = up(at + 110 + nameSize);
    if (name === "TRAILER!!!") return entries;
    const kind = (mode & 0o170000) === 0o040000 ? "directory" : "file";
    entries.push({ name, kind, mode: mode & 0o7777, data: archive.subarray(begin, begin + size) });
    at = up(begin + size);
  }
}

test("always: what was written is read, byte by byte", () => {
  const entry = fc.record({
    name: fc.stringMatching(/^[a-z]{1,9}$/),
    kind: fc.constant("file" as const),
    mode: fc.constantFrom(0o644, 0o755),
    data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      expect(readCpio(renderCpio(entries))).toEqual(entries);
    }),
  );
});

test("a directory is one, and has no data", () => {
  const [entry] = readCpio(renderCpio([{ name: "bin", kind: "directory", mode: 0o755 }]));
  expect(entry).toEqual({ name: "bin", kind: "directory", mode: 0o755, data: Buffer.alloc(0) });
});
