import { fileURLToPath } from "node:url";
import type Sqlite from "better-sqlite3";
import { readMigrationFiles } from "drizzle-orm/migrator";

const TABLE = "__drizzle_migrations";

/**
 * Brings the database up to date and gives the number of migrations it has. drizzle's own `migrate` reads what was applied before it takes a lock,
 * so the server and the command line starting together could both apply the first one; here the check is made again in an immediate transaction, on the same table.
 * Without anything to apply no lock is taken. Throws when the database was made by a newer version.
 */
export function migrate(sqlite: Sqlite.Database): number {
  const files = readMigrationFiles({ migrationsFolder: fileURLToPath(new URL("../migrations", import.meta.url)) });
  if (isCurrent(sqlite, files.at(-1)?.folderMillis ?? 0)) return files.length;
  // Rebuilding a table would delete its children; this pragma is ignored inside a transaction.
  sqlite.pragma("foreign_keys = OFF");
  try {
    sqlite
      .transaction(() => {
        sqlite.exec(`CREATE TABLE IF NOT EXISTS ${TABLE} (id INTEGER PRIMARY KEY AUTOINCREMENT, hash text NOT NULL, created_at numeric)`);
        const last = sqlite.prepare<[], number | null>(`SELECT max(created_at) FROM ${TABLE}`).pluck().get() ?? 0;
        const newest = files.at(-1)?.folderMillis ?? 0;
        if (last > newest) throw new Error("The database was made by a newer version of Callplane.");
        const note = sqlite.prepare<[string, number]>(`INSERT INTO ${TABLE} (hash, created_at) VALUES (?, ?)`);
        for (const file of files.filter(({ folderMillis }) => folderMillis > last)) {
          for (const statement of file.sql) sqlite.exec(statement);
          note.run(file.hash, file.folderMillis);
        }
      })
      .immediate();
  } finally {
    sqlite.pragma("foreign_keys = ON");
  }
  return files.length;
}

function isCurrent(sqlite: Sqlite.Database, newest: number): boolean {
  sqlite.pragma("foreign_keys = ON");
  if (sqlite.prepare<[string], number>("SELECT 1 FROM sqlite_master WHERE name = ?").pluck().get(TABLE) === undefined) return false;
  return sqlite.prepare<[], number | null>(`SELECT max(created_at) FROM ${TABLE}`).pluck().get() === newest;
}
