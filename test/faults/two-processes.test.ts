/** Two processes on one database and one FreeSWITCH: one works, the other waits for its turn. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import Sqlite from "better-sqlite3";
import { describe, expect, it, type TestContext } from "vitest";
import { openStore } from "../../src/store/index.js";
import type { LegWatch } from "../../src/twiml/index.js";
import { Client } from "../contract/harness.js";
import { hears } from "../contract/suites/steps.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { delay, eventually, within } from "../lab/wait.js";
import { START_MS, startProcess, type Process } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { inWorld, type World } from "./world.js";

interface Pair {
  readonly world: World;
  readonly begin: (environment?: Readonly<Record<string, string>>) => Process;
}

/** What it starts ends with the test, however that ends. */
async function inPair({ onTestFinished }: TestContext, test: (pair: Pair) => Promise<void>): Promise<void> {
  await inWorld(async (world) => {
    const { lab, stage } = world;
    const folder = temporaryDirectory();
    const running: Process[] = [];
    const end = async (): Promise<void> => {
      await Promise.all(running.map((each) => each.kill()));
      folder.remove();
    };
    onTestFinished(end);
    await test({
      world,
      begin: (environment = {}) => {
        const started = startProcess(
          { FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5", HEARTBEAT_S: "600", RATE_LIMIT_PER_MINUTE: "100000", ...environment },
          folder.path,
        );
        running.push(started);
        return started;
      },
    });
    await Promise.all(running.map((each) => each.kill()));
  }, {}, { stopped: true });
}

interface Readiness {
  readonly status: string;
  readonly reason: string | null;
  readonly nodes: readonly { readonly name: string; readonly owner?: string | null }[];
}

async function readiness(process: Process): Promise<{ readonly code: number; readonly body: Readiness }> {
  const reply = await fetch(`${await process.url()}/health/ready`);
  return { code: reply.status, body: (await reply.json()) as Readiness };
}

async function toBe(process: Process, status: string, timeoutMs = START_MS): Promise<void> {
  let last: unknown = null;
  await eventually(`the process to be ${status}`, async () => {
    const { body } = await readiness(process);
    last = body;
    return body.status === status;
  }, { timeoutMs, details: () => `${JSON.stringify(last)}\n${process.output()}` });
}

/** The first works, the second waits. */
async function oneInStandby(begin: Pair["begin"]): Promise<{ readonly first: Process; readonly second: Process }> {
  const first = begin();
  await toBe(first, "ready");
  const second = begin();
  await toBe(second, "standby");
  return { first, second };
}

const ended = (process: Process): Promise<number | null> => within("the process to end", START_MS, process.exited);

/** Stops it, but not in the midst of a write, by which it would lock the database for everybody. */
async function standStill({ child }: Process, databaseUrl: string): Promise<void> {
  const database = new Sqlite(databaseUrl.replace(/^file:/, ""), { timeout: 500 });
  try {
    await eventually("the process to stand still outside of a write", () => {
      child.kill("SIGSTOP");
      try {
        database.exec("BEGIN IMMEDIATE; ROLLBACK");
        return true;
      } catch {
        child.kill("SIGCONT");
        return false;
      }
    });
  } finally {
    database.close();
  }
}

// Several processes each, which take their time to start where many do.
describe.concurrent("a second process", { timeout: 150_000 }, () => {
  it("waits in standby, says so in the words of each face, and leaves FreeSWITCH alone", async (context) =>
    inPair(context, async ({ world: { lab }, begin }) => {
      const first = begin();
      await toBe(first, "ready");
      const { connections } = lab.tap;
      const second = begin();
      await toBe(second, "standby");
      const url = await second.url();
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      const { code, body } = await readiness(second);
      expect({ code, body }).toMatchObject({ code: 503, body: { reason: expect.stringContaining("another process") as string, nodes: [{ owner: `${hostname()}:${first.child.pid}` }] } });
      const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username: "alice", password: "x" }) };
      const refused: readonly (readonly [path: string, init: RequestInit, body: object])[] = [
        ["/voicechannel/calls", {}, { error: "SwitchUnavailable" }],
        ["/login", post, { error: "SwitchUnavailable" }],
        ["/voiceconfig/voiceagents", post, { error: "SwitchUnavailable" }],
        ["/call/list", {}, { status: "service unavailable" }],
        ["/api/v2/channels", {}, { status: "error", info: expect.stringContaining("-ERR") as string }],
        ["/v1/call", {}, { status: "fail", error: "SwitchUnavailable" }],
        ["/nowhere", {}, { error: "SwitchUnavailable" }],
        ["/%zz", {}, { error: "SwitchUnavailable" }],
      ];
      for (const [path, init, expected] of refused) {
        const reply = await fetch(`${url}${path}`, init);
        expect({ path, status: reply.status, retryAfter: reply.headers.get("retry-after"), body: await reply.json() }).toMatchObject({ path, status: 503, retryAfter: "1", body: expected });
      }
      expect(lab.tap.connections).toBe(connections);
    }));

  it("takes over within 10 s when the first is killed, with its calls", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      const { first, second } = await oneInStandby(begin);
      const talking = await lab.callIn({ from: "15551230001", to: "1001" });
      const firstUrl = await first.url();
      await new Client(() => firstUrl, stage.as.alice.token).sees(talking, { state: "active" });
      first.child.kill("SIGKILL");
      await toBe(second, "ready", 10_000);
      const url = await second.url();
      const alice = new Client(() => url, stage.as.alice.token);
      await alice.sees(talking, { state: "active", assignedTo: "1001" });
      expect((await alice.post(`/voicechannel/calls/${talking}:hold`)).status).toBe(200);
      await hears(lab, "1001");
    }));

  it("takes over when the first stands still, which then ends by itself with its own exit code", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      const { first, second } = await oneInStandby(begin);
      const talking = await lab.callIn({ from: "15551230001", to: "1001" });
      await standStill(first, stage.databaseUrl);
      await toBe(second, "ready");
      const url = await second.url();
      await new Client(() => url, stage.as.alice.token).sees(talking, { state: "active", assignedTo: "1001" });
      first.child.kill("SIGCONT");
      expect(await ended(first)).toBe(75);
      expect(first.stdout()).toContain("while this one stood still");
      await hears(lab, "15551230001", "1001");
    }));

  it("ends at once when it is told to, and leaves the nodes to the first", async (context) =>
    inPair(context, async ({ begin }) => {
      const { first, second } = await oneInStandby(begin);
      second.child.kill("SIGTERM");
      expect(await ended(second)).toBe(0);
      expect((await readiness(first)).code).toBe(200);
    }));

  it("with other nodes works beside the first", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      const other = await openSimulatedLab();
      context.onTestFinished(() => other.close());
      const first = begin();
      const second = begin({ FREESWITCH_NODES: other.eslUrl });
      await toBe(first, "ready");
      await toBe(second, "ready");
      // One that wants the nodes of both waits for both.
      const third = begin({ FREESWITCH_NODES: `${lab.eslUrl},${other.eslUrl}` });
      await toBe(third, "standby");
      expect((await readiness(third)).body.nodes.map(({ owner }) => owner)).toEqual([first, second].map(({ child }) => `${hostname()}:${child.pid}`));
      for (const [switched, process, from] of [[lab, first, "15551230001"], [other, second, "15551230002"]] as const) {
        const url = await process.url();
        const alice = new Client(() => url, stage.as.alice.token);
        const id = await switched.callIn({ from, to: "1001" });
        await alice.sees(id, { state: "active" });
        expect((await alice.post(`/voicechannel/calls/${id}:hangup`)).status).toBe(200);
        await alice.gone(id);
      }
      const store = await openStore(stage.databaseUrl);
      context.onTestFinished(() => store.close());
      await eventually("both records to be complete", async () => {
        const records = await store.callRecords.list({ organizationId: null, agentId: null }, {}, { offset: 0, limit: 10 });
        return records.length === 2 && records.every(({ endedAt }) => endedAt !== null);
      });
    }));

  it("with other nodes leaves the first one's calls alone, and tells the end of those of its own nodes", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      const other = await openSimulatedLab();
      context.onTestFinished(() => other.close());
      await toBe(begin(), "ready");
      const store = await openStore(stage.databaseUrl);
      context.onTestFinished(() => store.close());
      const nodeOf = ({ eslUrl }: { readonly eslUrl: string }): string => new URL(eslUrl).host;
      const watch = (callSid: string, node: string): LegWatch => ({
        callSid, uuid: randomUUID(), node, organizationId: 1, parties: { from: "+15551230001", to: "+15551230002", direction: "inbound", callerName: null }, parentCallSid: null,
        callback: null, sequence: 0, untold: null, answeredAt: new Date(), answeredBy: null, machine: null, document: null, fallback: null, department: null, line: null,
      });
      const sids = async (): Promise<readonly string[]> => (await store.legWatches.open()).map(({ callSid }) => callSid);
      await store.legWatches.put(watch("CA1", nodeOf(lab)));
      await store.legWatches.put(watch("CA2", nodeOf(other)));
      await toBe(begin({ FREESWITCH_NODES: other.eslUrl }), "ready");
      // In the order in which they were put.
      await eventually("the end of the second one's to be told", async () => !(await sids()).includes("CA2"));
      expect(await sids()).toEqual(["CA1"]);
    }));
});

describe("a rolling restart", { timeout: 120_000 }, () => {
  it("rings an offered phone once: the next process takes the offer over", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      await lab.phone("1001", { kind: "no-answer" });
      const store = await openStore(stage.databaseUrl);
      context.onTestFinished(() => store.close());
      for (const { id, agentId } of await store.agents.list()) if (agentId === "1001") await store.agents.update(id, { departments: ["support"] });
      const { first, second } = await oneInStandby(begin);
      let url = await first.url();
      const admin = new Client(() => url, stage.as.admin.token);
      expect((await admin.post("/voicechannel/agents/1001/status", { status: "online" })).status).toBe(200);
      const id = await lab.callIn({ from: "15551230001", to: "queue:support" });
      await admin.sees(id, { ringing: ["1001"] });
      first.child.kill("SIGTERM");
      await toBe(second, "ready");
      url = await second.url();
      await admin.sees(id, { ringing: ["1001"] });
      await lab.answer("1001");
      await admin.sees(id, { state: "active", assignedTo: "1001", ringing: [] });
      expect(await ended(first)).toBe(0);
      expect(lab.tap.commands().filter((line) => line.includes("originate"))).toHaveLength(1);
    }));

  it("loses no call, doubles no record and no offer, and brings every waiting caller to one agent", async (context) =>
    inPair(context, async ({ world: { lab, stage }, begin }) => {
      const CALLERS = 24;
      const agents = ["1001", "1002", "1004"];
      for (const agent of agents) await lab.phone(agent, { kind: "answer", afterMs: 300 });
      const store = await openStore(stage.databaseUrl);
      context.onTestFinished(() => store.close());
      for (const { id, agentId } of await store.agents.list()) if (agents.includes(agentId)) await store.agents.update(id, { departments: ["support"] });
      let current = begin();
      await toBe(current, "ready");
      let url = await current.url();
      const admin = new Client(() => url, stage.as.admin.token);
      for (const agent of agents) expect((await admin.post(`/voicechannel/agents/${agent}/status`, { status: "online" })).status).toBe(200);
      // Calls that last all the time, and callers of a department who come, talk for a moment, and go.
      const lasting = await Promise.all([1, 2, 3].map((each) => lab.callIn({ from: `1555123000${each}`, to: "1003" })));
      const talkedWith = new Map<string, Set<string>>();
      const looking = setInterval(() => {
        const channels = lab.simulator.channels();
        for (const { uuid, bridgedTo } of channels) {
          const agent = channels.find((channel) => channel.uuid === bridgedTo)?.party;
          if (agent !== undefined) talkedWith.get(uuid)?.add(agent);
        }
      }, 10);
      context.onTestFinished(() => clearInterval(looking));
      const customer = async (index: number): Promise<string> => {
        const from = `1555${String(3_000_000 + index)}`;
        const id = await lab.callIn({ from, to: "queue:support" });
        talkedWith.set(id, new Set());
        await eventually(`the caller ${index} to talk to an agent`, () => (talkedWith.get(id)?.size ?? 0) > 0, { timeoutMs: 60_000, details: () => lab.simulator.channels().map(({ party }) => party).join(" ") });
        await delay(200);
        await lab.hangUp(from);
        return id;
      };
      const customers = (async () => {
        const calls: Promise<string>[] = [];
        for (let index = 0; index < CALLERS; index++) {
          calls.push(customer(index));
          await delay(200);
        }
        return Promise.all(calls);
      })();
      customers.catch(() => undefined);
      for (let restart = 0; restart < 3; restart++) {
        const next = begin();
        await toBe(next, "standby");
        current.child.kill("SIGTERM");
        await toBe(next, "ready");
        expect(await ended(current)).toBe(0);
        current = next;
        url = await current.url();
      }
      const ids = await customers;
      for (const [id, partners] of talkedWith) expect({ id, partners: partners.size }).toEqual({ id, partners: 1 });
      // Three callers have rung one phone: one of them talks, the others are busy or wait, and all are known still.
      for (const id of lasting) expect((await admin.get(`/voicechannel/calls/${id}`)).status).toBe(lab.simulator.channel(id) === undefined ? 404 : 200);
      for (const each of [1, 2, 3]) await lab.hangUp(`1555123000${each}`);
      await eventually("every channel to end", () => lab.simulator.channels().length === 0, { details: () => JSON.stringify(lab.simulator.channels()) });
      const records = () => store.callRecords.list({ organizationId: null, agentId: null }, {}, { offset: 0, limit: 1000 });
      await eventually("every record to have its end", async () => (await records()).every(({ endedAt }) => endedAt !== null));
      expect((await records()).map(({ id }) => id).sort()).toEqual([...ids, ...lasting].sort());
      const doubled = await store.callRecords.read((view) =>
        Promise.all(ids.map(async (id) => {
          const entries = await view.timeline(id);
          const types = entries.map(({ type }) => type);
          return ["began", "queued", "answered", "ended"].filter((type) => types.filter((each) => each === type).length > 1).map((type) => `${type}: ${JSON.stringify(entries)}`);
        })),
      );
      expect(doubled.flat()).toEqual([]);
    }));
});
