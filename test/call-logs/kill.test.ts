/**
 * SIGKILL at random moments, while customers call in and hang up and a supervisor holds, transfers and records their calls:
 * every call has one record in the end, and what was told as done stands in it.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { Client, openStage } from "../contract/harness.js";
import { Random } from "../faults/random.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { delay, eventually } from "../lab/wait.js";
import { startProcess, type Process } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";

/** The campaign is CALLPLANE_KILL_CALLS=500 CALLPLANE_KILLS=20. */
const CALLS = Number(process.env.CALLPLANE_KILL_CALLS ?? "60");
const KILLS = Number(process.env.CALLPLANE_KILLS ?? "4");
const SEED = Number(process.env.CALLPLANE_KILL_SEED ?? "3");
/** So many people act on the calls at once. */
const HANDS = 3;
/** Between two calls, so that they last as long as the kills do. */
const PACE_MS = 70;
/** A caller who stays through all of it. */
const LONG = "15551999999";
/** What has not come by then never will, on a machine however busy. */
const STUCK = { timeoutMs: 240_000 };

it(`${CALLS} calls through ${KILLS} kills leave ${CALLS} records`, { timeout: KILLS * 60_000 + 600_000 }, async () => {
  const folder = temporaryDirectory();
  const cdrDir = join(folder.path, "cdr");
  mkdirSync(cdrDir);
  const lab = await openSimulatedLab({ cdrDir });
  const stage = await openStage(lab, { CDR_DIR: cdrDir }, { stopped: true });
  let current: Process | null = null;
  try {
    for (const extension of ["1001", "1002", "1003", "1004"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
    await lab.phone("1005", { kind: "no-answer" });
    const begin = (): Process => startProcess({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "3", CDR_DIR: cdrDir, LOG_LEVEL: "info" }, folder.path);

    let lives = 0;
    const random = new Random(SEED);
    const made: string[] = [];
    let going = 0;
    const customer = async (index: number): Promise<void> => {
      const from = `1555${String(2_000_000 + index)}`;
      const to = random.of(["1001", "1002", "1003", "1004", "1005", "queue:support", "queue:sales"]);
      // A third is gone before anybody could look.
      const lasts = random.next() < 1 / 3 ? random.next() * 5 : random.next() * 3000;
      going++;
      made.push(await lab.callIn({ from, to }));
      await delay(lasts);
      await lab.hangUp(from);
      going--;
    };
    const customers = async (): Promise<void> => {
      const calls: Promise<void>[] = [];
      for (let index = 0; index < CALLS; index++) {
        // Each life of Callplane has its share of them.
        await eventually("the next life", () => index < (lives * CALLS) / KILLS, STUCK);
        calls.push(customer(index));
        await delay(random.next() * 2 * PACE_MS);
      }
      await Promise.all(calls);
    };
    // What was told as done: the entries that the timelines must have, and the recordings that must be known.
    const told: { readonly call: string; readonly type: string }[] = [];
    const recorded: string[] = [];
    let url = "http://127.0.0.1:9";
    const admin = new Client(() => url, stage.as.admin.token);
    let long: string | null = null;
    const act = async (choice: Random): Promise<void> => {
      const calls = (await admin.calls("?limit=100")).filter(({ state }) => state === "active" || state === "held");
      if (calls.length === 0) return;
      const { id, state } = choice.of(calls);
      const verb = state === "held" ? "resume" : choice.of(["hold", "transfer", "record"]);
      // Nobody serves sales: the caller who stays would wait there, and nothing more could be done with that call.
      const targets = [{ type: "client", to: "1001" }, { type: "client", to: "1002" }, ...(id === long ? [] : [{ type: "department", to: "sales" }])];
      const body = verb === "transfer" ? choice.of(targets) : verb === "record" ? { action: "start" } : undefined;
      const { status, body: answer } = await admin.post(`/voicechannel/calls/${id}:${verb}`, body);
      if (status === 201) recorded.push((answer as { id: string }).id);
      else if (status === 200) told.push({ call: id, type: { hold: "held", transfer: "transferred" }[verb] ?? verb });
    };
    let calling = true;
    const hands = async (which: number): Promise<void> => {
      const choice = new Random(SEED + 10 + which);
      while (calling) {
        // A Callplane that is not there, or dies in the middle, has told nothing.
        await act(choice).catch((error: unknown) => {
          if (!(error instanceof TypeError)) throw error;
        });
        await delay(choice.next() * 40);
      }
    };
    const kills = async (): Promise<void> => {
      const moments = new Random(SEED + 1);
      for (let kill = 0; kill < KILLS; kill++) {
        current = begin();
        lives++;
        // Most die at work, some while they start; the first when it has told all that can be.
        if (kill === 0) {
          url = await current.url();
          made.push((long = await lab.callIn({ from: LONG, to: "1004" })));
          await eventually("each kind of act to be told as done", () => ["held", "resume", "transferred"].every((type) => told.some((each) => each.type === type)) && recorded.length > 0, { ...STUCK, details: () => JSON.stringify(told) });
        } else if (moments.next() < 1 / 4) await delay(200 + moments.next() * 1000);
        else {
          url = await current.url();
          const before = told.length + recorded.length;
          await eventually("something to be told as done, or the share to be over", () => told.length + recorded.length > before || (made.length >= (lives * CALLS) / KILLS && going === 0), { ...STUCK, details: () => `${lives} lives, ${made.length} calls; ${JSON.stringify(lab.simulator.channels())}` });
          await delay(moments.next() * 300);
        }
        await current.kill();
      }
    };
    await Promise.all([Promise.all([customers(), kills()]).finally(() => (calling = false)), ...Array.from({ length: HANDS }, (_, which) => hands(which))]);

    await lab.hangUp(LONG);
    current = begin();
    await current.url();
    // Agents whose customers hung up while nobody looked are released by the next one; two colleagues who were joined talk until one of them hangs up.
    const isOver = async (): Promise<boolean> => {
      const left = lab.simulator.channels();
      const pair = left.find(({ bridgedTo }) => left.some(({ uuid }) => uuid === bridgedTo));
      if (pair !== undefined) await lab.hangUp(pair.party);
      return left.length === 0;
    };
    await eventually("every channel to end", isOver, { ...STUCK, details: () => JSON.stringify(lab.simulator.channels()) });
    await eventually("the records of FreeSWITCH to be read", () => readdirSync(cdrDir).length === 0, { ...STUCK, details: current.output });
    const store = await openStore(stage.databaseUrl);
    try {
      const whose = { organizationId: null, agentId: null };
      const read = () => store.callRecords.list(whose, {}, { offset: 0, limit: CALLS * 2 });
      await eventually("every record to have its end", async () => (await read()).every(({ endedAt, complete }) => endedAt !== null && complete), {
        ...STUCK,
        details: async () => JSON.stringify((await read()).filter(({ endedAt, complete }) => endedAt === null || !complete).slice(0, 5)),
      });
      const records = await read();
      const strange = records.filter(({ id }) => !made.includes(id));
      const timelines = await store.callRecords.read((view) => Promise.all(strange.map(({ id }) => view.timeline(id))));
      expect(strange.map((record, index) => ({ record, timeline: timelines[index] }))).toEqual([]);
      expect(records.map(({ id }) => id).sort()).toEqual([...made].sort());
      expect(records.filter(({ endedAt, complete, organizationId }) => endedAt === null || !complete || organizationId === null)).toEqual([]);
      const ends = await store.callRecords.read((view) => Promise.all(made.map(async (id) => (await view.timeline(id)).filter(({ type }) => type === "ended").length)));
      expect(ends.filter((count) => count !== 1)).toEqual([]);
      // A hold of a call that is held already is a success too: one entry does for both, and none for a resume that found it resumed. Each transfer has its own.
      const lacking = await store.callRecords.read(async (view) => {
        const timelines = new Map(await Promise.all(made.map(async (id) => [id, (await view.timeline(id)).map(({ type }) => type)] as const)));
        return told.filter(({ call, type }) => {
          if (type === "resume") return false;
          const types = timelines.get(call) ?? [];
          const place = types.indexOf(type);
          if (type === "transferred" && place >= 0) types.splice(place, 1);
          return place < 0;
        });
      });
      expect(lacking).toEqual([]);
      const files = await store.callRecords.read((view) => Promise.all(recorded.map(async (id) => ({ id, ended: (await view.recordingById(id))?.endedAt ?? null }))));
      expect(files.filter(({ ended }) => ended === null)).toEqual([]);
      for (const type of ["held", "resume", "transferred"]) expect(told.filter((each) => each.type === type).length, type).toBeGreaterThan(0);
      expect(recorded.length).toBeGreaterThan(0);
      expect(await store.cdrQuarantine.list(10)).toEqual([]);
    } finally {
      await store.close();
    }
  } finally {
    const last: Process | null = current;
    await last?.kill();
    await stage.close();
    await lab.close();
    folder.remove();
  }
});
