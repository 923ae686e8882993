/** The export of more call records than one would want in memory, from the real store over real HTTP. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import Database from "better-sqlite3";
import { parse } from "csv-parse";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { CallRecord } from "../../src/call-logs/index.js";
import { openStore, type Store } from "../../src/store/index.js";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";

const ROWS = 25_000;
/** The newest of them, where all would only take longer. */
const PART = 15_000;
/** Long enough that a reader who stops cannot have half of all in the sockets between. */
const NOTE = `says "hello", and\u2028more; ${"x".repeat(800)}`;
const FIRST = Date.parse("2026-01-01T00:00:00Z");

let lab: SimulatedLab;
let stage: Stage;
let store: Store;

const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
  store = await openStore(stage.databaseUrl);
  const organizationId = (await store.organizations.list()).find(({ name }) => name === "lab")?.id ?? 0;
  await fill(organizationId);
});
afterAll(async () => {
  await store.close();
  await stage.close();
  await lab.close();
});

/** One written by the store, and copies of it: `ROWS` in all, each a second after the one before. */
async function fill(organizationId: number): Promise<void> {
  const model: CallRecord = {
    id: idOf(0), organizationId, direction: "inbound", from: "+15550001", to: "1001", department: "support", agentId: "1001", status: "completed", startedAt: new Date(FIRST), answeredAt: new Date(FIRST), endedAt: new Date(FIRST + 500),
    waitMs: 0, talkMs: 500, holdMs: 0, hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", disposition: "sold", note: NOTE, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true,
  };
  await store.callRecords.transaction((tx) => tx.saveRecord(model));
  const database = new Database(stage.databaseUrl.replace(/^file:/, ""));
  try {
    const columns = z.array(z.object({ name: z.string() })).parse(database.pragma("table_info(call_records)")).map(({ name }) => name);
    const values = columns.map((name) => (name === "id" ? "'00000000-0000-4000-8000-' || printf('%012d', i)" : name === "started_at" ? "started_at + i * 1000" : name));
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1}) INSERT INTO call_records (${columns.join()}) SELECT ${values.join()} FROM n, call_records WHERE id = '${model.id}'`);
  } finally {
    database.close();
  }
}

async function ask(as: Client, query = ""): Promise<IncomingMessage> {
  const request = get(`${stage.url()}/voiceconfig/calllogs.csv${query}`, { headers: { authorization: `Bearer ${as.token}` } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

type Row = Readonly<Record<string, string>>;

async function* rowsOf(response: IncomingMessage): AsyncIterable<Row> {
  for await (const row of response.pipe(parse({ columns: true, record_delimiter: "\r\n" }))) yield row as Row;
}

// It keeps the processor busy all the time, which others may want, too.
describe("the export of 25,000 call records", { timeout: 120_000 }, () => {
  it("has each of them once, newest first, as a parser reads it", async () => {
    const response = await ask(stage.as.admin);
    expect([response.statusCode, response.headers["content-type"], response.headers["content-length"]]).toEqual([200, "text/csv; charset=utf-8", undefined]);
    let next = ROWS;
    for await (const row of rowsOf(response)) {
      next--;
      if (row["id"] !== idOf(next) || row["note"] !== NOTE || row["from"] !== "+15550001" || row["startedAt"] !== new Date(FIRST + next * 1000).toISOString()) throw new Error(`row ${next} is ${JSON.stringify(row)}`);
    }
    expect(next).toBe(0);
  });

  it("is read on only as fast as it is fetched, and others are served meanwhile", async () => {
    // Half of these is still more than the sockets between can hold.
    const [oldest, changed] = [ROWS - PART, ROWS - PART / 2];
    const response = await ask(stage.as.admin, `?from=${new Date(FIRST + oldest * 1000).toISOString()}`);
    const rows = rowsOf(response)[Symbol.asyncIterator]();
    const first = await rows.next();
    // Nobody reads on now: what the sockets hold has been read from the store, and no more.
    response.pause();
    expect(first.value).toMatchObject({ id: idOf(ROWS - 1) });
    expect((await stage.as.carol.get("/voiceconfig/calllogs?pageSize=1")).body).toMatchObject({ total: ROWS });
    await store.callRecords.transaction(async (tx) => {
      for (const index of [changed, oldest]) {
        const record = await tx.record(idOf(index));
        if (record !== undefined) await tx.saveRecord({ ...record, note: "changed after the first row had come" });
      }
    });
    const seen: string[] = [];
    let count = 1;
    for (let row = await rows.next(); row.done !== true; row = await rows.next()) {
      count++;
      if (row.value["note"] !== NOTE) seen.push(row.value["id"] ?? "");
    }
    expect([count, seen]).toEqual([PART, [idOf(changed), idOf(oldest)]]);
    await store.callRecords.transaction(async (tx) => {
      for (const index of [changed, oldest]) {
        const record = await tx.record(idOf(index));
        if (record !== undefined) await tx.saveRecord({ ...record, note: NOTE });
      }
    });
  });

  it("is in the audit log, with what was asked for, one that is broken off too", async () => {
    const response = await ask(stage.as.carol, "?status=completed&agent=1001");
    await once(response, "data");
    response.destroy();
    await eventually("the entry", async () => (await stage.audit()).some(({ actor, action, detail }) => actor === "carol" && action === "calllog.export" && detail["agent"] === "1001" && detail["status"] === "completed"));
  });

  it("which a reader leaves in the midst of it does no harm", async () => {
    const response = await ask(stage.as.admin);
    await once(response, "data");
    response.destroy();
    expect((await stage.as.admin.get("/voiceconfig/calllogs?pageSize=1")).status).toBe(200);
    expect((await (await ask(stage.stranger)).toArray()).join("")).toMatch(/^id,direction,from[^\r\n]*\r\n$/);
  });
});

it("what a spreadsheet would compute begins with an apostrophe; a phone number stays as it is, and so does a sign within a word", async () => {
  const from = "2020-01-01T00:00:00Z";
  const to = "2020-01-02T00:00:00Z";
  const cells = ["=1+1", "+1+1", "+1555 cmd", "-2", "@SUM(A1)", "\uff1d1", "+15550001", "+", "a=1", "1-1", "x;=cmd", "x|@SUM(A1)", 'x;"-2"', ""];
  for (const [index, note] of cells.entries()) {
    const made = await stage.as.carol.post("/voiceconfig/calllogs", { direction: "inbound", from: "+15550001", to: "+441234567", startedAt: `2020-01-01T00:00:${String(10 + index)}Z`, status: "completed", ...(note === "" ? {} : { note }) });
    expect(made.status).toBe(201);
  }
  const rows: Row[] = [];
  for await (const row of rowsOf(await ask(stage.as.admin, `?from=${from}&to=${to}`))) rows.push(row);
  expect(rows.map(({ note }) => note).reverse()).toEqual(["'=1+1", "'+1+1", "'+1555 cmd", "'-2", "'@SUM(A1)", "'\uff1d1", "+15550001", "'+", "a=1", "1-1", "x;'=cmd", "x|'@SUM(A1)", "x;\"'-2\"", ""]);
  expect(new Set(rows.map(({ from: caller, to: called }) => `${caller} ${called}`))).toEqual(new Set(["+15550001 +441234567"]));
});
