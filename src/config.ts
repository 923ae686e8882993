/** The one place that reads the environment: parsed once, every refusal names the variable and none shows a secret. */
import { z } from "zod";
import { addressExceptions, areNested, besideDemo, channelVariables, databaseUrl, directory, flag, HOST, iceServers, integer, listen, names, networks, origins, portRange, publicKey, publicUrl, secret, sound, sounds, switchNodes, text, url, wssUrl, type IceServerConfig, type SwitchNodeConfig } from "./config-values.js";
import { speechConfig, speechVariables, type SpeechConfig } from "./config-speech.js";

export type { IceServerConfig, SwitchNodeConfig } from "./config-values.js";

/** An outside issuer whose tokens are accepted besides our own. */
export interface OutsideIssuerConfig {
  /** Where its keys are: a JWKS URL or one public key (SPKI PEM). */
  readonly keys: { readonly kind: "jwks"; readonly url: string } | { readonly kind: "publicKey"; readonly pem: string };
  readonly issuer: string;
  readonly audience: string;
  /** Names of the organizations that it may speak for. */
  readonly organizations: readonly string[];
}

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface Config extends SpeechConfig {
  readonly host: string;
  readonly port: number;
  /** Empty: the simulated switch. */
  readonly switchNodes: readonly SwitchNodeConfig[];
  readonly databaseUrl: string;
  /** The demonstration's: another file, unless one is named. */
  readonly demoDatabaseUrl: string;
  /** Null: made and kept in `jwtSecretFile`. */
  readonly jwtSecret: string | null;
  readonly jwtSecretFile: string;
  /** Keys the audit log's chain; made when there is none. */
  readonly auditKeyFile: string;
  readonly outsideIssuer: OutsideIssuerConfig | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly ringTimeoutS: number;
  /** Null: a parked call waits without limit. */
  readonly parkReturnS: number | null;
  /** How long the phone of a call may be without registration. */
  readonly lostPhoneS: number;
  /** After so long the caller of a lost phone returns to the department. */
  readonly lostPhoneReturnS: number;
  readonly allowQueryToken: boolean;
  /** Null: /metrics answers direct connections from loopback alone. */
  readonly metricsToken: string | null;
  readonly rateLimitPerMinute: number;
  /** Logins of one user that are good at a time. */
  readonly maxTokensPerUser: number;
  /** Event streams that one user may have open. */
  readonly maxStreamsPerUser: number;
  /** Right logins of one user within a minute. */
  readonly maxLoginsPerMinute: number;
  /** Large replies of one token that are not taken yet, megabytes. */
  readonly replyMemoryMb: number;
  readonly heartbeatS: number;
  /** How long an agent whose last phone is gone keeps the status. */
  readonly registrationGraceS: number;
  /** Connections open at once, of each listener. */
  readonly connectionsMax: number;
  /** Of them, those of one address that have not carried an authenticated request. */
  readonly connectionsPerAddress: number;
  /** Requests that wait on one connection for the reply to an earlier one. */
  readonly pipelineMax: number;
  /** How long a connection may take nothing of what is written to it. */
  readonly stallTimeoutS: number;
  /** How long a request may take to arrive. */
  readonly receiveTimeoutS: number;
  /** As FreeSWITCH sees it. */
  readonly recordingsDir: string;
  /** Sounds that announce a waiting caller's place, with `{position}` for it; empty: none. */
  readonly queuePositionSounds: readonly string[];
  /** Said to a caller who will be called back; null: nothing. */
  readonly queueCallbackSound: string | null;
  /** Where that directory is for Callplane. */
  readonly recordingsReadDir: string;
  /** Above the organizations' directories of sounds, as FreeSWITCH sees it and as Callplane does. */
  readonly soundsDir: string;
  readonly soundsReadDir: string;
  /** Names of channel variables that are read besides those that Callplane needs. */
  readonly channelVariables: readonly string[];
  /** Where FreeSWITCH leaves its call detail records, as Callplane sees it; null: none are read. */
  readonly cdrDir: string | null;
  /** Whether `X-Forwarded-For` is believed. */
  readonly trustProxy: boolean;
  /** How the outside reaches Callplane's HTTP API, without a slash at the end; null: only by the address that a request was made to. */
  readonly publicUrl: string | null;
  /** Origins whose pages may use the HTTP API from elsewhere. */
  readonly corsOrigins: readonly string[];
  /** Run with an address and seconds when a phone's address fails to register too often; null: nothing is. */
  readonly banCommand: string | null;
  /** Failures of one address within `banWindowS` that are an attack. */
  readonly banAfter: number;
  readonly banWindowS: number;
  readonly banS: number;
  /** Networks that are never banned. */
  readonly banExempt: readonly string[];
  /** Hosts, addresses and networks that requests to other servers may reach though they are not public. */
  readonly outboundAllowed: readonly string[];
  /** Where softphones connect to, `{domain}` standing for their organization's. */
  readonly sipWssUrl: string;
  readonly iceServers: readonly IceServerConfig[];
  /** Seconds that a phone's registration lasts at most. */
  readonly sipRegistrationMaxS: number;
  /** Our address for FreeSWITCH's audio; null: the one on the way to it. */
  readonly mediaHost: string | null;
  /** UDP ports of live audio, ours and FreeSWITCH's in pairs; null: the system chooses. */
  readonly mediaPorts: { readonly from: number; readonly to: number } | null;
  /** Where FreeSWITCH asks for users and dialplan; null: nowhere. */
  readonly provisioningListen: { readonly host: string; readonly port: number } | null;
  /** Null: made and kept in `provisioningSecretFile`. */
  readonly provisioningSecret: string | null;
  readonly provisioningSecretFile: string;
  /** Where the directory is written for the time when Callplane is down; null: nowhere. */
  readonly provisioningSnapshotDir: string | null;
}

/** Thrown by `loadConfig`; the message has one line for each variable at fault. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
  }
}

const variables = z.object({
  HOST: z.string().regex(HOST, "is not a host name or address").default("127.0.0.1"),
  PORT: integer(0, 65_535).default(8080),
  FREESWITCH_NODES: switchNodes.default([]),
  DATABASE_URL: databaseUrl.optional(),
  JWT_SECRET: secret.optional(),
  AUDIT_KEY_FILE: text("the path of a file").default("./data/audit-key"),
  JWT_JWKS_URL: url.optional(),
  JWT_PUBLIC_KEY: publicKey.optional(),
  JWT_ISSUER: text("the issuer (iss) of its tokens").optional(),
  JWT_AUDIENCE: text("the audience (aud) of its tokens").optional(),
  JWT_ORGANIZATIONS: names.optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  RING_TIMEOUT_S: integer(1, 600).default(20),
  PARK_RETURN_S: integer(1, 86_400).optional(),
  LOST_PHONE_S: integer(1, 600).default(4),
  LOST_PHONE_RETURN_S: integer(1, 86_400).default(60),
  ALLOW_QUERY_TOKEN: flag.default(false),
  METRICS_TOKEN: text("a token").optional(),
  RATE_LIMIT_PER_MINUTE: integer(1, 1_000_000).default(600),
  MAX_TOKENS_PER_USER: integer(1, 1000).default(20),
  MAX_STREAMS_PER_USER: integer(1, 1000).default(20),
  MAX_LOGINS_PER_MINUTE: integer(1, 10_000).default(60),
  REPLY_MEMORY_MB: integer(1, 100_000).default(64),
  HEARTBEAT_S: integer(1, 3600).default(10),
  REGISTRATION_GRACE_S: integer(0, 3600).default(15),
  CONNECTIONS_MAX: integer(1, 1_000_000).default(10_000),
  CONNECTIONS_PER_ADDRESS: integer(1, 1_000_000).default(2000),
  PIPELINE_MAX: integer(0, 1000).default(8),
  STALL_TIMEOUT_S: integer(1, 3600).default(30),
  RECEIVE_TIMEOUT_S: integer(1, 3600).default(30),
  RECORDINGS_DIR: directory.optional(),
  SOUNDS_DIR: directory.default("/var/lib/freeswitch/sounds"),
  SOUNDS_READ_DIR: text("the directory where Callplane finds the organizations' sounds").optional(),
  QUEUE_POSITION_SOUNDS: sounds.default([]),
  QUEUE_CALLBACK_SOUND: sound.optional(),
  RECORDINGS_READ_DIR: text("the directory where Callplane finds FreeSWITCH's recordings").optional(),
  CHANNEL_VARIABLES: channelVariables.default([]),
  CDR_DIR: text("the directory of FreeSWITCH's call detail records").optional(),
  TRUST_PROXY: flag.default(false),
  PUBLIC_URL: publicUrl.optional(),
  CORS_ORIGINS: origins.default([]),
  BAN_COMMAND: z.string().regex(/^\/[^\p{Cc}]+$/u, "is not the absolute path of an executable").optional(),
  BAN_AFTER: integer(1, 10_000).default(20),
  BAN_WINDOW_S: integer(1, 86_400).default(600),
  BAN_S: integer(1, 100_000_000).default(3600),
  BAN_EXEMPT: networks.default([]),
  OUTBOUND_ALLOWED: addressExceptions.default([]),
  SIP_WSS_URL: wssUrl.default("wss://{domain}:7443"),
  ICE_SERVERS: iceServers.default([]),
  SIP_REGISTRATION_MAX_S: integer(60, 86_400).default(3600),
  MEDIA_HOST: z.string().regex(HOST, "is not a host name or address").optional(),
  MEDIA_PORTS: portRange.optional(),
  PROVISIONING_LISTEN: listen.prefault("127.0.0.1:8085"),
  // It stands in a file of FreeSWITCH's and behind a colon in its gateway-credentials.
  PROVISIONING_SECRET: secret.regex(/^[A-Za-z0-9_.~-]*$/, "holds something other than letters, digits and _ . ~ -").optional(),
  PROVISIONING_SECRET_FILE: text("the path of a file").default("./data/provisioning-secret"),
  PROVISIONING_SNAPSHOT_DIR: text("a directory").optional(),
  ...speechVariables,
});

type Variables = z.output<typeof variables>;

function outsideIssuer(env: Variables, problems: string[]): OutsideIssuerConfig | null {
  const { JWT_JWKS_URL: jwks, JWT_PUBLIC_KEY: pem, JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_ORGANIZATIONS: organizations } = env;
  if (jwks === undefined && pem === undefined) {
    if (issuer !== undefined || audience !== undefined || organizations !== undefined) problems.push("JWT_ISSUER, JWT_AUDIENCE and JWT_ORGANIZATIONS need JWT_JWKS_URL or JWT_PUBLIC_KEY.");
    return null;
  }
  if (jwks !== undefined && pem !== undefined) problems.push("JWT_JWKS_URL and JWT_PUBLIC_KEY are both set; give one.");
  // Without them any token that the issuer signs, for whatever purpose and for whomever, would open this door.
  for (const [name, value] of Object.entries({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_ORGANIZATIONS: organizations })) {
    if (value === undefined) problems.push(`${name} is needed with JWT_JWKS_URL or JWT_PUBLIC_KEY.`);
  }
  if (issuer === undefined || audience === undefined || organizations === undefined) return null;
  const keys = jwks !== undefined ? ({ kind: "jwks", url: jwks } as const) : ({ kind: "publicKey", pem: pem ?? "" } as const);
  return { keys, issuer, audience, organizations };
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const processEnvironment = (): Environment => process.env;

/** Reads the environment. Throws ConfigError naming every variable at fault, without its value. */
export function loadConfig(env: Environment = processEnvironment()): Config {
  const parsed = variables.safeParse(env);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}.`));
  const { data } = parsed;
  const problems: string[] = [];
  const issuer = outsideIssuer(data, problems);
  const demo = data.FREESWITCH_NODES.length === 0;
  const recordingsDir = data.RECORDINGS_DIR ?? (demo ? besideDemo("recordings") : null) ?? "/var/lib/freeswitch/recordings";
  const [recordingsReadDir, soundsReadDir] = [data.RECORDINGS_READ_DIR ?? recordingsDir, data.SOUNDS_READ_DIR ?? data.SOUNDS_DIR];
  // A sound that an organization chooses could be a recording, of another one perhaps.
  if (areNested(recordingsDir, data.SOUNDS_DIR)) problems.push("SOUNDS_DIR and RECORDINGS_DIR lie one within the other.");
  else if (areNested(recordingsReadDir, soundsReadDir)) problems.push("SOUNDS_READ_DIR and RECORDINGS_READ_DIR lie one within the other.");
  const speech = speechConfig(data, demo, { RECORDINGS_DIR: recordingsDir, SOUNDS_DIR: data.SOUNDS_DIR }, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...speech,
    host: data.HOST,
    port: data.PORT,
    switchNodes: data.FREESWITCH_NODES,
    databaseUrl: data.DATABASE_URL ?? "file:./data/callplane.db",
    demoDatabaseUrl: data.DATABASE_URL ?? "file:./data/demo.db",
    jwtSecret: data.JWT_SECRET ?? null,
    jwtSecretFile: "./data/jwt-secret",
    auditKeyFile: data.AUDIT_KEY_FILE,
    outsideIssuer: issuer,
    logLevel: data.LOG_LEVEL,
    ringTimeoutS: data.RING_TIMEOUT_S,
    parkReturnS: data.PARK_RETURN_S ?? null,
    lostPhoneS: data.LOST_PHONE_S,
    lostPhoneReturnS: data.LOST_PHONE_RETURN_S,
    allowQueryToken: data.ALLOW_QUERY_TOKEN,
    metricsToken: data.METRICS_TOKEN ?? null,
    rateLimitPerMinute: data.RATE_LIMIT_PER_MINUTE,
    maxTokensPerUser: data.MAX_TOKENS_PER_USER,
    maxStreamsPerUser: data.MAX_STREAMS_PER_USER,
    maxLoginsPerMinute: data.MAX_LOGINS_PER_MINUTE,
    replyMemoryMb: data.REPLY_MEMORY_MB,
    heartbeatS: data.HEARTBEAT_S,
    registrationGraceS: data.REGISTRATION_GRACE_S,
    connectionsMax: data.CONNECTIONS_MAX,
    connectionsPerAddress: data.CONNECTIONS_PER_ADDRESS,
    pipelineMax: data.PIPELINE_MAX,
    stallTimeoutS: data.STALL_TIMEOUT_S,
    receiveTimeoutS: data.RECEIVE_TIMEOUT_S,
    recordingsDir: recordingsDir.replace(/(?<=.)\/+$/, ""),
    soundsDir: data.SOUNDS_DIR.replace(/(?<=.)\/+$/, ""),
    soundsReadDir,
    queuePositionSounds: data.QUEUE_POSITION_SOUNDS,
    queueCallbackSound: data.QUEUE_CALLBACK_SOUND ?? null,
    recordingsReadDir,
    channelVariables: data.CHANNEL_VARIABLES,
    cdrDir: data.CDR_DIR ?? null,
    trustProxy: data.TRUST_PROXY,
    publicUrl: data.PUBLIC_URL ?? null,
    corsOrigins: data.CORS_ORIGINS,
    banCommand: data.BAN_COMMAND ?? null,
    banAfter: data.BAN_AFTER,
    banWindowS: data.BAN_WINDOW_S,
    banS: data.BAN_S,
    banExempt: data.BAN_EXEMPT,
    outboundAllowed: data.OUTBOUND_ALLOWED,
    sipWssUrl: data.SIP_WSS_URL,
    iceServers: data.ICE_SERVERS,
    sipRegistrationMaxS: data.SIP_REGISTRATION_MAX_S,
    mediaHost: data.MEDIA_HOST ?? null,
    mediaPorts: data.MEDIA_PORTS ?? null,
    provisioningListen: data.PROVISIONING_LISTEN,
    provisioningSecret: data.PROVISIONING_SECRET ?? null,
    provisioningSecretFile: data.PROVISIONING_SECRET_FILE,
    provisioningSnapshotDir: data.PROVISIONING_SNAPSHOT_DIR ?? null,
  };
}
