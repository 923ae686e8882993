/** The composition root: starts Callplane with a configuration, and closes it. */
import { pino, type Logger } from "pino";
import { auditKeyIn, seedDemo } from "./auth/index.js";
import { openActive } from "./composition/active.js";
import { refuseDemoUsers } from "./composition/checks.js";
import type { CallplaneOptions, RunningCallplane } from "./composition/options.js";
import { Parts } from "./composition/parts.js";
import type { Config } from "./config.js";
import { assertDemoMayListen } from "./demo.js";
import { REDACTED_PATHS } from "./http/index.js";
import { openStore } from "./store/index.js";

export type { CallplaneOptions, RunningCallplane } from "./composition/options.js";

/** One line of JSON an entry, with whatever could be a secret cut out. */
export const createLogger = (config: Pick<Config, "logLevel">): Logger => pino({ level: config.logLevel, redact: [...REDACTED_PATHS] });

/** Starts everything; rejects, with all that had been opened closed again, when something cannot start. */
export async function startCallplane(config: Config, options: CallplaneOptions = {}): Promise<RunningCallplane> {
  const { logger = createLogger(config) } = options;
  const parts = new Parts(logger);
  try {
    const demo = config.switchNodes.length === 0;
    if (demo) assertDemoMayListen(config);
    const store = parts.add("store", await openStore(config.databaseUrl, { auditKey: await auditKeyIn(config.auditKeyFile) }));
    if (demo) await seedDemo(store);
    else await refuseDemoUsers(store);
    const active = await openActive(config, options, store, logger, parts);
    return { ...active, close: () => parts.close() };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
