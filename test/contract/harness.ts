/** Callplane beside a lab: one organization, its people, and a client that speaks HTTP as a console does. */
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { request } from "undici";
import { startCallplane, type CallplaneOptions, type RunningCallplane } from "../../src/callplane.js";
import { hashPassword } from "../../src/auth/index.js";
import { issueToken } from "../../src/auth/tokens.js";
import { loadConfig, type Config } from "../../src/config.js";
import { openStore, type Store } from "../../src/store/index.js";
import { ALL_DEPARTMENTS, type UserRole } from "../../src/people/index.js";
import type { AuditRecord } from "../../src/audit/index.js";
import type { CallView } from "../../src/calls/types.js";
import { eventually } from "../lab/wait.js";
import type { Lab } from "../lab/types.js";
import { temporaryDirectory } from "../support/temporary.js";

export interface Reply {
  readonly status: number;
  /** Parsed JSON, or null for an empty body. */
  readonly body: unknown;
  readonly headers: Headers;
}

const linesOf = (headers: IncomingHttpHeaders): [string, string][] => Object.entries(headers).flatMap(([name, values]) => [values ?? []].flat().map((value): [string, string] => [name, value]));

export class Client {
  /** Called, and waited for, after each act that succeeded. */
  acted: () => Promise<void> = async () => undefined;

  constructor(
    readonly url: () => string,
    readonly token: string,
  ) {}

  get = (path: string, headers: Record<string, string> = {}): Promise<Reply> => this.#request("GET", path, undefined, headers);
  post = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => this.#request("POST", path, body, headers);
  put = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => this.#request("PUT", path, body, headers);
  patch = (path: string, body?: unknown): Promise<Reply> => this.#request("PATCH", path, body, {});
  delete = (path: string, headers: Record<string, string> = {}): Promise<Reply> => this.#request("DELETE", path, undefined, headers);

  /**
   * Not by `fetch`, which takes several times the processor's time: tests that wait for something ask thousands of times. Rejects with a TypeError, as `fetch`
   * does, when Callplane is not there or dies meanwhile.
   */
  async #request(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
    const options = {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const { status, text, received } = await request(`${this.url()}${path}`, options)
      .then(async (response) => ({ status: response.statusCode, text: await response.body.text(), received: new Headers(linesOf(response.headers)) }))
      .catch((error: unknown) => {
        throw new TypeError(`${method} ${path} had no reply`, { cause: error });
      });
    const json = received.get("content-type")?.includes("json") === true && text !== "";
    if (method !== "GET" && status < 300) await this.acted();
    return { status, body: json ? (JSON.parse(text) as unknown) : text === "" ? null : text, headers: received };
  }

  /** The call as this person sees it now, or null when she sees none of this id. */
  async call(id: string): Promise<CallView | null> {
    const { status, body } = await this.get(`/voicechannel/calls/${id}`);
    return status === 200 ? (body as CallView) : null;
  }

  async calls(query = ""): Promise<CallView[]> {
    return ((await this.get(`/voicechannel/calls${query}`)).body as { items: CallView[] }).items;
  }

  /** Waits until the call, as this person sees it, is as described. */
  async sees(id: string, what: Partial<CallView>): Promise<CallView> {
    let last: CallView | null = null;
    return eventually(
      `the call to be ${JSON.stringify(what)}`,
      async () => {
        last = await this.call(id);
        const call: Record<string, unknown> | null = last === null ? null : { ...last };
        return call !== null && Object.entries(what).every(([key, value]) => JSON.stringify(call[key]) === JSON.stringify(value)) ? last : null;
      },
      { details: () => `last seen: ${JSON.stringify(last)}` },
    );
  }

  async gone(id: string): Promise<void> {
    await eventually(`the call ${id} to have ended`, async () => (await this.get(`/voicechannel/calls/${id}`)).status === 404);
  }
}

export const PEOPLE = {
  alice: { role: "agent", agentId: "1001" },
  bob: { role: "agent", agentId: "1002" },
  carol: { role: "supervisor", agentId: "1003" },
  dave: { role: "agent", agentId: "1004" },
  erin: { role: "supervisor", agentId: "1005" },
  admin: { role: "admin", agentId: null },
} as const;
export type Person = keyof typeof PEOPLE;

export interface Stage {
  readonly lab: Lab;
  readonly as: Readonly<Record<Person, Client>>;
  /** Of another organization. */
  readonly stranger: Client;
  readonly root: Client;
  /** Where Callplane answers. */
  readonly url: () => string;
  /** Where it answers FreeSWITCH; null when it does not. */
  readonly provisioningUrl: () => string | null;
  readonly databaseUrl: string;
  /** Where FreeSWITCH is told to record to. */
  readonly recordingsDir: string;
  /** The audit log of the organization, oldest first. */
  audit(): Promise<readonly AuditRecord[]>;
  /** Stops Callplane (as SIGTERM does) and starts it again on the same database. */
  restartCallplane(): Promise<void>;
  stopCallplane(): Promise<void>;
  startAgain(): Promise<void>;
  /** Ends every call and waits until nothing is left. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Everybody's. */
export const PASSWORD = "correct horse battery staple";

const SECRET = "0123456789abcdef0123456789abcdef";

export interface StageOptions extends CallplaneOptions {
  /** Settings that the environment cannot give: parts of a second. */
  readonly settings?: Partial<Config>;
  /** Callplane is not started before `startAgain`. */
  readonly stopped?: boolean;
}

/** `environment`: what differs from the suite's configuration. */
export async function openStage(lab: Lab & { readonly recordingsDir?: string }, environment: Readonly<Record<string, string>> = {}, { settings = {}, stopped = false, ...options }: StageOptions = {}): Promise<Stage> {
  const folder = temporaryDirectory();
  const recordingsDir = lab.recordingsDir ?? folder.path;
  const file = join(folder.path, "callplane.db");
  const databaseUrl = `file:${file}`;
  const { database, tokens } = await accountsOf(lab.domain);
  writeFileSync(file, database, { mode: 0o600 });
  const config = {
    ...loadConfig({ PORT: "0", LOG_LEVEL: process.env.CONTRACT_LOG ?? "silent", DATABASE_URL: databaseUrl, FREESWITCH_NODES: lab.eslUrl, RING_TIMEOUT_S: "3", RATE_LIMIT_PER_MINUTE: "100000", RECORDINGS_DIR: recordingsDir, HEARTBEAT_S: "600", REGISTRATION_GRACE_S: "1", PROVISIONING_LISTEN: "off", AUDIT_KEY_FILE: join(folder.path, "audit-key"), ...environment }),
    jwtSecret: SECRET,
    ...settings,
  };
  let running: RunningCallplane | null = null;
  let reader: Promise<Store> | null = null;
  const url = (): string => running?.url ?? "http://127.0.0.1:9";
  const clientOf = (username: Username): Client => new Client(url, tokens[username]);
  const root = clientOf("root");
  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  const start = async (): Promise<void> => {
    running ??= await startCallplane(config, options);
    await ready(url);
  };
  if (!stopped) await start();
  return {
    lab,
    as: { alice: clientOf("alice"), bob: clientOf("bob"), carol: clientOf("carol"), dave: clientOf("dave"), erin: clientOf("erin"), admin: clientOf("admin") },
    stranger: clientOf("stranger"),
    root,
    url,
    provisioningUrl: () => running?.provisioningUrl ?? null,
    databaseUrl,
    recordingsDir,
    audit: async () => {
      reader ??= openStore(databaseUrl);
      return [...(await (await reader).audit.list({ limit: 1000 }))].reverse();
    },
    stopCallplane: stop,
    startAgain: start,
    restartCallplane: async () => {
      await stop();
      await start();
    },
    clear: async () => {
      await eventually(
        "every call to have ended",
        async () => {
          const calls = await root.calls();
          await Promise.all(calls.map((call) => root.post(`/voicechannel/calls/${call.id}:hangup`)));
          return calls.length === 0;
        },
        { timeoutMs: 10_000 },
      );
    },
    close: async () => {
      await stop();
      await (await reader)?.close();
      folder.remove();
    },
  };
}

async function ready(url: () => string): Promise<void> {
  await eventually("Callplane to be ready", async () => (await fetch(`${url()}/health/ready`).catch(() => null))?.status === 200, { timeoutMs: 20_000, everyMs: 50 });
}

type Username = Person | "stranger" | "root";

interface Accounts {
  /** The file. */
  readonly database: Buffer;
  readonly tokens: Readonly<Record<Username, string>>;
}

/** By the domain of the lab's organization. Bounded by the labs' domains. */
const known = new Map<string, Promise<Accounts>>();

/** A database with both organizations, in which everybody is logged in. Made once and copied from then on, because that takes longer than most of a stage's tests. */
function accountsOf(domain: string): Promise<Accounts> {
  const made = known.get(domain) ?? makeAccounts(domain);
  known.set(domain, made);
  return made;
}

async function makeAccounts(domain: string): Promise<Accounts> {
  const folder = temporaryDirectory();
  const file = join(folder.path, "callplane.db");
  const store = await openStore(`file:${file}`);
  // Cheap: nothing here depends on how well it is hashed.
  const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
  const created = await store.organizations.create({ name: "lab", domain });
  const lab = await store.organizations.update(created.id, { country: "US", allowedPrefixes: ["+1212"], departments: ["support", "sales"] });
  const other = await store.organizations.create({ name: "other", domain: "other.example" });
  const login = async (username: Username, organization: typeof lab | null, { role, agentId }: { readonly role: UserRole; readonly agentId: string | null }): Promise<string> => {
    const departments = agentId === null ? {} : { departments: [ALL_DEPARTMENTS] };
    const user = await store.users.create({ username, organizationId: organization?.id ?? null, role, agentId, passwordHash, ...departments });
    return (await issueToken(store, new TextEncoder().encode(SECRET), { userId: user.id, name: username, organization, role, agentId, permissions: null }, { lifetimeMs: 12 * 3_600_000 })).token;
  };
  const tokens = {
    alice: await login("alice", lab, PEOPLE.alice),
    bob: await login("bob", lab, PEOPLE.bob),
    carol: await login("carol", lab, PEOPLE.carol),
    dave: await login("dave", lab, PEOPLE.dave),
    erin: await login("erin", lab, PEOPLE.erin),
    admin: await login("admin", lab, PEOPLE.admin),
    stranger: await login("stranger", other, { role: "admin", agentId: null }),
    root: await login("root", null, { role: "root", agentId: null }),
  };
  await store.close();
  const database = readFileSync(file);
  folder.remove();
  return { database, tokens };
}
