import { chmod, mkdir, mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingNeeds } from "./engine-needs.ts";

const engine = {
  name: "gateway",
  needs: {
    files: [
      { name: "script.sh", what: "the script" },
      { name: "crds.yaml", what: "the kinds" },
    ],
    tools: [{ name: "dbtool", package: "db" }],
  },
};

describe("missingNeeds", () => {
  it("tells all that is missing at once, and where it is to be", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "leakproof-needs-"));
    const program = join(directory.path, "gateway-v1");
    await mkdir(`${program}.d`);
    await writeFile(join(`${program}.d`, "script.sh"), "");
    const problems = missingNeeds(engine, program, directory.path);
    expect(problems.map(({ code }) => code)).toEqual(["engine/files-missing", "machine/tool-missing"]);
    expect(problems[0]?.message).toContain(`missing in ${program}.d:\n  crds.yaml: the kinds\n`);
    expect(problems[0]?.message).not.toContain("script.sh");
    expect(problems[1]?.message).toContain("apt-get install db");
  });

  it("is silent where all is there, also behind a link, and where nothing is needed", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "leakproof-needs-"));
    const program = join(directory.path, "real");
    const link = join(directory.path, "link");
    await mkdir(`${program}.d`);
    for (const name of ["script.sh", "crds.yaml"]) await writeFile(join(`${program}.d`, name), "");
    await writeFile(program, "");
    await symlink(program, link);
    await writeFile(join(directory.path, "dbtool"), "");
    expect(missingNeeds(engine, link, directory.path)).toHaveLength(1);
    await chmod(join(directory.path, "dbtool"), 0o755);
    expect(missingNeeds(engine, link, directory.path)).toEqual([]);
    expect(missingNeeds({ name: "plain" }, "/nowhere", "")).toEqual([]);
  });
});
