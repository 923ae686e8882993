/** `npx tsx test/bounds/print.ts`: everything that grows, with its bound. */
import { SOURCE, scanned } from "./source.js";

for (const { file, line, name, bound } of scanned().growing) process.stdout.write(`${file}:${line}\t${name}\t${bound ?? "-"}\n`);
process.stdout.write(`${SOURCE.length} files\n`);
process.stdout.write(scanned().untraced.join("\n") + "\n" + scanned().listeners.join("\n") + "\n" + scanned().stale.map((s) => `${s.file}:${s.line} stale`).join("\n") + "\n");
