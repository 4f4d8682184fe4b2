import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInSandbox } from "../cluster/sandbox/in-sandbox.fixture.ts";
import { cacheDirectory } from "../process/cache-directory.js";
import type { HostileAnswer, HostTargets } from "./hostile/errand.fixture.ts";

const checkout = resolve(import.meta.dirname, "../..");
const program = fileURLToPath(new URL("hostile/errand.fixture.ts", import.meta.url));
const mark = `leakproof-hostile-${randomUUID()}`;

/** Things of the host that are really there: a secret at home, one in a scratch directory, listeners. */
async function furnishHost(): Promise<AsyncDisposable & { readonly targets: HostTargets }> {
  const scratch = await mkdtemp(join(tmpdir(), "leakproof-hostile-"));
  await chmod(scratch, 0o755);
  const secrets = [join(homedir(), mark), join(scratch, "secret")];
  for (const path of secrets) await writeFile(path, "secret of the host");
  const socket = join(scratch, "socket");
  const servers: Server[] = [];
  for (const at of [{ host: "127.0.0.1", port: 0 }, { path: socket }, { path: `\0${mark}` }]) {
    const server = createServer((peer) => peer.destroy());
    await new Promise<void>((done) => server.listen(at, done));
    servers.push(server);
  }
  await chmod(socket, 0o777);
  const [tcp] = servers;
  const address = tcp?.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    targets: {
      fileName: mark,
      directories: [
        "/",
        "/etc",
        "/usr",
        "/usr/bin",
        "/var",
        "/dev/shm",
        checkout,
        join(checkout, "harness"),
        scratch,
        tmpdir(),
        cacheDirectory(),
        "/sys",
      ],
      secrets: [
        ...secrets,
        "/etc/shadow",
        "/etc/ssh/ssh_host_ed25519_key",
        join(homedir(), ".ssh/id_ed25519"),
        "/etc/kubernetes/admin.conf",
      ],
      addresses: [`127.0.0.1:${port}`],
      sockets: [
        socket,
        `@${mark}`,
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
      ],
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await new Promise((done) => server.close(done));
      for (const path of [...secrets, scratch]) await rm(path, { recursive: true, force: true });
    },
  };
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("--as-root is not tried: these tests do not run as root");

describe.each([false, ...(isRoot ? [true] : [])])("a hostile engine, --as-root %s", (asRoot) => {
  let answer: HostileAnswer;
  let host: Awaited<ReturnType<typeof furnishHost>>;

  beforeAll(async () => {
    host = await furnishHost();
    answer = await runInSandbox<HostileAnswer>({ program, input: host.targets, asRoot, timeoutMs: 200_000 });
  });
  afterAll(async () => await host[Symbol.asyncDispose]());

  test("is denied everything", () => {
    // A directory that is covered takes its files, which nobody else sees: the next test looks for them.
    const covered = new Set(
      ["/tmp", "/dev/shm", homedir(), cacheDirectory(), tmpdir()].map((path) => `write ${path}`),
    );
    // With root's own user namespace it may make another, in which "unshare as root of its own" gains nothing.
    const harmless = new Set([...covered, ...(asRoot ? ["unshare --user"] : [])]);
    const leaks = Object.entries(answer.fenced).filter(
      ([name, what]) => what.startsWith("LEAK") && !harmless.has(name),
    );
    expect(leaks).toEqual([]);
    expect(Object.keys(answer.fenced).length).toBeGreaterThan(50);
  });

  test("leaves no file on the host, in none of the directories", () => {
    const written = host.targets.directories
      .map((path) => join(path, mark))
      .filter((path) => path !== join(homedir(), mark));
    expect(written.filter(existsSync)).toEqual([]);
  });

  test("can do its own work, with an environment that tells nothing", () => {
    expect(answer.works).toEqual({
      scratch: "mine",
      environment: expect.arrayContaining(["HOME", "PATH"]) as unknown,
    });
    expect(
      (answer.works["environment"] as string[]).filter((name) => /LEAKPROOF|KUBE|TOKEN|SUDO/.test(name)),
    ).toEqual([]);
  });

  test("ends by its own SIGKILL to its process group, and the run is intact", () => {
    expect(answer.exit).toMatchObject({ exitCode: 137 });
    expect(Object.entries(answer.afterwards).filter(([, intact]) => !intact)).toEqual([]);
  });

  test("would be seen to leak without isolation", () => {
    const leaks = Object.keys(answer.bare).filter((name) => answer.bare[name]?.startsWith("LEAK"));
    expect(leaks).toEqual(
      expect.arrayContaining([
        expect.stringContaining("tokens.csv"),
        expect.stringContaining("sa.key"),
        expect.stringContaining("/secret"),
        expect.stringContaining("/socket"),
        "connect /run/leakproof/harness.sock",
        "see processes",
      ]),
    );
  });
});
