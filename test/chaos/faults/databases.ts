/** The database is locked by another process (a backup, a shell), or its disk is full. */
import { rmSync, writeSync, openSync, closeSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { delay } from "../../lab/wait.js";
import { type ChaosFault, mostlyShort } from "./types.js";

export const locked: ChaosFault = {
  kind: "locked database",
  weight: 3,
  async run({ world, random, began }) {
    const ms = mostlyShort(random, 500, 20_000);
    began(`${ms.toFixed(0)} ms`);
    // This process is another one.
    const database = new Sqlite(world.databasePath, { timeout: 10_000 });
    try {
      database.exec("BEGIN IMMEDIATE");
      await delay(ms);
      database.exec("ROLLBACK");
    } finally {
      database.close();
    }
  },
};

const BLOCK = Buffer.alloc(64 * 1024);

function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let size = BLOCK.length; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(file, BLOCK, 0, size);
      } catch {
        // This much does not fit any more; half of it may.
      }
    }
  } finally {
    closeSync(file);
  }
}

export const full: ChaosFault = {
  kind: "full disk",
  weight: 2,
  fits: ({ hasOwnDisk }) => hasOwnDisk,
  async run({ world, random, began }) {
    const ms = mostlyShort(random, 500, 15_000);
    began(`${ms.toFixed(0)} ms`);
    const ballast = join(world.databaseFolder, "ballast");
    try {
      fill(ballast);
      await delay(ms);
    } finally {
      rmSync(ballast, { force: true });
    }
  },
};
