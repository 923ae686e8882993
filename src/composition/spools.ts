import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import { noSpool, openSpool, type Spool } from "../spool.js";
import { databasePath } from "../store/index.js";

/** A spool file beside the database, in a directory of its own. */
export function spoolFor(name: string, config: Pick<Config, "databaseUrl">, logger: Logger): Spool {
  const path = databasePath(config.databaseUrl);
  return path === ":memory:" ? noSpool : openSpool(`${path}-spool`, name, { logger });
}
