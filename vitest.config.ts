import { defineConfig } from "vitest/config";

const report = process.env.CALLPLANE_TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/compile.ts"],
    setupFiles: ["test/support/setup.ts"],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    // A wait ends when its condition comes; the limit is for what never comes, on a machine however busy.
    expect: { poll: { timeout: 15_000 } },
    pool: "forks",
    // The rooms keep no state outside what a test opens, so files may share them: to load them anew for each file took a third of the time.
    isolate: false,
    maxWorkers: 2,
    maxConcurrency: 3,
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
