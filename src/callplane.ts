/** The composition root: starts Callplane with a configuration. */
import { pino, type Logger } from "pino";
import { auditKeyIn } from "./auth/index.js";
import { Instance } from "./composition/instance.js";
import type { CallplaneOptions, RunningCallplane } from "./composition/options.js";
import { Parts } from "./composition/parts.js";
import { databaseOf } from "./composition/spools.js";
import type { Config } from "./config.js";
import { assertDemoMayListen } from "./demo.js";
import { REDACTED_PATHS } from "./http/index.js";
import { openStore } from "./store/index.js";

export type { CallplaneOptions, RunningCallplane } from "./composition/options.js";

/** One line of JSON an entry, with whatever could be a secret cut out. */
export const createLogger = (config: Pick<Config, "logLevel">): Logger => pino({ level: config.logLevel, redact: [...REDACTED_PATHS] });

/** Resolves when Callplane works, or waits in standby because another process has its nodes; rejects, with all that had been opened closed again, when it cannot start. */
export async function startCallplane(config: Config, options: CallplaneOptions = {}): Promise<RunningCallplane> {
  const { logger = createLogger(config) } = options;
  if (config.switchNodes.length === 0) assertDemoMayListen(config);
  const parts = new Parts(logger);
  const store = parts.add("database", await openStore(databaseOf(config), { auditKey: await auditKeyIn(config.auditKeyFile) }));
  const instance = new Instance(config, options, logger, store, parts);
  try {
    await instance.start();
  } catch (error) {
    await instance.close({ drainMs: 0 });
    throw error;
  }
  return instance;
}
