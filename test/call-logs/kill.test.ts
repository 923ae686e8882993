/** SIGKILL at random moments, while customers call in and hang up: every call has one record in the end. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { openStage } from "../contract/harness.js";
import { Random } from "../faults/random.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { delay, eventually } from "../lab/wait.js";
import { startProcess, type Process } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";

const CALLS = Number(process.env.CALLPLANE_KILL_CALLS ?? "500");
const KILLS = Number(process.env.CALLPLANE_KILLS ?? "20");
const SEED = Number(process.env.CALLPLANE_KILL_SEED ?? "3");
/** Between two calls, so that they last as long as the kills do. */
const PACE_MS = 70;

it(`${CALLS} calls through ${KILLS} kills leave ${CALLS} records`, { timeout: 150_000 }, async () => {
  const folder = temporaryDirectory();
  const cdrDir = join(folder.path, "cdr");
  mkdirSync(cdrDir);
  const lab = await openSimulatedLab({ cdrDir });
  const stage = await openStage(lab, { CDR_DIR: cdrDir });
  let current: Process | null = null;
  try {
    await stage.stopCallplane();
    for (const extension of ["1001", "1002", "1003"]) await lab.phone(extension, { kind: "answer", afterMs: 20 });
    await lab.phone("1004", { kind: "busy" });
    await lab.phone("1005", { kind: "no-answer" });
    const begin = (): Process => startProcess({ FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: "off", DATABASE_URL: stage.databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "3", CDR_DIR: cdrDir, LOG_LEVEL: "info" }, folder.path);

    const random = new Random(SEED);
    const made: string[] = [];
    const customer = async (index: number): Promise<void> => {
      const from = `1555${String(2_000_000 + index)}`;
      const to = random.of(["1001", "1002", "1003", "1004", "1005", "queue:support", "queue:sales"]);
      // A third is gone before anybody could look.
      const lasts = random.next() < 1 / 3 ? random.next() * 5 : random.next() * 3000;
      made.push(await lab.callIn({ from, to }));
      await delay(lasts);
      await lab.hangUp(from);
    };
    const customers = async (): Promise<void> => {
      const calls: Promise<void>[] = [];
      for (let index = 0; index < CALLS; index++) {
        calls.push(customer(index));
        await delay(random.next() * 2 * PACE_MS);
      }
      await Promise.all(calls);
    };
    const kills = async (): Promise<void> => {
      const moments = new Random(SEED + 1);
      for (let kill = 0; kill < KILLS; kill++) {
        current = begin();
        // Most die at work, some while they start.
        if (moments.next() < 1 / 4) await delay(200 + moments.next() * 1500);
        else {
          await current.url();
          await delay(moments.next() * 500);
        }
        await current.kill();
      }
    };
    await Promise.all([customers(), kills()]);

    await eventually("every channel to end", () => lab.simulator.channels().length === 0);
    current = begin();
    await current.url();
    await eventually("the records of FreeSWITCH to be read", () => readdirSync(cdrDir).length === 0, { details: current.output });
    const store = await openStore(stage.databaseUrl);
    try {
      const whose = { organizationId: null, agentId: null };
      const read = () => store.callRecords.list(whose, {}, { offset: 0, limit: CALLS * 2 });
      await eventually("every record to have its end", async () => (await read()).every(({ endedAt, complete }) => endedAt !== null && complete), {
        details: async () => JSON.stringify((await read()).filter(({ endedAt, complete }) => endedAt === null || !complete).slice(0, 5)),
      });
      const records = await read();
      expect(records.map(({ id }) => id).sort()).toEqual([...made].sort());
      expect(records.filter(({ endedAt, complete, organizationId }) => endedAt === null || !complete || organizationId === null)).toEqual([]);
      const ends = await store.callRecords.transaction((tx) => made.map((id) => tx.timeline(id).filter(({ type }) => type === "ended").length));
      expect(ends.filter((count) => count !== 1)).toEqual([]);
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
