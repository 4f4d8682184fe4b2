import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { layOutGateway } from "./gateway-root.ts";

const pod = {
  namespace: "kube-system",
  pod: "gw",
  container: "c",
  files: { "/own/script.sh": "echo own\n" },
  writable: ["/etc/own"],
  path: "/own",
};

it("shows a gateway's pod its own files and the host's programs, and nothing else of the host", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "leakproof-gateway-"));
  const xtablesLock = join(directory.path, "lock");
  const root = await layOutGateway(join(directory.path, "gateway"), pod, { xtablesLock, readable: [] });
  const line = root.options.join(" ");
  expect(line.startsWith("--tmpfs / --ro-bind /usr /usr ")).toBe(true);
  for (const hidden of ["/home", "/root", "/var", "/etc/shadow", "/etc/ssl", "/tmp"]) {
    expect(root.options.indexOf(hidden), hidden).toBe(
      hidden === "/tmp" ? root.options.lastIndexOf("/tmp") : -1,
    );
  }
  expect(line).toContain(`--bind ${xtablesLock} /run/xtables.lock`);
  const own = root.options[root.options.indexOf("/own/script.sh") - 1] ?? "";
  expect(await readFile(own, "utf8")).toBe("echo own\n");
  expect(line).toContain(`${join(directory.path, "gateway/writable/etc/own")} /etc/own`);
  expect(root.path).toBe("/own");
});
