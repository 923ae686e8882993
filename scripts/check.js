/** Lints and type-checks side by side: each keeps one core busy, and neither needs the other. What one has found is told as a whole when it ends. */
import { spawn } from "node:child_process";

/** Resolves with the exit code. */
function run(script) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", script], { stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });
    let found = "";
    for (const output of [child.stdout, child.stderr]) output.setEncoding("utf8").on("data", (text) => (found += text));
    child.on("error", (error) => {
      console.error(`${script}: ${error.message}`);
      resolve(1);
    });
    child.on("close", (code) => {
      process.stdout.write(found);
      resolve(code ?? 1);
    });
  });
}

const codes = await Promise.all(["lint", "typecheck"].map(run));
process.exitCode = codes.find((code) => code !== 0) ?? 0;
