/** A FreeSWITCH that the lab runs: found, started until its event socket answers, stopped. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startOwned } from "../support/started.js";
import { EslClient } from "./esl-client.js";
import { eventually } from "./wait.js";

/** What is started: a configuration directory with entrypoint.sh in it, and where it keeps its state. Both paths are absolute. */
export interface ServerSpec {
  readonly name: string;
  readonly confDir: string;
  readonly stateDir: string;
  readonly eslPort: number;
  /** The `FS_…` variables of freeswitch-conf/README.md. */
  readonly env: Readonly<Record<string, string>>;
}

/** What every lab's switch under test is given: addresses on loopback, the test's own trunk, and a log that tells why. */
export const switchEnvironment = (at: { readonly internalPort: number; readonly externalPort: number; readonly wsPort: number; readonly wssPort: number; readonly media: { readonly rtpStart: number; readonly rtpEnd: number } }): Readonly<Record<string, string>> => ({
  FS_BIND_IP: "127.0.0.1",
  FS_INTERNAL_PORT: String(at.internalPort),
  FS_EXTERNAL_PORT: String(at.externalPort),
  FS_WS_PORT: String(at.wsPort),
  FS_WSS_PORT: String(at.wssPort),
  FS_RTP_START: String(at.media.rtpStart),
  FS_RTP_END: String(at.media.rtpEnd),
  FS_TRUNK_NETWORK: "127.0.0.1/32",
  FS_LOG_LEVEL: "debug",
});

/** One run of a server's process or container. */
export interface RunningServer {
  /** True once it has ended by itself. */
  exited(): boolean;
  /** What it printed, its last lines. */
  output(): string;
  /** Kills it and waits for its end: an orderly shutdown takes FreeSWITCH four seconds. Idempotent. */
  stop(): Promise<void>;
  /** Stops its process where it stands, and lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
}

/** Starts servers as local processes or as containers. */
export interface ServerHost {
  /** For the suite's title: `FREESWITCH_BIN=…` or the image. */
  readonly description: string;
  run(spec: ServerSpec): Promise<RunningServer>;
}

const START_TIMEOUT_MS = 30_000;
const LOG_TAIL_LINES = 40;

export const secretsDir = (spec: ServerSpec): string => join(spec.stateDir, "secrets");

/** The environment of entrypoint.sh, for a host to pass on. */
export const entrypointEnv = (spec: ServerSpec): Record<string, string> => ({
  ...spec.env,
  FS_ESL_PORT: String(spec.eslPort),
  FS_STATE_DIR: spec.stateDir,
  FS_SECRETS_DIR: secretsDir(spec),
});

/** Runs a local FreeSWITCH binary; what it needs besides (LD_LIBRARY_PATH) comes from this process's environment. */
export const localHost = (binary: string): ServerHost => ({
  description: `FREESWITCH_BIN=${binary}`,
  async run(spec) {
    const server = startOwned(join(spec.confDir, "entrypoint.sh"), [], { env: { ...process.env, ...entrypointEnv(spec), FREESWITCH_BIN: binary } });
    let output = "";
    let exited = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
    };
    server.child.stdout.on("data", keep);
    server.child.stderr.on("data", keep);
    server.child.once("error", ({ message }) => (output += `\n${message}`));
    void server.exited.then(() => (exited = true));
    return {
      exited: () => exited,
      output: () => output,
      stop: () => server.kill(),
      signal: async (signal) => server.signal(signal),
    };
  },
});

/** A started server with an authenticated event socket. */
export interface Server {
  readonly spec: ServerSpec;
  readonly esl: EslClient;
  readonly password: string;
  /** The last lines of its log, for messages. */
  logTail(): Promise<string>;
  stop(): Promise<void>;
  signal: RunningServer["signal"];
}

/** Resolves when FreeSWITCH is ready for calls; throws with the tail of its log when it is not in time. */
export async function startServer(host: ServerHost, spec: ServerSpec): Promise<Server> {
  const running = await host.run(spec);
  const logTail = async (): Promise<string> => {
    const log = await readFile(join(spec.stateDir, "log", "freeswitch.log"), "utf8").catch(() => "");
    return [`--- ${spec.name}: output`, running.output().trim(), `--- ${spec.name}: end of its log`, log.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n")].join("\n");
  };
  try {
    const { esl, password } = await eventually(
      `FreeSWITCH (${spec.name}) to be ready`,
      async () => {
        if (running.exited()) throw new Error(`FreeSWITCH (${spec.name}) ended while it started.\n${await logTail()}`);
        return connectWhenReady(spec);
      },
      { timeoutMs: START_TIMEOUT_MS, everyMs: 50, details: logTail },
    );
    return {
      spec,
      esl,
      password,
      logTail,
      signal: (signal) => running.signal(signal),
      async stop() {
        esl.close();
        await running.stop();
      },
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function connectWhenReady(spec: ServerSpec): Promise<{ esl: EslClient; password: string } | null> {
  let esl: EslClient;
  let password: string;
  try {
    password = (await readFile(join(secretsDir(spec), "esl-password"), "utf8")).trim();
    esl = await EslClient.connect(spec.eslPort, password);
  } catch {
    return null;
  }
  // The event socket listens before the SIP profiles do.
  const profiles = await esl.api("sofia status");
  const running = profiles.match(/RUNNING/g)?.length ?? 0;
  if (running >= 2 && /is ready/.test(await esl.api("status"))) return { esl, password };
  esl.close();
  return null;
}
