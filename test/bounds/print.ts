/** `npx tsx test/bounds/print.ts`: everything that grows, with its bound. */
import { scanned } from "./source.js";

for (const { file, line, name, bound } of scanned().growing) process.stdout.write(`${file}:${line}\t${name}\t${bound ?? "-"}\n`);
