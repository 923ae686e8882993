import { Readable } from "node:stream";
import { join } from "node:path";
import { auditKeyIn } from "../../src/auth/index.js";
import { run } from "../../src/cli/index.js";
import { openStore } from "../../src/store/index.js";
import type { Store } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";

export const SECRET = "a secret of the tests, of more than 32 bytes";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliWorld {
  /** Runs one command, given as its words. That it has made the database is left out of `err`. */
  callplane(argv: readonly string[], options?: { readonly stdin?: string; readonly typed?: readonly string[]; readonly env?: Readonly<Record<string, string>> }): Promise<Outcome>;
  readonly databasePath: string;
  /** Opens the database that the commands work on. */
  store(): Promise<Store>;
  close(): Promise<void>;
}

/** A command line with a database of its own. */
export function cliWorld(): CliWorld {
  const directory = temporaryDirectory();
  const databaseUrl = `file:${join(directory.path, "callplane.db")}`;
  const stores: Store[] = [];
  return {
    databasePath: join(directory.path, "callplane.db"),
    async callplane(argv, { stdin = "", typed, env = {} } = {}) {
      let out = "";
      let err = "";
      const answers = [...(typed ?? [])];
      const code = await run(argv, {
        env: { DATABASE_URL: databaseUrl, JWT_SECRET: SECRET, AUDIT_KEY_FILE: join(directory.path, "audit-key"), ...env },
        stdin: Readable.from([stdin]),
        ...(typed === undefined ? {} : { askSecret: async (question: string) => ((err += question), answers.shift() ?? "") }),
        passwordCost: { ln: 4, r: 8, p: 1 },
        out: (text) => (out += text),
        err: (text) => (err += text),
        flush: () => Promise.resolve(),
      });
      return { code, out, err: err.replace(/^callplane: There was no database[^\n]*\n/, "") };
    },
    async store() {
      const store = await openStore(databaseUrl, { auditKey: await auditKeyIn(join(directory.path, "audit-key")) });
      stores.push(store);
      return store;
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      directory.remove();
    },
  };
}
