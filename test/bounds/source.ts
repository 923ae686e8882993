import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { scan, type Scan } from "./scan.js";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Rooms that no caller can make grow, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "src/simulator/": "the simulated switch stands for FreeSWITCH, whose memory is not ours; what an HTTP client makes it hold are calls, bounded by the dialling limits, and it listens on loopback alone",
  "src/cli/": "a command is a process of its own: it reads what its operator typed or piped in, and ends",
};

export const SOURCE: readonly string[] = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .map((name) => `src/${name}`)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !Object.keys(LEFT_OUT).some((room) => name.startsWith(room)))
  .map((name) => join(ROOT, name));

export const scanned = (): Scan => scan(ROOT, SOURCE);
