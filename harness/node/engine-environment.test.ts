import { expect, test } from "vitest";
import { engineEnvironment } from "./engine-environment.ts";

const ours = { PATH: "/usr/bin:/cache/bin", LD_LIBRARY_PATH: "/cache/lib", HOME: "/home/somebody" };

test("tools in the cache are found whatever PATH an engine has of its own, which comes first", () => {
  expect(engineEnvironment({ PATH: "/opt/engine", HOME: "/run/engine" }, ours)).toEqual({
    PATH: "/opt/engine:/usr/bin:/cache/bin",
    LD_LIBRARY_PATH: "/cache/lib",
    HOME: "/run/engine",
  });
});

test("an engine that says nothing has the harness's PATH, and nothing else of its surroundings", () => {
  expect(engineEnvironment({}, ours)).toEqual({ PATH: ours.PATH, LD_LIBRARY_PATH: ours.LD_LIBRARY_PATH });
});
