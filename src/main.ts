/** The process: reads the environment once, starts Callplane, and owns signals, what nobody caught, and the exit code. */
import { createLogger, startCallplane, type RunningCallplane } from "./callplane.js";
import { loadConfig } from "./config.js";

/** What the process ends with; a supervisor starts it again after all but the first. */
const EXIT = {
  stopped: 0,
  /** It could not start, or not be stopped in time, or a second signal came. */
  failed: 1,
  /** A mistake of ours that nothing caught (sysexits: EX_SOFTWARE). */
  crashed: 70,
  /** Another process took its nodes over while it stood still (EX_TEMPFAIL): started again, it waits in standby. */
  lost: 75,
} as const;

/** For everything together; less than the 30 s that service managers and container engines give before they kill. */
const STOP_LIMIT_MS = 28_000;
/** After a mistake of ours nothing is waited for that might never come. */
const CRASH_LIMIT_MS = 5000;

function main(): void {
  const config = loadConfig();
  const logger = createLogger(config);
  let code: number | null = null;

  const end = (exitCode: number, limitMs: number, options?: { readonly drainMs: number }): void => {
    code = exitCode;
    setTimeout(() => {
      logger.error({ limitMs }, "Callplane could not be stopped in time");
      process.exit(exitCode === EXIT.stopped ? EXIT.failed : exitCode);
    }, limitMs);
    starting
      .then((running) => running?.close(options))
      .catch((error: unknown) => logger.error({ err: error }, "Callplane could not be stopped"))
      .finally(() => process.exit(code ?? exitCode));
  };
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal is somebody who does not want to wait.
    if (code !== null) process.exit(EXIT.failed);
    logger.info({ signal }, "stopping: requests under way are finished, FreeSWITCH's calls go on");
    end(EXIT.stopped, STOP_LIMIT_MS);
  };
  const crash = (error: unknown, origin: string): void => {
    logger.fatal({ err: error, origin }, "an error that nothing caught: Callplane ends");
    if (code === null) end(EXIT.crashed, CRASH_LIMIT_MS, { drainMs: 0 });
    else code = EXIT.crashed;
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", (reason) => crash(reason, "unhandledRejection"));

  const starting: Promise<RunningCallplane | null> = startCallplane(config, {
    logger,
    onEnd: (why, error) => {
      if (why === "failed") tell(error);
      process.exit(why === "lost" ? EXIT.lost : EXIT.failed);
    },
  }).catch((error: unknown) => {
    tell(error);
    // At once: a start that failed must not linger, whatever is still on its way to being closed.
    process.exit(EXIT.failed);
  });
}

const tell = (error: unknown): boolean => process.stderr.write(`callplane: ${error instanceof Error ? error.message : String(error)}\n`);

try {
  main();
} catch (error) {
  tell(error);
  process.exit(EXIT.failed);
}
