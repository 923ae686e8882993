#!/usr/bin/env node
// Committed as plain JavaScript so that `npx callplane` works from a checkout; the command line itself is built into dist by `prepare`.
import { run } from "../dist/cli/index.js";

process.exitCode = await run(process.argv.slice(2));
