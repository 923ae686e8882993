/** Callplane beside a lab: one organization, its people, and a client that speaks HTTP as a console does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCallplane, type CallplaneOptions, type RunningCallplane } from "../../src/callplane.js";
import { hashPassword } from "../../src/auth/index.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { ALL_DEPARTMENTS } from "../../src/people/index.js";
import type { AuditRecord } from "../../src/audit/index.js";
import type { CallView } from "../../src/calls/types.js";
import { eventually } from "../lab/wait.js";
import type { Lab } from "../lab/types.js";

export interface Reply {
  readonly status: number;
  /** Parsed JSON, or null for an empty body. */
  readonly body: unknown;
  readonly headers: Headers;
}

export class Client {
  constructor(
    readonly url: () => string,
    readonly token: string,
  ) {}

  get = (path: string, headers: Record<string, string> = {}): Promise<Reply> => this.#request("GET", path, undefined, headers);
  post = (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => this.#request("POST", path, body, headers);
  put = (path: string, body?: unknown): Promise<Reply> => this.#request("PUT", path, body, {});
  delete = (path: string): Promise<Reply> => this.#request("DELETE", path, undefined, {});

  async #request(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
    const response = await fetch(`${this.url()}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, body: json ? (JSON.parse(text) as unknown) : text === "" ? null : text, headers: response.headers };
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

/** `environment`: what differs from the suite's configuration. */
export async function openStage(lab: Lab & { readonly recordingsDir?: string }, environment: Readonly<Record<string, string>> = {}, options: CallplaneOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "callplane-contract-"));
  const recordingsDir = lab.recordingsDir ?? folder;
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  await people(databaseUrl, lab.domain);
  const config = {
    ...loadConfig({ PORT: "0", LOG_LEVEL: process.env.CONTRACT_LOG ?? "silent", DATABASE_URL: databaseUrl, FREESWITCH_NODES: lab.eslUrl, RING_TIMEOUT_S: "3", RATE_LIMIT_PER_MINUTE: "100000", RECORDINGS_DIR: recordingsDir, HEARTBEAT_S: "600", REGISTRATION_GRACE_S: "1", PROVISIONING_LISTEN: "off", AUDIT_KEY_FILE: join(folder, "audit-key"), ...environment }),
    jwtSecret: "0123456789abcdef0123456789abcdef",
  };
  let running: RunningCallplane | null = await startCallplane(config, options);
  const url = (): string => running?.url ?? "http://127.0.0.1:9";
  await ready(url);
  const login = async (username: string): Promise<Client> => {
    const response = await fetch(`${url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password: PASSWORD }) });
    if (response.status !== 200) throw new Error(`login of ${username}: ${response.status} ${await response.text()}`);
    return new Client(url, ((await response.json()) as { token: string }).token);
  };
  const as = {
    alice: await login("alice"),
    bob: await login("bob"),
    carol: await login("carol"),
    dave: await login("dave"),
    erin: await login("erin"),
    admin: await login("admin"),
  };
  const stranger = await login("stranger");
  const root = await login("root");
  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  const start = async (): Promise<void> => {
    running ??= await startCallplane(config, options);
    await ready(url);
  };
  return {
    lab,
    as,
    stranger,
    root,
    url,
    provisioningUrl: () => running?.provisioningUrl ?? null,
    databaseUrl,
    recordingsDir,
    audit: async () => {
      const store = await openStore(databaseUrl);
      try {
        return [...(await store.audit.list({ limit: 1000 }))].reverse();
      } finally {
        await store.close();
      }
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
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: () => string): Promise<void> {
  await eventually("Callplane to be ready", async () => (await fetch(`${url()}/health/ready`).catch(() => null))?.status === 200, { timeoutMs: 20_000, everyMs: 50 });
}

async function people(databaseUrl: string, domain: string): Promise<void> {
  const store = await openStore(databaseUrl);
  // Cheap, because every stage logs everybody in.
  const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
  const organization = await store.organizations.create({ name: "lab", domain });
  await store.organizations.update(organization.id, { country: "US", allowedPrefixes: ["+1212"], departments: ["support", "sales"] });
  for (const [username, { role, agentId }] of Object.entries(PEOPLE)) await store.users.create({ username, organizationId: organization.id, role, agentId, passwordHash, ...(agentId === null ? {} : { departments: [ALL_DEPARTMENTS] }) });
  const other = await store.organizations.create({ name: "other", domain: "other.example" });
  await store.users.create({ username: "stranger", organizationId: other.id, role: "admin", passwordHash });
  await store.users.create({ username: "root", organizationId: null, role: "root", passwordHash });
  await store.close();
}
