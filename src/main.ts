/** The process: reads the environment once, starts Callplane, and owns signals and the exit code. */
import { createLogger, startCallplane } from "./callplane.js";
import { ConfigError, loadConfig } from "./config.js";

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config);
  const running = await startCallplane(config, { logger });
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal is somebody who does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, "stopping: requests under way are finished, FreeSWITCH's calls go on");
    void running.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: unknown) => {
  const message = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`callplane: ${message}\n`);
  // At once: a start that failed must not linger, whatever is still on its way to being closed.
  process.exit(1);
});
