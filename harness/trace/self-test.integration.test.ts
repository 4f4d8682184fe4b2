import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testTracer } from "./self-test.ts";

it("finds this machine's tracer exact, with several threads", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-self-test-"));
  try {
    await testTracer(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("finds a tracer that traces nothing broken", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "leakproof-self-test-"));
  const path = process.env["PATH"];
  try {
    // A strace that starts the program and looks away.
    const { writeFile, chmod } = await import("node:fs/promises");
    await writeFile(
      join(folder, "strace"),
      '#!/bin/sh\nwhile [ "$1" != -- ]; do [ "$1" = -o ] && : >"$2"; shift; done; shift\n"$@"\n',
    );
    await chmod(join(folder, "strace"), 0o755);
    process.env["PATH"] = `${folder}:${path ?? ""}`;
    await expect(testTracer(folder)).rejects.toMatchObject({ code: "machine/tracer-broken" });
  } finally {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true, force: true });
  }
});
