// Builds dist where the compiler is. An installation without the development packages (`npm ci --omit=dev`) has none, and brings its dist along.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

function hasCompiler() {
  try {
    createRequire(import.meta.url).resolve("typescript/package.json");
    return true;
  } catch {
    return false;
  }
}

if (hasCompiler()) process.exitCode = spawnSync("npm run build", { shell: true, stdio: "inherit" }).status ?? 1;
