/** FreeSWITCH's call detail records as files: what is read, what waits, what is set aside, and when a file goes. */
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseCdr } from "../../src/call-logs/cdr.js";
import { CdrImporter } from "../../src/call-logs/importer.js";
import { saveUnmade } from "../../src/call-logs/unmade.js";
import type { CallRecordStore } from "../../src/call-logs/index.js";
import type { Logger } from "../../src/logger.js";
import { openDirectory, openStore, type Store, type StoreDirectory } from "../../src/store/index.js";
import { cdrText, CORE } from "./cdr-files.js";

const PATIENCE_MS = 30_000;
const nothing = (): void => undefined;
const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const ALL = { organizationId: null, agentId: null };

let root: string;
let folder: string;
let store: Store;
let directory: StoreDirectory;
let organizationId: number;
let incidents: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "callplane-cdr-"));
  folder = join(root, "cdr");
  mkdirSync(folder);
  store = await openStore(`file:${join(root, "callplane.db")}`);
  organizationId = (await store.organizations.create({ name: "lab", domain: "lab.test" })).id;
  for (const agentId of ["1001", "1002"]) await store.users.create({ username: `u${agentId}`, organizationId, role: "agent", agentId, passwordHash: "" });
  directory = await openDirectory(store, { logger });
  incidents = [];
});
afterEach(async () => {
  directory.close();
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

const importer = (records: Pick<CallRecordStore, "transaction" | "isRefusal"> = store.callRecords): CdrImporter =>
  new CdrImporter(
    { directory: folder, everyMs: 1000, patienceMs: PATIENCE_MS },
    {
      store: records,
      quarantine: store.cdrQuarantine,
      directory,
      logger,
      metrics: { incident: (kind) => incidents.push(kind) },
      numbers: { read: () => null }, nodeOf: ({ switchName }) => switchName,
      isLive: () => false,
      flush: async () => undefined,
    },
  );

const leave = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** As if it had been written so long ago that nobody is still at it. */
const age = (path: string): void => {
  const then = new Date(Date.now() - PATIENCE_MS - 1000);
  utimesSync(path, then, then);
};
const files = (): string[] => readdirSync(folder).sort();
const records = () => store.callRecords.list(ALL, {}, { offset: 0, limit: 100 });

describe("a call detail record", () => {
  it("of a call that nobody knows makes a record from it alone", async () => {
    const uuid = randomUUID();
    leave("a.cdr.json", cdrText({ uuid, caller: "+15551230007" }));
    await importer().scan();
    expect(await records()).toEqual([
      expect.objectContaining({
        id: uuid, organizationId, direction: "inbound", from: "+15551230007", to: "1001", status: "completed", hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", node: "lab-switch", complete: true,
        startedAt: new Date(1_750_000_000_000), endedAt: new Date(1_750_000_009_000),
      }),
    ]);
    expect(files()).toEqual([]);
  });

  it("tells that the call's record is finished once, whichever of its legs' come later", async () => {
    const told: unknown[] = [];
    const silence = store.callRecords.onFinished(({ id, organizationId: whose, agentId }) => told.push([id, whose, agentId]));
    const [uuid, called] = [randomUUID(), randomUUID()];
    leave("a.cdr.json", cdrText({ uuid, caller: "+15551230007" }));
    await importer().scan();
    expect(told).toEqual([[uuid, organizationId, null]]);
    leave("b.cdr.json", cdrText({ uuid: called, caller: "+15551230007", originator: uuid, variables: { direction: "outbound", presence_id: "1002@lab.test" } }));
    await importer().scan();
    expect((await records()).map(({ id }) => id)).toEqual([uuid]);
    expect(told).toHaveLength(1);
    // Nothing is told of what was not committed.
    const rolledBack = store.callRecords.transaction(async (tx) => {
      const record = await tx.record(uuid);
      if (record !== undefined) await tx.tellEnd(record, true);
      throw new Error("no");
    });
    await expect(rolledBack).rejects.toThrow("no");
    await store.callRecords.transaction((tx) => tx.record(uuid));
    expect(told).toHaveLength(1);
    silence();
  });

  it.each([
    ["caller's first", ["a", "b"]],
    ["called colleague's first", ["b", "a"]],
  ])("of a call between colleagues that nobody knows tells of an internal call of the one who dialled, the %s", async (_order, order) => {
    const [uuid, called] = [randomUUID(), randomUUID()];
    const texts = new Map([
      ["a", cdrText({ uuid, caller: "1001", variables: { presence_id: "1001@lab.test", user_name: "1001", sip_from_uri: "1001@lab.test" } })],
      ["b", cdrText({ uuid: called, caller: "1001", originator: uuid, variables: { direction: "outbound", presence_id: "1002@lab.test" } })],
    ]);
    for (const leg of order) {
      leave(`${leg}.cdr.json`, texts.get(leg) ?? "");
      await importer().scan();
    }
    expect(await records()).toEqual([expect.objectContaining({ id: uuid, organizationId, direction: "internal", from: "1001", to: "1001", agentId: "1001", status: "completed" })]);
  });

  it("corrects a call that was taken for a customer's, since it ended before it was known whose phone had dialled", async () => {
    const [uuid, called] = [randomUUID(), randomUUID()];
    const startedAt = new Date(1_750_000_000_000);
    await store.callRecords.transaction(async (tx) => {
      await tx.saveRecord({ id: uuid, organizationId, direction: "inbound", from: "acme-1001", to: "1002", department: null, agentId: "1002", status: "in-progress", startedAt, answeredAt: startedAt, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: "customer", disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "lab-switch", complete: false });
      const leg = { coreUuid: CORE, callId: uuid, node: "lab-switch", name: null, sipCallId: null, ring: null, startedAt, answeredAt: startedAt, endedAt: null, hangupCause: null, source: "events" } as const;
      await tx.saveLeg({ ...leg, channelUuid: uuid, role: "customer", direction: "inbound", agentId: null, number: "acme-1001" });
      await tx.saveLeg({ ...leg, channelUuid: called, role: "agent", direction: "outbound", agentId: "1002", number: "1002" });
      await tx.addTimeline({ callId: uuid, at: startedAt, type: "answered", agentId: "1002", detail: {} });
    });
    leave("a.cdr.json", cdrText({ uuid, caller: "acme-1001", variables: { presence_id: "1001@lab.test", user_name: "1001", sip_from_uri: "1001@lab.test" } }));
    await importer().scan();
    expect(await records()).toEqual([expect.objectContaining({ id: uuid, direction: "internal", from: "1001", to: "1002", agentId: "1001", hungUpBy: "agent" })]);
    expect(await store.callRecords.transaction(async (tx) => (await tx.legs(uuid)).map(({ role, agentId, number }) => [role, agentId, number]))).toEqual(expect.arrayContaining([["agent", "1001", "1001"]]));
  });

  it("brings back no attribute that was taken away while the call was followed, and tells those of a call that nobody followed", async () => {
    const written = (attributes: Record<string, string>): Record<string, string> => ({ callplane_attributes: Buffer.from(JSON.stringify(attributes)).toString("base64url") });
    const [followed, alone, second] = [randomUUID(), randomUUID(), randomUUID()];
    const startedAt = new Date(1_750_000_000_000);
    await store.callRecords.transaction(async (tx) => {
      await tx.saveRecord({ id: followed, organizationId, direction: "inbound", from: "+15551230007", to: "1001", department: null, agentId: "1001", status: "in-progress", startedAt, answeredAt: startedAt, endedAt: null, waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: null, hungUpBy: null, disposition: null, note: null, attributes: { ticket: "4711" }, fromName: null, queueOutcome: null, node: "lab-switch", complete: false });
      await tx.addTimeline({ callId: followed, at: startedAt, type: "answered", agentId: "1001", detail: {} });
    });
    leave("a.cdr.json", cdrText({ uuid: followed, variables: written({ ticket: "4711", removed: "1" }) }));
    leave("b.cdr.json", cdrText({ uuid: alone, variables: written({ ticket: "1" }) }));
    leave("c.cdr.json", cdrText({ uuid: second, originator: alone, variables: { direction: "outbound", presence_id: "1002@lab.test", ...written({ language: "de" }) } }));
    await importer().scan();
    expect(Object.fromEntries((await records()).map(({ id, attributes }) => [id, attributes]))).toEqual({ [followed]: { ticket: "4711" }, [alone]: { ticket: "1", language: "de" } });
  });

  it("of one of several phones that rang while nobody was there tells of which ringing, in place of the call that FreeSWITCH seemed not to have made", async () => {
    const [uuid, ringing, phone] = [randomUUID(), randomUUID(), randomUUID()];
    leave("a.cdr.json", cdrText({ uuid }));
    await importer().scan();
    const at = new Date(1_750_000_000_000);
    const context = { directory, numbers: { read: () => null } };
    await store.callRecords.transaction((tx) => saveUnmade(tx, { uuid: ringing, parent: uuid, organizationId, from: "+15551230001", to: "client:1001", status: "failed", cause: null, startedAt: at, endedAt: at }, context));
    leave("b.cdr.json", cdrText({ uuid: phone, originator: uuid, variables: { direction: "outbound", answer_uepoch: "0", hangup_cause: "USER_BUSY", presence_id: "1001@lab.test", presence_data: JSON.stringify({ v: 1, c: uuid, o: organizationId, ring: ringing }) } }));
    await importer().scan();
    const legs = await store.callRecords.legs(organizationId, { callId: uuid }, { offset: 0, limit: 50 });
    expect(legs).toMatchObject([{ uuid: ringing, channelUuid: phone, hangupCause: "USER_BUSY", direction: "dialled" }]);
  });

  it("of an agent who dials an outside number tells of an outbound call, whichever leg's comes first", async () => {
    const [uuid, called] = [randomUUID(), randomUUID()];
    leave("b.cdr.json", cdrText({ uuid: called, caller: "1001", originator: uuid, variables: { direction: "outbound" } }));
    await importer().scan();
    leave("a.cdr.json", cdrText({ uuid, caller: "1001", variables: { presence_id: "1001@lab.test", user_name: "1001", sip_from_uri: "1001@lab.test" } }));
    await importer().scan();
    expect(await records()).toEqual([expect.objectContaining({ id: uuid, direction: "outbound", from: "1001", agentId: "1001" })]);
  });

  it("is stored once, be it left again under the same name, under another, or twice at a time", async () => {
    const text = cdrText();
    const cdrs = importer();
    leave("a.cdr.json", text);
    await cdrs.scan();
    const [first] = await records();
    leave("a.cdr.json", text);
    await cdrs.scan();
    leave("b.cdr.json", text);
    leave("c.cdr.json", text);
    await cdrs.scan();
    expect(await records()).toEqual([first]);
    const { id } = first ?? { id: "" };
    expect(await store.callRecords.transaction(async (tx) => [(await tx.legs(id)).length, (await tx.timeline(id)).map(({ type }) => type)])).toEqual([1, ["found", "ended"]]);
    expect(files()).toEqual([]);
  });

  it("is removed only after it is committed", async () => {
    const path = leave("a.cdr.json", cdrText());
    const there: boolean[] = [];
    let refusals = 1;
    const stumbling: Pick<CallRecordStore, "transaction" | "isRefusal"> = {
      isRefusal: (error) => store.callRecords.isRefusal(error),
      transaction: async (work) => {
        if (refusals-- > 0) throw new Sqlite.SqliteError("database is locked", "SQLITE_BUSY");
        const done = await store.callRecords.transaction(work);
        there.push(existsSync(path));
        return done;
      },
    };
    const cdrs = importer(stumbling);
    await cdrs.scan();
    expect([await records(), files(), incidents]).toEqual([[], ["a.cdr.json"], ["cdr_import_failed"]]);
    await cdrs.scan();
    expect([(await records()).length, there, files()]).toEqual([1, [true], []]);
  });

  it("that is half written waits for its other half", async () => {
    const text = cdrText();
    const cdrs = importer();
    leave("a.cdr.json", text.slice(0, text.length / 2));
    await cdrs.scan();
    expect([await records(), files(), await store.cdrQuarantine.list(10)]).toEqual([[], ["a.cdr.json"], []]);
    leave("a.cdr.json", text);
    await cdrs.scan();
    expect([(await records()).length, files(), await store.cdrQuarantine.list(10)]).toEqual([1, [], []]);
  });

  it("in a directory of a date (`rotate`) is found", async () => {
    mkdirSync(join(folder, "2026-01-01-00-00-00"));
    leave("2026-01-01-00-00-00/a.cdr.json", cdrText());
    await importer().scan();
    expect((await records()).length).toBe(1);
  });
});

describe("set aside with its content, once it is believed to stay so, is a record that", () => {
  const base: unknown = JSON.parse(cdrText());
  const without = (key: string): string => JSON.stringify({ ...(base as object), [key]: undefined });
  const refusals: readonly [what: string, text: string, reason: RegExp][] = [
    ["is no JSON", "{\"core-uuid\": ", /no JSON/],
    ["is empty", "", /no JSON/],
    ["is JSON of something else", "[1, 2]", /expected/i],
    ["tells no core", without("core-uuid"), /core-uuid/],
    ["tells no direction", without("channel_data"), /channel_data/],
    ["has a strange channel uuid", cdrText({ variables: { uuid: "not one" } }), /uuid/],
    ["has no end", cdrText({ variables: { end_uepoch: "0" } }), /end_uepoch/],
  ];
  it.each(refusals)("%s", async (_what, text, reason) => {
    const cdrs = importer();
    const path = leave("bad.cdr.json", text);
    await cdrs.scan();
    expect([files(), incidents]).toEqual([["bad.cdr.json"], []]);
    age(path);
    leave("good.cdr.json", cdrText());
    await cdrs.scan();
    const [aside, ...others] = await store.cdrQuarantine.list(10);
    expect([aside?.origin, aside?.content, others]).toEqual(["bad.cdr.json", text, []]);
    expect(aside?.reason).toMatch(reason);
    expect([(await records()).length, files(), incidents]).toEqual([1, [], ["cdr_quarantined"]]);
  });

  it("is too large, at once, with its beginning", async () => {
    leave("large.cdr.json", `{"core-uuid":"${CORE}","padding":"${"x".repeat(2 * 1024 * 1024)}"}`);
    await importer().scan();
    const [aside] = await store.cdrQuarantine.list(10);
    expect([aside?.reason, aside?.content.length, aside?.content.slice(0, 14), files()]).toEqual([expect.stringMatching(/larger/), 2 * 1024 * 1024, "{\"core-uuid\":\"", []]);
    expect(await records()).toEqual([]);
  });
});

describe("a record that cannot be stored", () => {
  /** As of a constraint that no other record meets: SQLite itself refuses this channel's leg. */
  const refuse = (channelUuid: string): void => {
    const sqlite = new Sqlite(join(root, "callplane.db"));
    sqlite.exec(`CREATE TRIGGER refuse BEFORE INSERT ON call_legs WHEN new.channel_uuid = '${channelUuid}' BEGIN SELECT RAISE(ABORT, 'never'); END`);
    sqlite.close();
  };

  it("is set aside with the reason, and the others of its batch are stored", async () => {
    const [before, bad, after] = [randomUUID(), randomUUID(), randomUUID()];
    refuse(bad);
    const text = cdrText({ uuid: bad });
    leave("1.cdr.json", cdrText({ uuid: before }));
    leave("2.cdr.json", text);
    leave("3.cdr.json", cdrText({ uuid: after }));
    await importer().scan();
    expect((await records()).map(({ id }) => id).sort()).toEqual([before, after].sort());
    expect(await store.cdrQuarantine.list(10)).toEqual([expect.objectContaining({ origin: "2.cdr.json", content: text, reason: "cannot be stored: never" })]);
    expect([files(), incidents]).toEqual([[], ["cdr_quarantined"]]);
  });

  it("because our own code stumbles over it is set aside too", async () => {
    const bad = randomUUID();
    const text = cdrText({ uuid: bad });
    leave("1.cdr.json", text);
    leave("2.cdr.json", cdrText());
    const stumbling: Pick<CallRecordStore, "transaction" | "isRefusal"> = {
      isRefusal: (error) => store.callRecords.isRefusal(error),
      transaction: (work) =>
        store.callRecords.transaction(async (tx) => {
          const done = await work(tx);
          if ((await tx.legsOfChannel(bad)).length > 0) throw new TypeError("Cannot read properties of undefined");
          return done;
        }),
    };
    await importer(stumbling).scan();
    expect([(await records()).length, (await store.cdrQuarantine.list(10)).map(({ content }) => content), files()]).toEqual([1, [text], []]);
  });

  it.each(["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_READONLY"])("for the moment alone (%s) waits in its file, batch and record alike", async (code) => {
    const bad = randomUUID();
    refuse(bad);
    leave("1.cdr.json", cdrText({ uuid: bad }));
    leave("2.cdr.json", cdrText());
    let transactions = 0;
    // The batch is refused for its record; tried alone, each meets the moment.
    const struggling: Pick<CallRecordStore, "transaction" | "isRefusal"> = {
      isRefusal: (error) => store.callRecords.isRefusal(error),
      transaction: async (work) => {
        if (transactions++ > 0) throw new Sqlite.SqliteError("not now", code);
        return store.callRecords.transaction(work);
      },
    };
    await importer(struggling).scan();
    expect([transactions, files(), await store.cdrQuarantine.list(10), await records(), incidents]).toEqual([2, ["1.cdr.json", "2.cdr.json"], [], [], ["cdr_import_failed"]]);
  });

  it("because the database is closed waits in its file", async () => {
    leave("1.cdr.json", cdrText());
    const cdrs = importer();
    await store.close();
    await cdrs.scan();
    expect([files(), incidents]).toEqual([["1.cdr.json"], ["cdr_import_failed"]]);
  });
});

describe("what is left alone:", () => {
  it("links, to files and to directories, and names of other kinds", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "secret.cdr.json"), cdrText());
    symlinkSync(join(outside, "secret.cdr.json"), join(folder, "link.cdr.json"));
    symlinkSync(outside, join(folder, "linked"));
    leave("note.txt", cdrText());
    await importer().scan();
    expect([await records(), await store.cdrQuarantine.list(10), incidents]).toEqual([[], [], []]);
    expect(files()).toEqual(["link.cdr.json", "linked", "note.txt"]);
    expect(readdirSync(outside)).toEqual(["secret.cdr.json"]);
  });

  it.skipIf(process.getuid?.() === 0)("a file that may not be read, which is told once and keeps no other", async () => {
    chmodSync(leave("1.cdr.json", cdrText()), 0);
    leave("2.cdr.json", cdrText());
    const cdrs = importer();
    await cdrs.scan();
    await cdrs.scan();
    expect([(await records()).length, files(), incidents]).toEqual([1, ["1.cdr.json"], ["cdr_import_failed"]]);
    chmodSync(join(folder, "1.cdr.json"), 0o600);
    await cdrs.scan();
    expect([(await records()).length, files()]).toEqual([2, []]);
  });

  it("a directory that is not there, which is told once and tried again", async () => {
    rmSync(folder, { recursive: true });
    const cdrs = importer();
    await cdrs.scan();
    await cdrs.scan();
    expect(incidents).toEqual(["cdr_import_failed"]);
    mkdirSync(folder);
    leave("a.cdr.json", cdrText());
    await cdrs.scan();
    expect((await records()).length).toBe(1);
  });
});

describe("values", () => {
  const options = { uuid: randomUUID(), caller: "+15551230001", variables: { user_name: "1001", domain_name: "lab.test", presence_id: "1001@lab.test", callplane_org: "Größe & Söhne, 100%", presence_data: "" } };
  it("are read the same with encode-values and without", () => {
    const plain = parseCdr(cdrText(options));
    const encoded = parseCdr(cdrText(options, true));
    expect(encoded).toEqual(plain);
    expect(plain).toMatchObject({ organization: "Größe & Söhne, 100%", presenceId: "1001@lab.test", sipCallId: `${options.uuid}@10.0.0.1`, hangupDisposition: "recv_bye" });
  });

  it("that are not encoded are not decoded", () => {
    expect(parseCdr(cdrText({ variables: { callplane_org: "a%2Fb" } })).organization).toBe("a%2Fb");
  });
});
