import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findControlPlane, obtainControlPlane } from "./control-plane.ts";
import type { ControlPlane, ObtainOptions } from "./control-plane.ts";
import {
  startPublisher,
  temporaryFolder,
  writeGo,
  writeModule,
  writeProgram,
  writeScript,
} from "./control-plane/control-plane.fixture.ts";
import type { Misbehaviour } from "./control-plane/control-plane.fixture.ts";

/** A port of the loopback interface where nobody listens. */
const nobody = { etcd: "http://127.0.0.1:3/etcd", kubernetes: "http://127.0.0.1:3/k8s" };

interface World extends AsyncDisposable {
  readonly folder: string;
  readonly lines: string[];
  obtain(options?: Partial<ObtainOptions>, env?: NodeJS.ProcessEnv): Promise<ControlPlane>;
}

/** A machine with an empty cache, a pinned module, and the programs of PATH that it is given in `bin`. */
async function createWorld(): Promise<World> {
  const folder = await temporaryFolder();
  await writeModule(join(folder.path, "module"));
  await mkdir(join(folder.path, "bin"));
  const lines: string[] = [];
  return {
    folder: folder.path,
    lines,
    obtain: async (options = {}, env = {}) =>
      await obtainControlPlane({
        report: (line) => lines.push(line),
        env: { PATH: join(folder.path, "bin"), XDG_CACHE_HOME: folder.path, ...env },
        publishers: nobody,
        moduleFolder: join(folder.path, "module"),
        ...options,
      }),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

const versions = ({ etcd, kubeApiserver, kubeProxy }: ControlPlane): readonly (string | undefined)[] => [
  etcd.version,
  kubeApiserver.version,
  kubeProxy?.version,
];

async function builds(world: World): Promise<number> {
  return (await readFile(join(world.folder, "bin", "builds"), "utf8")).split("\n").length - 1;
}

test("what the publishers offer is downloaded, checked, and cached", async () => {
  await using world = await createWorld();
  await using publisher = await startPublisher(world.folder);
  const first = await world.obtain({ publishers: publisher.publishers });
  expect(first.source).toBe("download");
  expect(versions(first)).toEqual(["v3.9.1", "v1.99.2", "v1.99.2"]);
  const asked = publisher.requests.length;
  const second = await world.obtain({ publishers: publisher.publishers });
  expect(second).toEqual({ ...first, source: "cache" });
  expect(publisher.requests).toHaveLength(asked);
  expect(await readdir(join(world.folder, "leakproof", "control-plane", "tmp"))).toEqual([]);
});

test("out of reach, it is built, and what is built is cached", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  const first = await world.obtain();
  expect(first.source).toBe("build");
  expect(versions(first)).toEqual(["v3.9.1", "v1.99.2", "v1.99.2"]);
  expect((await world.obtain()).source).toBe("cache");
  expect(await builds(world)).toBe(3);
  expect(world.lines.join("\n")).toMatch(
    /not reachable: .*ECONNREFUSED[^]*building etcd v3.9.1 with Go 1.26.3/,
  );
});

test.for<Misbehaviour>(["cut-short", "not-found"])(
  "a download that is %s counts as out of reach",
  async (misbehaviour) => {
    await using world = await createWorld();
    await using publisher = await startPublisher(world.folder, misbehaviour);
    await writeGo(join(world.folder, "bin"));
    expect((await world.obtain({ publishers: publisher.publishers })).source).toBe("build");
  },
);

test("a download that is not what was published is an error, not a reason to build", async () => {
  await using world = await createWorld();
  await using publisher = await startPublisher(world.folder, "wrong-digest");
  await writeGo(join(world.folder, "bin"));
  await expect(world.obtain({ publishers: publisher.publishers })).rejects.toMatchObject({
    code: "control-plane/digest-mismatch",
  });
  expect(existsSync(join(world.folder, "leakproof", "control-plane", "download"))).toBe(false);
});

test("`build` does not take what was downloaded, nor `download` what was built", async () => {
  await using world = await createWorld();
  await using publisher = await startPublisher(world.folder);
  await writeGo(join(world.folder, "bin"));
  expect((await world.obtain({ publishers: publisher.publishers })).source).toBe("download");
  expect((await world.obtain({ source: "build" })).source).toBe("build");
  expect((await world.obtain({ source: "build" })).etcd.path).toContain("/build/");
  expect((await world.obtain({ source: "download" })).etcd.path).toContain("/download/");
});

test("other pins are built anew", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  await world.obtain({ source: "build" });
  await writeFile(join(world.folder, "module", "go.sum"), "other sums\n");
  expect((await world.obtain({ source: "build" })).source).toBe("build");
});

test("a damaged cache entry is made anew", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  const { etcd } = await world.obtain({ source: "build" });
  const text = await readFile(etcd.path, "utf8");
  await writeFile(etcd.path, text.replace("3.9.1", "6.6.6"));
  const again = await world.obtain({ source: "build" });
  expect(again).toMatchObject({ source: "build", etcd: { sha256: etcd.sha256 } });
  expect(await builds(world)).toBe(4);
});

test("two at once share the work", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"), { before: "sleep 0.2" });
  const both = await Promise.all([world.obtain({ source: "build" }), world.obtain({ source: "build" })]);
  expect(both.map(({ source }) => source).toSorted()).toEqual(["build", "cache"]);
  expect(await builds(world)).toBe(3);
  expect(world.lines).toContain(
    `waiting for another run (process ${process.pid}) that gets the control plane`,
  );
});

test("a build that fails says what Go said, and leaves nothing", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"), { before: "echo 'no space left on device' >&2; exit 1" });
  const failed = world.obtain({ source: "build" });
  await expect(failed).rejects.toMatchObject({ code: "control-plane/build-failed" });
  await expect(failed).rejects.toThrow(/no space left on device[^]*Fix: /);
  expect(await readdir(join(world.folder, "leakproof", "control-plane", "tmp"))).toEqual([]);
});

test("a build that says another version is refused", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  const goMod = join(world.folder, "module", "go.mod");
  await writeFile(goMod, (await readFile(goMod, "utf8")).replace("v3.9.1", "v3.9.2"));
  await expect(world.obtain({ source: "build" })).rejects.toThrow(/should be v3.9.2 and says it is v3.9.1/);
});

test("with neither network nor Go, every way is named with its reason", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"), { version: "1.19.8" });
  const failed = world.obtain();
  await expect(failed).rejects.toMatchObject({ code: "control-plane/unavailable" });
  await expect(failed).rejects.toThrow(
    /download: .*ECONNREFUSED[^]*build: .*Go 1.19.8, too old[^]*Fix: install Go 1.26.0/,
  );
});

test("aborting ends it with the reason", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"), { before: "sleep 60" });
  const reason = new Error("Ctrl-C");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 300);
  await expect(world.obtain({ source: "build", signal: controller.signal })).rejects.toBe(reason);
});

test("KUBEBUILDER_ASSETS goes before everything, and may hold kube-proxy", async () => {
  await using world = await createWorld();
  const assets = join(world.folder, "assets");
  await writeProgram(join(assets, "etcd"), "etcd", "v3.5.1");
  await writeProgram(join(assets, "kube-apiserver"), "kube-apiserver", "v1.30.0");
  await writeProgram(join(assets, "kube-proxy"), "kube-proxy", "v1.30.0");
  const found = await world.obtain({}, { KUBEBUILDER_ASSETS: assets });
  expect(found.source).toBe("assets");
  expect(versions(found)).toEqual(["v3.5.1", "v1.30.0", "v1.30.0"]);
});

test("without a kube-proxy in it, the pinned one is taken unless it is newer than the API server", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  const assets = join(world.folder, "assets");
  await writeProgram(join(assets, "etcd"), "etcd", "v3.5.1");
  await writeProgram(join(assets, "kube-apiserver"), "kube-apiserver", "v1.30.0");
  expect((await world.obtain({}, { KUBEBUILDER_ASSETS: assets })).kubeProxy).toBeUndefined();
  await writeProgram(join(assets, "kube-apiserver"), "kube-apiserver", "v1.99.0");
  expect((await world.obtain({}, { KUBEBUILDER_ASSETS: assets })).kubeProxy?.version).toBe("v1.99.2");
  expect(await builds(world)).toBe(1);
});

test("broken KUBEBUILDER_ASSETS: every problem at once", async () => {
  await using world = await createWorld();
  const assets = join(world.folder, "assets");
  await writeScript(join(assets, "kube-apiserver"), "exit 1");
  await writeFile(join(assets, "kube-proxy"), "no program");
  const failed = world.obtain({}, { KUBEBUILDER_ASSETS: assets });
  await expect(failed).rejects.toMatchObject({ code: "control-plane/assets-broken" });
  await expect(failed).rejects.toThrow(
    /etcd is missing[^]*kube-apiserver --version[^]*kube-proxy is missing or cannot be executed/,
  );
  await expect(world.obtain({ source: "assets" })).rejects.toMatchObject({
    code: "control-plane/assets-broken",
  });
});

test("looking fetches and builds nothing", async () => {
  await using world = await createWorld();
  await writeGo(join(world.folder, "bin"));
  const env = { PATH: join(world.folder, "bin"), XDG_CACHE_HOME: world.folder };
  const moduleFolder = join(world.folder, "module");
  expect(await findControlPlane({ env, moduleFolder })).toBeUndefined();
  const built = await world.obtain();
  expect(await findControlPlane({ env, moduleFolder })).toEqual({ ...built, source: "cache" });
});
