import { expect, test } from "vitest";
import { renderStart, renderStop } from "./pod-scripts.ts";

test("an engine that says nothing of its PATH finds its tools; one that does keeps its own", () => {
  const argv = ["/opt/engine", "--name", "it's"] as const;
  expect(renderStart({ argv, env: { HOME: "/h" } }, ["strace", "--"])).toContain(
    `/env -i 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' 'HOME=/h' 'strace' '--' '/opt/engine' '--name' 'it'\\''s'\n`,
  );
  expect(renderStart({ argv, env: { PATH: "/own" } }, [])).toContain("env -i 'PATH=/own' '/opt/engine'");
  const image = { root: "/r", program: "/opt/engine", env: { PATH: "/of-image", TZ: "UTC" } };
  expect(renderStart({ argv, env: { HOME: "/h" }, image }, [])).toContain(
    "env -i 'PATH=/of-image' 'TZ=UTC' 'HOME=/h' '/opt/engine'",
  );
});

test("SIGTERM goes to the engine, past the tracer where there is one", () => {
  expect(renderStop(false)).toBe('read -r engine _ </proc/1/task/1/children\nkill -TERM "$engine"\n');
  expect(renderStop(true).split("\n")).toEqual([
    "read -r engine _ </proc/1/task/1/children",
    'read -r engine _ <"/proc/$engine/task/$engine/children"',
    'kill -TERM "$engine"',
    "",
  ]);
});
