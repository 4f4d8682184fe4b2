import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../process/run.ts";
import type { Publishers } from "./download.ts";
import type { ProgramName } from "./program.ts";

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "leakproof-control-plane-"));
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) };
}

export async function writeScript(path: string, body: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

/** What a program of that name prints when it is asked for its version. */
function versionText(name: ProgramName, version: string): string {
  return name === "etcd" ? `etcd Version: ${version.slice(1)}` : `Kubernetes ${version}`;
}

/** A stand-in for a program: it says its version and nothing else. */
export async function writeProgram(path: string, name: ProgramName, version: string): Promise<void> {
  await writeScript(path, `echo "${versionText(name, version)}"`);
}

/** A module that pins etcd v3.9.1 and Kubernetes v1.99.2. */
export async function writeModule(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const goMod =
    "module x\n\ngo 1.26.0\n\nrequire go.etcd.io/etcd/server/v3 v3.9.1\nrequire (\n\tk8s.io/kubernetes v1.99.2\n)\n";
  await writeFile(join(folder, "go.mod"), goMod);
  await writeFile(join(folder, "go.sum"), "sums\n");
}

/**
 * A stand-in for Go: answers `go version`, and `go build` writes programs that say the pinned versions.
 * `before` runs first in a build.
 */
export async function writeGo(
  folder: string,
  options: { version?: string; before?: string } = {},
): Promise<void> {
  const program = (text: string): string => `printf '#!/bin/sh\\necho "${text}"\\n'`;
  await writeScript(
    join(folder, "go"),
    `if [ "$1" = version ]; then echo "go version go${options.version ?? "1.26.3"} linux/amd64"; exit; fi
echo build >>"$(dirname "$0")/builds"
${options.before ?? ""}
for last; do :; done
while [ "$1" != -o ]; do shift; done
out="$2$(basename "$last")"
echo "$last" >&2
case "$last" in
  go.etcd.io/*) out="$2server"; ${program(versionText("etcd", "v3.9.1"))} >"$out" ;;
  *) ${program(versionText("kube-proxy", "v1.99.2"))} >"$out" ;;
esac
chmod 755 "$out"`,
  );
}

/** How a publisher's server misbehaves. */
export type Misbehaviour = "wrong-digest" | "cut-short" | "silent" | "not-found";

/** A publisher on the loopback interface, with both layouts: dl.k8s.io's and that of GitHub's releases. */
export async function startPublisher(
  folder: string,
  misbehaviour?: Misbehaviour,
): Promise<AsyncDisposable & { readonly publishers: Publishers; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const etcd = await etcdArchive(folder);
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push(path);
    const program = /\/(kube-[a-z]+)(\.sha512)?$/.exec(path);
    const body = program
      ? Buffer.from(`#!/bin/sh\necho "${versionText("kube-apiserver", "v1.99.2")}"\n# ${program[1]}\n`)
      : etcd;
    const wrong = misbehaviour === "wrong-digest" ? "changed on the way" : "";
    const digest = (algorithm: string): string =>
      createHash(algorithm).update(body).update(wrong).digest("hex");
    if (misbehaviour === "not-found") response.writeHead(404).end();
    else if (path.endsWith(".sha512")) response.end(`${digest("sha512")}\n`);
    else if (path.endsWith("SHA256SUMS"))
      response.end(`${"0".repeat(64)}  other.zip\n${digest("sha256")}  ${archiveName}\n`);
    else if (misbehaviour === "silent") response.writeHead(200).write(body.subarray(0, 10));
    else if (misbehaviour === "cut-short") {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 10), () => response.destroy());
    } else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    publishers: { etcd: `${url}/etcd`, kubernetes: `${url}/k8s` },
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const architecture = process.arch === "arm64" ? "arm64" : "amd64";
const archiveName = `etcd-v3.9.1-linux-${architecture}.tar.gz`;

async function etcdArchive(folder: string): Promise<Buffer> {
  const name = archiveName.replace(".tar.gz", "");
  const staging = join(folder, "publisher");
  await writeProgram(join(staging, name, "etcd"), "etcd", "v3.9.1");
  await writeScript(join(staging, name, "etcdctl"), "exit 1");
  await run(["tar", "-czf", join(staging, archiveName), "-C", staging, name], { timeoutMs: 10_000 });
  return await readFile(join(staging, archiveName));
}
