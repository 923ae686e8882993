/**
 * A rolling restart: a second process waits in standby, the first is ended by SIGTERM, with calls that go on, callers who wait and agents who become free
 * all the while. Wall time of the switch's own clock, as `offers` does: what a caller waits longer is the figure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { z } from "zod";
import { issueServiceToken, signingSecret } from "../../src/auth/index.js";
import { EventSocketConnection } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { openStore } from "../../src/store/index.js";
import { eventually } from "../lab/wait.js";
import { buildProduct, mainOf } from "../support/build.js";
import { startCallplaneProcess, type Process } from "../support/callplane.js";
import type { Child } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms } from "./support/measure.js";
import { openSwitch, settled, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const LIVE_CALLS = 50;
const FREED = 60;
const CALLERS = FREED + 20;
const FREE_EVERY_MS = 150;
/** The agents who become free before the first process is ended. */
const BEFORE = 15;
const PAUSE_MS = 2000;
const SECRET = "a secret of the benchmark's, long enough";

const extensions = Array.from({ length: LIVE_CALLS + FREED }, (_, index) => String(2000 + index));
const callers = Array.from({ length: CALLERS }, (_, index) => `1666${String(index).padStart(7, "0")}`);
const agentOf = (name: string | undefined): string | undefined => /gw\+(\d+)@/.exec(name ?? "")?.[1];

/** When each agent's call ended and the phone rang next, milliseconds of the switch's clock. */
class Phones {
  readonly #parser = new EventParser();
  readonly ended = new Map<string, number>();
  readonly rang = new Map<string, number[]>();

  take(body: Buffer): void {
    const event = this.#parser.parse(body);
    const extension = event?.kind === "channel" ? agentOf(event.row.name) : undefined;
    if (event?.kind !== "channel" || extension === undefined) return;
    if (event.name === "CHANNEL_HANGUP" && !this.ended.has(extension)) this.ended.set(extension, event.timestampUs / 1000);
    else if (event.name === "CHANNEL_CREATE") this.rang.set(extension, [...(this.rang.get(extension) ?? []), event.timestampUs / 1000]);
  }

  /** What became of an agent's freedom: until the next caller. */
  waited(extension: string): number {
    return (this.rang.get(extension)?.[0] ?? NaN) - (this.ended.get(extension) ?? NaN);
  }
}

async function organize(databaseUrl: string): Promise<string> {
  const store = await openStore(databaseUrl);
  const organization = await store.organizations.create({ name: "bench", domain: DOMAIN });
  await store.departments.create(organization.id, "sales", {});
  for (const agentId of extensions) await store.users.create({ username: `u${agentId}`, organizationId: organization.id, role: "agent", agentId, passwordHash: "none" });
  for (const { id } of await store.agents.list(organization.id)) await store.agents.update(id, { departments: ["sales"] });
  const { token } = await issueServiceToken(store, await signingSecret(SECRET, ""), { name: "bench", organization, role: "admin", permissions: null, lifetimeMs: 3_600_000 });
  await store.close();
  return token;
}

const statusOf = async (process: Process): Promise<string> => z.object({ status: z.string() }).parse(await (await fetch(`${await process.url()}/health/ready`)).json()).status;
const connected = async (process: Process, token: string): Promise<HttpConnection> => HttpConnection.open(Number(new URL(await process.url()).port), token);
const becomes = (process: Process, status: string): Promise<unknown> => eventually(`the process to be ${status}`, async () => (await statusOf(process)) === status, { timeoutMs: 60_000, details: process.output });

/** Customers whose call is not listed. */
async function missing(http: HttpConnection, customers: readonly string[]): Promise<number> {
  let lost = 0;
  for (const uuid of customers) if ((await http.request("GET", `/voicechannel/calls/${uuid}`)).status !== 200) lost++;
  return lost;
}

const FAULTY = `
  SELECT (SELECT count(*) FROM call_records WHERE ended_at IS NULL OR answered_at > ended_at)
       + (SELECT count(*) FROM (SELECT channel_uuid FROM call_legs GROUP BY channel_uuid HAVING count(*) > 1))
       + (SELECT count(*) FROM (SELECT call_id FROM call_timeline GROUP BY call_id, type, at, agent_id, detail HAVING count(*) > 1))
       + (SELECT count(*) FROM call_records WHERE id NOT IN (SELECT call_id FROM call_legs)) AS faulty`;

/** Records that are missing, doubled, unfinished or out of order, once every call has ended. */
function faultyRecords(databasePath: string, calls: number): number {
  const database = new Sqlite(databasePath, { readonly: true });
  try {
    const { faulty } = z.object({ faulty: z.number() }).parse(database.prepare(FAULTY).get());
    const { records } = z.object({ records: z.number() }).parse(database.prepare("SELECT count(*) AS records FROM call_records").get());
    return faulty + Math.abs(records - calls);
  } finally {
    database.close();
  }
}

async function measure(switches: Child, folder: string, own: (process: Process) => Process): Promise<Finding[]> {
  const databasePath = join(folder, "callplane.db");
  const token = await organize(`file:${databasePath}`);
  const { switchId, eslUrl, port, calls } = await openSwitch(switches, [{ domain: DOMAIN, extensions, calls: extensions.length }], extensions);
  const environment = { FREESWITCH_NODES: eslUrl, JWT_SECRET: SECRET, PROVISIONING_LISTEN: "off", HEARTBEAT_S: "3600", RATE_LIMIT_PER_MINUTE: "1000000" };
  await buildProduct(join(folder, "product"));
  const begin = (): Process => own(startCallplaneProcess({ main: mainOf(join(folder, "product")), folder, environment }));
  const phones = new Phones();
  const events = await EventSocketConnection.open({ name: "bench", host: "127.0.0.1", port, password: "bench", handshakeMs: 5000, onEvent: (body) => phones.take(body) });
  try {
    const first = begin();
    await becomes(first, "ready");
    const http = await connected(first, token);
    await settled(http);
    for (const agent of extensions) {
      const reply = await fetch(`${await first.url()}/voicechannel/agents/${agent}/status`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: '{"status":"online"}' });
      if (reply.status !== 200) throw new Error(`${agent} is not online: ${await reply.text()}`);
    }
    await switches.ask("wait", { switchId, numbers: callers, departments: ["sales"] }, z.undefined());
    await settled(http);
    http.close();
    const second = begin();
    await becomes(second, "standby");
    await events.request(["event plain CHANNEL_CREATE CHANNEL_HANGUP"], { timeoutMs: 5000 });

    const freed = extensions.slice(LIVE_CALLS);
    for (const [index, agent] of freed.entries()) {
      if (index === BEFORE) first.child.kill("SIGTERM");
      await switches.ask("free", { switchId, extensions: [agent] }, z.undefined());
      await pause(FREE_EVERY_MS);
    }
    await eventually("every free agent's phone to ring", () => freed.every((agent) => phones.rang.has(agent)), { timeoutMs: 30_000, everyMs: 10 });
    await becomes(second, "ready");
    const after = await connected(second, token);
    await settled(after);
    const kept = (calls[0] ?? []).slice(0, LIVE_CALLS).map(({ customer }) => customer);
    const lost = await missing(after, kept);

    await switches.ask("endAll", switchId, z.undefined());
    await eventually("every call to have ended", async () => z.object({ total: z.number() }).parse(JSON.parse((await after.expect(200, "GET", "/voicechannel/calls?limit=1", { keepBody: true })).body)).total === 0, { timeoutMs: 30_000 });
    after.close();
    second.child.kill("SIGTERM");
    await second.exited;
    const waited = freed.map((agent) => phones.waited(agent));
    return [
      { what: `${LIVE_CALLS} calls that go on: lost from the picture of the second process`, measured: `${kept.length} looked for`, value: lost, unit: "calls", target: { atMost: 0 } },
      { what: `records of ${extensions.length + CALLERS} calls: missing, doubled, unfinished or out of order`, measured: "when all calls have ended", value: faultyRecords(databasePath, extensions.length + CALLERS), unit: "records", target: { atMost: 0 } },
      { what: "the longest from the end of an agent's call to the ringing for the next caller", measured: `median ${ms(median(waited))}`, value: Math.max(...waited), unit: "ms", target: { atMost: PAUSE_MS } },
    ];
  } finally {
    await events.close();
  }
}

export const rollingRestart: Benchmark = {
  title: `A rolling restart under ${LIVE_CALLS} live calls and ${CALLERS} waiting callers`,
  async run() {
    const switches = startSwitches();
    const folder = mkdtempSync(join(tmpdir(), "callplane-bench-"));
    const processes: Process[] = [];
    try {
      return await measure(switches, folder, (process) => {
        processes.push(process);
        return process;
      });
    } finally {
      await Promise.all(processes.map((process) => process.kill()));
      await switches.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
