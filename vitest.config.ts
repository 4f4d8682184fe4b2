import { defineConfig } from "vitest/config";

/** Four projects, by what a test needs: nothing, a kernel and a control plane, a whole run, or docker and kind. */
export default defineConfig({
  test: {
    retry: 0,
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "node_modules/**", "out/**"],
          // Every processor: the default leaves one idle, which is half of a small machine.
          maxWorkers: "100%",
        },
      },
      {
        test: {
          name: "integration",
          globalSetup: ["harness/cluster/control-plane.setup.ts"],
          include: ["**/*.integration.test.ts"],
          exclude: ["node_modules/**", "out/**"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "suites",
          include: ["**/*.suite.ts"],
          exclude: ["node_modules/**", "out/**"],
          testTimeout: 3_600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "kind",
          include: ["**/*.kind.ts"],
          exclude: ["node_modules/**", "out/**"],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
