import { expect, it } from "vitest";
import { renderIsolation } from "./isolate.ts";

const isolation = {
  namespace: "lp-c0-n0",
  hostname: "lp-c0-n0",
  home: "/run/leakproof/home",
  xtablesLock: "/run/leakproof/lock",
  program: "/usr/bin/engine",
  readable: [],
  hidden: [],
};

/** Paths of this machine that are bound, with all that is mounted below them. */
function boundPaths(argv: readonly string[]): readonly string[] {
  return argv.flatMap((word, index) => (/^--(?:ro-)?bind$/.test(word) ? (argv[index + 1] ?? []) : []));
}

it("binds nothing that other attempts' namespaces are mounted below", () => {
  const bound = boundPaths(renderIsolation(isolation, []));
  expect(bound).toContain("/usr");
  expect(bound.filter((path) => "/run/netns/".startsWith(path.replace(/\/?$/, "/")))).toEqual([]);
});

it("shows the files of a service account where kubelet mounts them", () => {
  const argv = renderIsolation({ ...isolation, serviceAccount: "/run/leakproof/home/sa" }, []);
  expect(argv.join(" ")).toContain(
    "--ro-bind /run/leakproof/home/sa /run/secrets/kubernetes.io/serviceaccount ",
  );
  expect(renderIsolation(isolation, []).join(" ")).not.toContain("serviceaccount");
});

it("leaves no directory writable that it made", () => {
  const argv = renderIsolation(isolation, []);
  const last = argv.findLastIndex((word) => /^--(?:ro-)?bind$|^--tmpfs$|^--symlink$/.test(word));
  expect(argv.indexOf("--remount-ro")).toBeGreaterThan(last);
});
