import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import { noSpool, openSpool, type Spool } from "../spool.js";
import { databasePath } from "../store/index.js";

type Databases = Pick<Config, "switchNodes" | "databaseUrl" | "demoDatabaseUrl">;

/** Where the database of this process is: the demonstration has one of its own. */
export const databaseOf = ({ switchNodes, databaseUrl, demoDatabaseUrl }: Databases): string => (switchNodes.length === 0 ? demoDatabaseUrl : databaseUrl);

/** A spool file beside the database, in a directory of its own. */
export function spoolFor(name: string, config: Databases, logger: Logger): Spool {
  const path = databasePath(databaseOf(config));
  return path === ":memory:" ? noSpool : openSpool(`${path}-spool`, name, { logger });
}
