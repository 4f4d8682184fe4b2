import { expect, test } from "vitest";
import { packagesFolder, projectPath } from "./places.ts";

test.each([
  ["/home/a/leakproof", "/home/a/leakproof/node_modules", "/home/a/leakproof"],
  ["/srv/x/node_modules/leakproof/dist", "/srv/x/node_modules", "/srv/x/node_modules"],
  [
    "/srv/x/node_modules/.pnpm/leakproof@1.0.0/node_modules/leakproof/dist",
    "/srv/x/node_modules/.pnpm/leakproof@1.0.0/node_modules",
    "/srv/x/node_modules",
  ],
])("%s", (root, packages, path) => {
  expect(packagesFolder(root)).toBe(packages);
  expect(projectPath(root)).toBe(path);
});
