#!/usr/bin/env node
// Committed as plain JavaScript so that `npx callplane` works from a checkout; the command line itself is built into dist by `prepare`.
import { built } from "./built.js";

const { run } = await import(built("cli/index.js"));
process.exitCode = await run(process.argv.slice(2));
