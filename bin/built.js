// What both commands begin with. Plain JavaScript, since it speaks when nothing has been built.
import { existsSync } from "node:fs";
import process from "node:process";

/** The URL of a built file below dist. Without it the process says what to run, and ends with exit code 1. */
export function built(file) {
  const url = new URL(`../dist/${file}`, import.meta.url);
  if (existsSync(url)) return url.href;
  process.stderr.write('callplane: it is not built yet. Run "npm ci" (with the development packages, so without --omit=dev), or "npm run build" where they are installed.\n');
  return process.exit(1);
}
