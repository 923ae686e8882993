/** The one place that reads the environment: parsed once, every refusal names the variable and none shows a secret. */
import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { isNetwork } from "./security/addresses.js";
import { mediaSource } from "./freeswitch/media.js";

export interface SwitchNodeConfig {
  /** `host:port`, unique. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** An outside issuer whose tokens are accepted besides our own. */
export interface OutsideIssuerConfig {
  /** Where its keys are: a JWKS URL or one public key (SPKI PEM). */
  readonly keys: { readonly kind: "jwks"; readonly url: string } | { readonly kind: "publicKey"; readonly pem: string };
  readonly issuer: string;
  /** Null: not checked. */
  readonly audience: string | null;
}

/** As RTCPeerConnection takes it. */
export interface IceServerConfig {
  readonly urls: string | readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Empty: the simulated switch. */
  readonly switchNodes: readonly SwitchNodeConfig[];
  readonly databaseUrl: string;
  /** Null: made and kept in `jwtSecretFile`. */
  readonly jwtSecret: string | null;
  readonly jwtSecretFile: string;
  readonly outsideIssuer: OutsideIssuerConfig | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly ringTimeoutS: number;
  /** Null: a parked call waits without limit. */
  readonly parkReturnS: number | null;
  readonly allowQueryToken: boolean;
  /** Null: /metrics answers on loopback alone. */
  readonly metricsToken: string | null;
  readonly rateLimitPerMinute: number;
  readonly heartbeatS: number;
  /** As FreeSWITCH sees it. */
  readonly recordingsDir: string;
  /** Sounds that tell a waiting caller her place, `{position}` standing for it; empty: silence. */
  readonly queuePositionSounds: readonly string[];
  /** Said to a caller who will be called back; null: nothing. */
  readonly queueCallbackSound: string | null;
  /** Where that directory is for Callplane. */
  readonly recordingsReadDir: string;
  /** Where FreeSWITCH leaves its call detail records, as Callplane sees it; null: none are read. */
  readonly cdrDir: string | null;
  /** Whether `X-Forwarded-For` is believed. */
  readonly trustProxy: boolean;
  /** Run with an address and seconds when a phone's address fails to register too often; null: nothing is. */
  readonly banCommand: string | null;
  /** Failures of one address within `banWindowS` that are an attack. */
  readonly banAfter: number;
  readonly banWindowS: number;
  readonly banS: number;
  /** Networks that are never banned. */
  readonly banExempt: readonly string[];
  /** Where softphones connect to, `{domain}` standing for their organization's. */
  readonly sipWssUrl: string;
  readonly iceServers: readonly IceServerConfig[];
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

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;
const MIN_SECRET_BYTES = 32;

const text = (what: string) => z.string().refine((value) => value.trim() !== "", `is empty; give ${what} or leave it unset`);
const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `is not a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `is not a whole number from ${minimum} to ${maximum}`);
const flag = z
  .enum(["0", "1", "true", "false", "on", "off"], { error: "is not 1 or 0" })
  .transform((value) => value === "1" || value === "true" || value === "on");

/** Parses one `esl://:password@host:port`; a problem is told without the entry, which holds the password. */
function parseNode(entry: string): SwitchNodeConfig | string {
  let url: URL;
  let password: string;
  try {
    url = new URL(entry);
    password = decodeURIComponent(url.password);
  } catch {
    return "is not esl://:password@host:port (percent-encode what is special in the password)";
  }
  if (url.protocol !== "esl:") return "does not begin with esl://";
  if (url.username !== "") return "has a user name before the password; write esl://:password@host";
  if (password === "") return "has no password";
  // CR, LF and NUL would end the `auth` line that carries it.
  if (/[\r\n\0]/.test(password)) return "has a line break or NUL in its password";
  if ((url.pathname !== "" && url.pathname !== "/") || url.search !== "" || url.hash !== "") return "has something after the port (a special character in the password must be percent-encoded)";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (!HOST.test(host)) return "has no valid host name or address";
  const port = url.port === "" ? 8021 : Number(url.port);
  if (port === 0) return "has port 0";
  return { name: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`, host, port, password };
}

const switchNodes = text("esl://:password@host:8021").transform((value, context): SwitchNodeConfig[] => {
  const nodes: SwitchNodeConfig[] = [];
  for (const [index, entry] of value.split(",").entries()) {
    const node = parseNode(entry.trim());
    const problem = typeof node === "string" ? node : nodes.some((other) => other.name === node.name) ? "names a node that is there already" : null;
    if (problem !== null) context.addIssue({ code: "custom", message: `entry ${index + 1} ${problem}` });
    else if (typeof node !== "string") nodes.push(node);
  }
  return nodes;
});

const listen = z.string().transform((value, context): { readonly host: string; readonly port: number } | null => {
  if (value === "off") return null;
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain ?? "";
  if (HOST.test(host) && Number(port) <= 65_535) return { host, port: Number(port) };
  context.addIssue({ code: "custom", message: "is neither host:port nor off" });
  return z.NEVER;
});
const databaseUrl = text("file:./data/callplane.db or :memory:").refine((value) => value === ":memory:" || (value.startsWith("file:") && value.length > "file:".length), "is neither file:<path> nor :memory:");
// As freeswitch/media.ts takes them, so that what is configured can be played.
const isSound = (value: string): boolean => {
  try {
    mediaSource(value.replaceAll("{position}", "1"));
    return true;
  } catch {
    return false;
  }
};
const NO_SOUND = "is not an absolute file (letters, digits and _ @ % + = : . / -), a tone_stream:// or a local_stream://";
const sound = z.string().refine(isSound, NO_SOUND);
/** Separated by blanks: a tone has commas of its own. */
const sounds = z.string().transform((value) => value.trim().split(/\s+/).filter((each) => each !== "")).refine((all) => all.every(isSound), `has an entry that ${NO_SOUND}`);
const secret = z.string().refine((value) => Buffer.byteLength(value) >= MIN_SECRET_BYTES, `is shorter than ${MIN_SECRET_BYTES} bytes`);
const url = z.string().refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), "is not an http or https URL");

const wssUrl = z.string().refine((value) => {
  const example = value.replaceAll("{domain}", "example.org");
  return /^wss?:\/\/[^\s{}]+$/.test(example) && URL.canParse(example);
}, "is not a wss:// or ws:// URL ({domain} may stand in it)");

const iceUrl = z.string().regex(/^(?:stuns?|turns?):[^\s]{1,255}$/);
const iceServer = z.strictObject({ urls: z.union([iceUrl, z.array(iceUrl).min(1)]), username: z.string().min(1).max(512).optional(), credential: z.string().min(1).max(512).optional() });
/** A problem is told by its entry alone: a credential is a secret. */
const iceServers = z.string().transform((value, context): IceServerConfig[] => {
  const problem = (message: string): never => {
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  };
  let list: unknown;
  try {
    list = JSON.parse(value);
  } catch {
    return problem("is not JSON");
  }
  if (!Array.isArray(list)) return problem("is not a JSON list");
  const servers: IceServerConfig[] = [];
  for (const [index, entry] of list.entries()) {
    const parsed = iceServer.safeParse(entry);
    if (!parsed.success) return problem(`entry ${index + 1} is not {"urls": "stun:…" or "turn:…", "username", "credential"}`);
    servers.push(parsed.data);
  }
  return servers;
});

const networks = z.string().transform((value, context): string[] => {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  for (const [index, entry] of entries.entries()) if (!isNetwork(entry)) context.addIssue({ code: "custom", message: `entry ${index + 1} is neither an address nor a network such as 10.0.0.0/8` });
  return entries;
});

function isPublicKey(pem: string): boolean {
  // node:crypto would take a private key here too, and derive the public one.
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) return false;
  try {
    createPublicKey(pem);
    return true;
  } catch {
    return false;
  }
}

const variables = z.object({
  HOST: z.string().regex(HOST, "is not a host name or address").default("127.0.0.1"),
  PORT: integer(0, 65_535).default(8080),
  FREESWITCH_NODES: switchNodes.default([]),
  DATABASE_URL: databaseUrl.default("file:./data/callplane.db"),
  JWT_SECRET: secret.optional(),
  JWT_JWKS_URL: url.optional(),
  // An environment file has no line breaks inside a value, so `\n` is taken as one.
  JWT_PUBLIC_KEY: z.string().transform((value) => value.replaceAll("\\n", "\n")).refine(isPublicKey, "is not a public key in PEM (BEGIN PUBLIC KEY)").optional(),
  JWT_ISSUER: text("the issuer (iss) of its tokens").optional(),
  JWT_AUDIENCE: text("the audience (aud) of its tokens").optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(", ")}` }).default("info"),
  RING_TIMEOUT_S: integer(1, 600).default(20),
  PARK_RETURN_S: integer(1, 86_400).optional(),
  ALLOW_QUERY_TOKEN: flag.default(false),
  METRICS_TOKEN: text("a token").optional(),
  RATE_LIMIT_PER_MINUTE: integer(1, 1_000_000).default(600),
  HEARTBEAT_S: integer(1, 3600).default(10),
  RECORDINGS_DIR: z.string().regex(/^\/[A-Za-z0-9_./-]*$/, "is not an absolute path of letters, digits and _ . / -").default("/var/lib/freeswitch/recordings"),
  QUEUE_POSITION_SOUNDS: sounds.default([]),
  QUEUE_CALLBACK_SOUND: sound.optional(),
  RECORDINGS_READ_DIR: text("the directory where Callplane finds FreeSWITCH's recordings").optional(),
  CDR_DIR: text("the directory of FreeSWITCH's call detail records").optional(),
  TRUST_PROXY: flag.default(false),
  BAN_COMMAND: z.string().regex(/^\/[^\p{Cc}]+$/u, "is not the absolute path of an executable").optional(),
  BAN_AFTER: integer(1, 10_000).default(20),
  BAN_WINDOW_S: integer(1, 86_400).default(600),
  BAN_S: integer(1, 100_000_000).default(3600),
  BAN_EXEMPT: networks.default([]),
  SIP_WSS_URL: wssUrl.default("wss://{domain}:7443"),
  ICE_SERVERS: iceServers.default([]),
  PROVISIONING_LISTEN: listen.prefault("127.0.0.1:8081"),
  // It stands in a file of FreeSWITCH's and behind a colon in its gateway-credentials.
  PROVISIONING_SECRET: secret.regex(/^[A-Za-z0-9_.~-]*$/, "holds something other than letters, digits and _ . ~ -").optional(),
  PROVISIONING_SNAPSHOT_DIR: text("a directory").optional(),
});

type Variables = z.output<typeof variables>;

function outsideIssuer(env: Variables, problems: string[]): OutsideIssuerConfig | null {
  const { JWT_JWKS_URL: jwks, JWT_PUBLIC_KEY: pem, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  if (jwks === undefined && pem === undefined) {
    if (issuer !== undefined || audience !== undefined) problems.push("JWT_ISSUER and JWT_AUDIENCE need JWT_JWKS_URL or JWT_PUBLIC_KEY.");
    return null;
  }
  if (jwks !== undefined && pem !== undefined) problems.push("JWT_JWKS_URL and JWT_PUBLIC_KEY are both set; give one.");
  // Without it any token that the issuer signs, for whatever purpose, would open this door.
  if (issuer === undefined) {
    problems.push("JWT_ISSUER is needed with JWT_JWKS_URL or JWT_PUBLIC_KEY.");
    return null;
  }
  const keys = jwks !== undefined ? ({ kind: "jwks", url: jwks } as const) : ({ kind: "publicKey", pem: pem ?? "" } as const);
  return { keys, issuer, audience: audience ?? null };
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
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    host: data.HOST,
    port: data.PORT,
    switchNodes: data.FREESWITCH_NODES,
    databaseUrl: data.DATABASE_URL,
    jwtSecret: data.JWT_SECRET ?? null,
    jwtSecretFile: "./data/jwt-secret",
    outsideIssuer: issuer,
    logLevel: data.LOG_LEVEL,
    ringTimeoutS: data.RING_TIMEOUT_S,
    parkReturnS: data.PARK_RETURN_S ?? null,
    allowQueryToken: data.ALLOW_QUERY_TOKEN,
    metricsToken: data.METRICS_TOKEN ?? null,
    rateLimitPerMinute: data.RATE_LIMIT_PER_MINUTE,
    heartbeatS: data.HEARTBEAT_S,
    recordingsDir: data.RECORDINGS_DIR.replace(/(?<=.)\/+$/, ""),
    queuePositionSounds: data.QUEUE_POSITION_SOUNDS,
    queueCallbackSound: data.QUEUE_CALLBACK_SOUND ?? null,
    recordingsReadDir: data.RECORDINGS_READ_DIR ?? data.RECORDINGS_DIR,
    cdrDir: data.CDR_DIR ?? null,
    trustProxy: data.TRUST_PROXY,
    banCommand: data.BAN_COMMAND ?? null,
    banAfter: data.BAN_AFTER,
    banWindowS: data.BAN_WINDOW_S,
    banS: data.BAN_S,
    banExempt: data.BAN_EXEMPT,
    sipWssUrl: data.SIP_WSS_URL,
    iceServers: data.ICE_SERVERS,
    provisioningListen: data.PROVISIONING_LISTEN,
    provisioningSecret: data.PROVISIONING_SECRET ?? null,
    provisioningSecretFile: "./data/provisioning-secret",
    provisioningSnapshotDir: data.PROVISIONING_SNAPSHOT_DIR ?? null,
  };
}
