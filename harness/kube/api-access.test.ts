import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessOfKubeconfig, accessOfPod, readKubeconfig } from "./api-access.ts";

const folder = mkdtempSync(join(tmpdir(), "leakproof-access-"));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };

describe("the way of a pod", () => {
  it("is refused where this is none", () => {
    expect(() => accessOfPod({}, folder)).toThrow(/args\/bad-value.*no pod/);
    expect(() => accessOfPod(env, folder)).toThrow(/token is not there/);
  });

  it("has the token as it is now", async () => {
    writeFileSync(join(folder, "token"), "one\n");
    writeFileSync(join(folder, "ca.crt"), "CA");
    const access = accessOfPod(env, folder);
    expect(access.server).toBe("https://[fd00::1]:443");
    expect(await access.options()).toEqual({
      ca: Buffer.from("CA"),
      headers: { authorization: "Bearer one" },
    });
    writeFileSync(join(folder, "token"), "two\n");
    expect(await access.options()).toMatchObject({ headers: { authorization: "Bearer two" } });
  });
});

describe("the way of a kubeconfig", () => {
  // It is loaded when it is first asked for, which takes long where others are at work.
  beforeAll(() => import("@kubernetes/client-node"), 60_000);

  const write = (content: string): string => {
    const file = join(folder, "config");
    writeFileSync(file, content);
    return file;
  };

  it("is that of its current context", async () => {
    const file = write(
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:6443/" } }],
        users: [{ name: "u", user: { token: "secret" } }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      }),
    );
    const access = accessOfKubeconfig(await readKubeconfig(file));
    expect(access.server).toBe("https://127.0.0.1:6443");
    expect(await access.options()).toMatchObject({ headers: { Authorization: "Bearer secret" } });
  });

  it("is refused where there is none", async () => {
    await expect(readKubeconfig(write("{}"))).rejects.toThrow(/args\/bad-value.*no kubeconfig/);
    await expect(readKubeconfig(join(folder, "absent"))).rejects.toThrow(/args\/bad-value.*no kubeconfig/);
  });
});
