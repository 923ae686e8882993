/** What an act waits for before it is confirmed: the commit of what was seen of its own call. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CallRecordStore } from "../../src/call-logs/index.js";
import type { Item } from "../../src/call-logs/unwritten.js";
import { RecordWriter } from "../../src/call-logs/writer.js";
import { noSpool } from "../../src/spool.js";
import { openStore, type Store } from "../../src/store/index.js";
import { silentLogger } from "../store/support.js";
import { until } from "../freeswitch/until.js";

const muted = (callId: string): Item => ({ kind: "entry", entry: { callId, at: new Date(), type: "muted", agentId: null, detail: {} } });

let store: Store;
let writer: RecordWriter;
/** Transactions wait for it. */
let gate: Promise<void>;
let transactions = 0;
beforeEach(async () => {
  store = await openStore(":memory:");
  gate = Promise.resolve();
  transactions = 0;
  const gated: Pick<CallRecordStore, "transaction" | "isRefusal"> = {
    transaction: async (work) => {
      transactions++;
      await gate;
      return store.callRecords.transaction(work);
    },
    isRefusal: (error) => store.callRecords.isRefusal(error),
  };
  writer = new RecordWriter({ store: gated, quarantine: store.cdrQuarantine, spool: noSpool, logger: silentLogger(), metrics: { incident: () => undefined }, done: () => undefined });
});
afterEach(async () => {
  await writer.close();
  await store.close();
});

const entries = async (callId: string): Promise<number> => (await store.callRecords.read((view) => view.timeline(callId))).length;

it("is there when the act is confirmed, with all that was seen before it", async () => {
  writer.unwritten.add("other", muted("other"));
  writer.unwritten.add("own", muted("own"));
  await writer.kept("own");
  expect([await entries("own"), await entries("other")]).toEqual([1, 1]);
});

it("is there also when the call was joined to another one meanwhile", async () => {
  let open = (): void => undefined;
  gate = new Promise((resolve) => (open = resolve));
  writer.unwritten.add("first", muted("first"));
  const first = writer.kept("first");
  await until("the first to be written", () => transactions === 1);
  writer.unwritten.add("own", muted("own"));
  const own = writer.kept("own");
  writer.unwritten.merged("own", "into");
  open();
  await own;
  expect(await entries("into")).toBe(1);
  await first;
});

it("is shared by acts that are proven together, also when each waits for a few other things first", async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `call ${index}`);
  await Promise.all(ids.map(async (id, index) => {
    for (let step = 0; step < index; step++) await Promise.resolve();
    writer.unwritten.add(id, muted(id));
    await writer.kept(id);
  }));
  expect(transactions).toBe(1);
  expect(await Promise.all(ids.map(entries))).toEqual(ids.map(() => 1));
});
