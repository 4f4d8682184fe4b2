import { expect, test } from "vitest";
import type { RunTool } from "./docker.ts";
import { fullReference, saveImage } from "./load.ts";

test("names are spelled out as a container runtime spells them", () => {
  expect(fullReference("busybox:1")).toBe("docker.io/library/busybox:1");
  expect(fullReference("leakproof/engine:1")).toBe("docker.io/leakproof/engine:1");
  expect(fullReference("registry.k8s.io/pause:3.10")).toBe("registry.k8s.io/pause:3.10");
  expect(fullReference("localhost/x:1")).toBe("localhost/x:1");
});

const digest = "cd".repeat(32);

function tool(config: string, exitCode = 0): RunTool {
  return async ([program]) => ({
    stdout: program === "tar" ? JSON.stringify([{ Config: config, RepoTags: ["x/e:1"], Layers: [] }]) : "",
    stderr: "No such image",
    exitCode,
    durationMs: 1,
  });
}

test.each([`${digest}.json`, `blobs/sha256/${digest}`])(
  "the digest of an archive whose configuration is %s is read from it",
  async (config) => {
    expect(await saveImage("x/e:1", "/a.tar", tool(config))).toEqual({
      path: "/a.tar",
      reference: "docker.io/x/e:1",
      id: `sha256:${digest}`,
    });
  },
);

test("an image that docker does not have is an error that says how it is got", async () => {
  await expect(saveImage("x/e:1", "/a.tar", tool("", 1))).rejects.toThrow(
    /\[kind\/load-failed\] docker could not save x\/e:1[^]*No such image/,
  );
});
