/** What a variable of the environment may be; a refusal says what it is not, and shows no value. */
import { createPublicKey } from "node:crypto";
import { resolve } from "node:path";
import { z } from "zod";
import { isAddressException } from "./outbound/index.js";
import { isNetwork } from "./security/index.js";
import { MAX_VARIABLES, mediaSource, refusedVariable } from "./freeswitch/index.js";

export interface SwitchNodeConfig {
  /** `host:port`, unique. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

/** As RTCPeerConnection takes it. */
export interface IceServerConfig {
  readonly urls: string | readonly string[];
  readonly username?: string | undefined;
  readonly credential?: string | undefined;
}

export const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;
const MIN_SECRET_BYTES = 32;

export const text = (what: string) => z.string().refine((value) => value.trim() !== "", `is empty; give ${what} or leave it unset`);
export const integer = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `is not a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `is not a whole number from ${minimum} to ${maximum}`);
/** A directory as FreeSWITCH sees it, of letters that it does not interpret. */
export const directory = z.string().regex(/^\/[A-Za-z0-9_./-]*$/, "is not an absolute path of letters, digits and _ . / -");
/** A directory of the demonstration beside its database, for the simulated switch too; null where its path has letters that a FreeSWITCH would interpret. */
export function besideDemo(name: string): string | null {
  const own = resolve("./data", name);
  return directory.safeParse(own).success ? own : null;
}
/** Whether one directory is the other, or lies within it. */
export function areNested(one: string, other: string): boolean {
  const [a = "", b = ""] = [resolve(one), resolve(other)].map((path) => (path.endsWith("/") ? path : `${path}/`));
  return a.startsWith(b) || b.startsWith(a);
}
export const flag = z
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

export const switchNodes = text("esl://:password@host:8021").transform((value, context): SwitchNodeConfig[] => {
  const nodes: SwitchNodeConfig[] = [];
  for (const [index, entry] of value.split(",").entries()) {
    const node = parseNode(entry.trim());
    const problem = typeof node === "string" ? node : nodes.some((other) => other.name === node.name) ? "names a node that is there already" : null;
    if (problem !== null) context.addIssue({ code: "custom", message: `entry ${index + 1} ${problem}` });
    else if (typeof node !== "string") nodes.push(node);
  }
  return nodes;
});

export const listen = z.string().transform((value, context): { readonly host: string; readonly port: number } | null => {
  if (value === "off") return null;
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain ?? "";
  if (HOST.test(host) && Number(port) <= 65_535) return { host, port: Number(port) };
  context.addIssue({ code: "custom", message: "is neither host:port nor off" });
  return z.NEVER;
});
export const databaseUrl = text("file:./data/callplane.db or :memory:").refine((value) => value === ":memory:" || (value.startsWith("file:") && value.length > "file:".length), "is neither file:<path> nor :memory:");
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
export const sound = z.string().refine(isSound, NO_SOUND);
/** Separated by blanks: a tone has commas of its own. */
export const sounds = z.string().transform((value) => value.trim().split(/\s+/).filter((each) => each !== "")).refine((all) => all.every(isSound), `has an entry that ${NO_SOUND}`);
export const secret = z.string().refine((value) => Buffer.byteLength(value) >= MIN_SECRET_BYTES, `is shorter than ${MIN_SECRET_BYTES} bytes`);
export const url = z.string().refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), "is not an http or https URL");

/** Without a slash at its end. */
export const publicUrl = url
  .refine((value) => !URL.canParse(value) || (new URL(value).search === "" && new URL(value).hash === "" && new URL(value).username === ""), "has a query, a fragment or a user name")
  .transform((value) => value.replace(/\/+$/, ""));

/** Scheme, host and port, as browsers write them. */
export const origins = z.string().transform((value) => value.split(",").map((part) => part.trim()).filter((part) => part !== "")).refine((parts) => parts.every((part) => URL.canParse(part) && /^https?:$/.test(new URL(part).protocol) && new URL(part).origin === part), "holds something other than origins such as https://console.example.com, without a path");

/** `off` becomes the empty string: pages have no phone. */
export const wssUrl = z.string().refine((value) => {
  const example = value.replaceAll("{domain}", "example.org");
  return value === "off" || (/^wss?:\/\/[^\s{}]+$/.test(example) && URL.canParse(example));
}, "is not a wss:// or ws:// URL ({domain} may stand in it), nor off").transform((value) => (value === "off" ? "" : value));

const iceUrl = z.string().regex(/^(?:stuns?|turns?):[^\s]{1,255}$/);
const iceServer = z.strictObject({ urls: z.union([iceUrl, z.array(iceUrl).min(1)]), username: z.string().min(1).max(512).optional(), credential: z.string().min(1).max(512).optional() });
/** A problem is told by its entry alone: a credential is a secret. */
export const iceServers = z.string().transform((value, context): IceServerConfig[] => {
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

const ORGANIZATION = /^[A-Za-z0-9_](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/;
/** Names of organizations, separated by commas. */
export const names = z.string().transform((value, context): string[] => {
  const entries = value.split(",").map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) if (!ORGANIZATION.test(entry)) context.addIssue({ code: "custom", message: `entry ${index + 1} is not the name of an organization` });
  return entries;
});

export const networks = z.string().transform((value, context): string[] => {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  for (const [index, entry] of entries.entries()) if (!isNetwork(entry)) context.addIssue({ code: "custom", message: `entry ${index + 1} is neither an address nor a network such as 10.0.0.0/8` });
  return entries;
});

/** Separated by commas. */
export const addressExceptions = z.string().transform((value, context): string[] => {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  for (const [index, entry] of entries.entries()) if (!isAddressException(entry)) context.addIssue({ code: "custom", message: `entry ${index + 1} is no host, host:port, address or network such as 10.0.0.0/8` });
  return entries;
});

/** UDP ports from an even one on, in pairs. */
export const portRange = z.string().transform((value, context): { readonly from: number; readonly to: number } => {
  const [from = 0, to = 0] = (/^(\d{1,5})-(\d{1,5})$/.exec(value)?.slice(1) ?? []).map(Number);
  if (from < 1024 || to > 65_535 || to - from < 2) context.addIssue({ code: "custom", message: "is not a range of ports from 1024 to 65535, such as 12000-13999" });
  return { from, to };
});

/** Names of channel variables, separated by commas. */
export const channelVariables = z.string().transform((value, context): string[] => {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  if (entries.length > MAX_VARIABLES) context.addIssue({ code: "custom", message: `has more than ${MAX_VARIABLES} entries` });
  for (const [index, entry] of entries.entries()) {
    const isThere = entries.slice(0, index).some((other) => other.toLowerCase() === entry.toLowerCase());
    const problem = refusedVariable(entry) ?? (isThere ? "names a variable that is there already" : null);
    if (problem !== null) context.addIssue({ code: "custom", message: `entry ${index + 1} ${problem}` });
  }
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

/** An environment file has no line breaks inside a value, so `\n` is taken as one. */
export const publicKey = z.string().transform((value) => value.replaceAll("\\n", "\n")).refine(isPublicKey, "is not a public key in PEM (BEGIN PUBLIC KEY)");

/** A program and its arguments, separated by blanks; no shell reads it, so that quotes are letters like others. */
export const commandLine = z
  .string()
  .regex(/^[^\p{Cc}]{1,4000}$/u, "is not a program and its arguments on one line")
  .transform((value) => value.split(" ").filter((each) => each !== ""))
  .refine(([program]) => program !== undefined && /^(?:\/[^{}]+|[A-Za-z0-9_.+-]+)$/.test(program), "does not begin with a program: its absolute path, or its name");

const NAMES = z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/), z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.:+/-]{0,199}$/));
const MAX_NAMES = 1000;
/** Names of voices: `{"alice": "af_heart", "de-DE": "thorsten", "default": "alloy"}`. */
export const voiceNames = z.string().transform((value, context): Readonly<Record<string, string>> => {
  try {
    const parsed = NAMES.safeParse(JSON.parse(value));
    if (parsed.success && Object.keys(parsed.data).length <= MAX_NAMES) return parsed.data;
  } catch {
    // Told below.
  }
  context.addIssue({ code: "custom", message: 'is not JSON such as {"alice": "a-voice", "de-DE": "another", "default": "a-third"}' });
  return z.NEVER;
});
