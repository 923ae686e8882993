/** The agents' pages and changes with 10,000 agents, over HTTP. */
import { join } from "node:path";
import { z } from "zod";
import { hashPassword } from "../../src/auth/index.js";
import { startCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms, p99, timed } from "./support/measure.js";

const AGENTS = 10_000;
const REQUESTS = 2000;
const WARM_UP = 300;
const CHANGES = 100;
const PAGE_MS = 10;
/** A change waits for a snapshot of the directory that is just being written. */
const CHANGE_MS = 250;
const DELETIONS = 20;
/** It waits until the snapshot has been written without her. */
const DELETION_MS = 1000;
const PASSWORD = "a password for the bench";

async function repeat(times: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let index = 0; index < times; index++) figures.push(await timed(() => work(index)));
  return figures;
}

const page = z.object({ next: z.string().nullable() });

/** Those of all pages but the first. */
async function cursorsOf(http: HttpConnection): Promise<readonly string[]> {
  const cursors: string[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const { body } = await http.expect(200, "GET", `/voicechannel/agents?limit=100${next === "" ? "" : `&cursor=${next}`}`, { keepBody: true });
    next = page.parse(JSON.parse(body)).next;
    if (next !== null) cursors.push(next);
  }
  return cursors;
}

export const agents: Benchmark = {
  title: `Agents: pages and changes, ${AGENTS} agents`,
  async run() {
    const folder = temporaryDirectory();
    const databaseUrl = `file:${join(folder.path, "callplane.db")}`;
    const store = await openStore(databaseUrl);
    const { id } = await store.organizations.create({ name: "acme", domain: "acme.example" });
    await store.users.create({ username: "admin", organizationId: id, role: "admin", passwordHash: await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 }) });
    for (let index = 0; index < AGENTS; index++) await store.agents.create({ organizationId: id, agentId: String(10_000 + index) });
    await store.close();
    // The switch is not reached: it has no part in this.
    const environment = { PORT: "0", LOG_LEVEL: "silent", DATABASE_URL: databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", FREESWITCH_NODES: "esl://:nobody@127.0.0.1:9", RATE_LIMIT_PER_MINUTE: "1000000", PROVISIONING_LISTEN: "127.0.0.1:0", PROVISIONING_SECRET: "0123456789abcdef0123456789abcdef", PROVISIONING_SNAPSHOT_DIR: join(folder.path, "snapshot") };
    const callplane = await startCallplane(loadConfig(environment));
    try {
      const login = await fetch(`${callplane.url}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "admin", password: PASSWORD }) });
      const { token } = z.object({ token: z.string() }).parse(await login.json());
      const http = await HttpConnection.open(Number(new URL(callplane.url).port), token);
      try {
        const pages = async (path: (index: number) => string): Promise<number[]> => {
          await repeat(WARM_UP, (index) => http.expect(200, "GET", path(index)));
          return repeat(REQUESTS, (index) => http.expect(200, "GET", path(index)));
        };
        const cursors = await cursorsOf(http);
        const cursor = (index: number): string => cursors[(index * 97) % cursors.length] ?? "";
        const finding = (what: string, figures: readonly number[], atMost: number): Finding => ({ what: `${what}, p99`, measured: `median ${ms(median(figures))}`, value: p99(figures), unit: "ms", target: { atMost } });
        const made: string[] = [];
        const create = async (index: number): Promise<void> => {
          const reply = await fetch(`${callplane.url}/voiceconfig/voiceagents`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify({ extension: String(90_000 + index) }) });
          if (reply.status !== 201) throw new Error(`an agent could not be made: ${reply.status} ${await reply.text()}`);
          made.push(z.object({ id: z.union([z.string(), z.number()]) }).parse(await reply.json()).id.toString());
        };
        const remove = async (index: number): Promise<void> => {
          const reply = await fetch(`${callplane.url}/voiceconfig/voiceagents/${made[index] ?? ""}`, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
          if (!reply.ok) throw new Error(`an agent could not be deleted: ${reply.status} ${await reply.text()}`);
        };
        return [
          finding("GET /voicechannel/agents, a page of 100", await pages((index) => `/voicechannel/agents?limit=100&cursor=${cursor(index)}`), PAGE_MS),
          finding("GET /voiceconfig/voiceagents, a page of 100", await pages((index) => `/voiceconfig/voiceagents?pageSize=100&pageIndex=${index % 100}`), PAGE_MS),
          finding("POST /voiceconfig/voiceagents", await repeat(CHANGES, create), CHANGE_MS),
          finding("DELETE of one, gone from the snapshot on disk too", await repeat(DELETIONS, remove), DELETION_MS),
        ];
      } finally {
        http.close();
      }
    } finally {
      await callplane.close();
      folder.remove();
    }
  },
};
