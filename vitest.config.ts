import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { BUILT_SOURCES, toBuiltSources } from "./test/support/built-sources.js";
import { LongestFirst } from "./test/support/longest-first.js";

const report = process.env.CALLPLANE_TEST_REPORT;
// `npm test` says so. Coverage is of the sources, and whoever watches changes them.
const built = process.env.CALLPLANE_TEST_SOURCES === "built" && report === undefined;
// A test may run tests of its own.
delete process.env.CALLPLANE_TEST_SOURCES;

export default defineConfig({
  // For tests that mount parts of the console.
  plugins: [vue(), ...(built ? [toBuiltSources] : [])],
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/compile.ts", ...(built ? ["test/support/compile-sources.ts"] : [])],
    setupFiles: ["test/support/setup.ts"],
    testTimeout: 40_000,
    hookTimeout: 60_000,
    // A wait ends when its condition comes; the limit is for what never comes, on a machine however busy.
    expect: { poll: { timeout: 15_000 } },
    ...(built ? { server: { deps: { external: [BUILT_SOURCES] } } } : {}),
    pool: "forks",
    // The rooms keep no state outside what a test opens, so files may share them: to load them anew for each file took a third of the time.
    isolate: false,
    // More than twice the two cores that are counted on: much of what the tests take is waiting.
    maxWorkers: 5,
    // A tenth of the processor's time was the collection of what a test leaves.
    execArgv: ["--max-semi-space-size=64", "--enable-source-maps"],
    // Tests of one file that run beside each other, where the file allows it: most of their time is waiting.
    maxConcurrency: 5,
    sequence: { sequencer: LongestFirst },
    coverage: {
      // Where the results are reported, so is what they cover.
      enabled: report !== undefined,
      provider: "v8",
      include: ["src/**/*.ts"],
      // It runs in processes of its own, which are not measured.
      exclude: ["src/main.ts"],
      reporter: ["text-summary"],
      // What a failing run covered is worth knowing too.
      reportOnFailure: true,
      // A change that leaves much of what it adds untested fails. Much of the console runs in a browser alone, whose processes are not measured either.
      thresholds: {
        "src/{*.ts,!(console)/**}": { statements: 93, branches: 86, functions: 94, lines: 96 },
        "src/console/**": { statements: 75, branches: 70, functions: 74, lines: 77 },
      },
    },
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
});
