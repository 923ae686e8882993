/** Recordings that an organization does not keep any longer, and paths that Callplane does not follow. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../src/audit/index.js";
import { RecordingFiles } from "../../src/call-logs/recording-files.js";
import { Retention } from "../../src/call-logs/retention.js";
import type { RecordingNews, RecordingRecord } from "../../src/call-logs/index.js";
import type { MessageNews } from "../../src/queues/index.js";
import { openDirectory, openStore, recordingRules, type Store, type StoreDirectory } from "../../src/store/index.js";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-06-01T00:00:00Z");
/** Where FreeSWITCH writes, on a disk that is mounted elsewhere for Callplane. */
const WRITTEN = "/switch/recordings";
const nothing = (): void => undefined;
const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let root: string;
let mounted: string;
let store: Store;
let directory: StoreDirectory;
let audit: AuditEntry[];
let told: MessageNews[];
let every: (() => void)[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "callplane-retention-"));
  mounted = join(root, "mounted");
  mkdirSync(mounted);
  store = await openStore(`file:${join(root, "callplane.db")}`);
  audit = [];
  told = [];
  every = [];
});
afterEach(async () => {
  directory.close();
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

async function organization(name: string, recordingRetentionDays: number | null): Promise<number> {
  const { id } = await store.organizations.create({ name, domain: `${name}.test` });
  await store.organizations.update(id, { recordingRetentionDays });
  return id;
}

/** One that ended so many days ago; without an end, it is still being made. */
async function recorded(organizationId: number | null, days: number | null, path?: string): Promise<RecordingRecord> {
  const id = randomUUID();
  const startedAt = new Date(NOW - (days ?? 100) * DAY_MS - 60_000);
  const endedAt = days === null ? null : new Date(NOW - days * DAY_MS);
  const recording: RecordingRecord = { id, callId: randomUUID(), organizationId, node: "a", path: path ?? `${WRITTEN}/${id}.wav`, startedBy: "policy", startedAt, endedAt, removedAt: null };
  await store.callRecords.transaction((tx) => tx.saveRecording(recording));
  if (path === undefined) writeFileSync(join(mounted, `${id}.wav`), "sound");
  return recording;
}

async function retention(): Promise<Retention> {
  directory = await openDirectory(store, { logger });
  const clock = { now: () => NOW, every: (_ms: number, work: () => void) => (every.push(work), nothing) };
  return new Retention({ store: store.callRecords, files: new RecordingFiles(WRITTEN, mounted), rules: recordingRules(directory), audit: { append: (entry) => audit.push(entry) }, logger, clock, told: (news) => told.push(news) });
}

const removedAt = async ({ id }: RecordingRecord): Promise<Date | null | undefined> => (await store.callRecords.recording(id))?.removedAt;
const there = ({ id }: RecordingRecord): boolean => existsSync(join(mounted, `${id}.wav`));

describe("a recording", () => {
  it("older than its organization keeps them is removed, its row says so, and the audit log", async () => {
    const [brief, forever] = [await organization("brief", 7), await organization("forever", null)];
    const old = await recorded(brief, 8);
    const recent = await recorded(brief, 6);
    const running = await recorded(brief, null);
    const others = await recorded(forever, 1000);
    const nobodys = await recorded(null, 1000);
    const news: RecordingNews[] = [];
    store.callRecords.onRecording((each) => void news.push(each));
    const work = await retention();
    await work.run();
    expect(news).toMatchObject([{ type: "removed", recording: { id: old.id, removedAt: new Date(NOW) } }]);
    expect([old, recent, running, others, nobodys].map(there)).toEqual([false, true, true, true, true]);
    expect(await removedAt(old)).toEqual(new Date(NOW));
    expect(await Promise.all([recent, running, others, nobodys].map(removedAt))).toEqual([null, null, null, null]);
    const told = { at: new Date(NOW), organizationId: brief, actor: "system", action: "recording.remove", target: old.id, detail: { call: old.callId, file: "removed", reason: "retention", days: 7 } };
    expect(audit).toEqual([told]);
    await work.run();
    expect(audit).toEqual([told]);
    await work.close();
  });

  it("that is a message takes the message with it, which is told", async () => {
    const brief = await organization("brief", 7);
    const [old, recent] = [await recorded(brief, 8), await recorded(brief, 6)];
    await store.callRecords.transaction(async (tx) => {
      for (const { id, callId, endedAt } of [old, recent]) {
        await tx.leaveMessage({ id, organizationId: brief, callId, department: "support", from: "+12125550100", fromName: null, leftAt: endedAt ?? new Date(NOW), durationMs: 60_000, heardAt: null, heardBy: null, closedAt: null, closedBy: null, note: null, version: 1 });
      }
    });
    await (await retention()).run();
    expect([await store.callRecords.message(old.id), (await store.callRecords.message(recent.id))?.id]).toEqual([undefined, recent.id]);
    expect(told).toMatchObject([{ type: "removed", message: { id: old.id, department: "support" } }]);
  });

  it("whose file has gone already is done with, too", async () => {
    const gone = await recorded(await organization("brief", 7), 8, `${WRITTEN}/gone.wav`);
    await (await retention()).run();
    expect([await removedAt(gone), audit.length]).toEqual([new Date(NOW), 1]);
  });

  it("whose name has blanks and signs is read and removed as any other", async () => {
    const name = "by line +1 (212):5@a b%41'.wav";
    const old = await recorded(await organization("brief", 7), 8, `${WRITTEN}/${name}`);
    writeFileSync(join(mounted, name), "sound");
    const content = await new RecordingFiles(WRITTEN, mounted).open(old.path);
    expect(content?.bytes).toBe(5);
    await content?.close();
    await (await retention()).run();
    expect([existsSync(join(mounted, name)), await removedAt(old)]).toEqual([false, new Date(NOW)]);
  });

  it("that cannot be removed keeps no other from it, and is tried again", async () => {
    const brief = await organization("brief", 7);
    mkdirSync(join(mounted, "stuck.wav"));
    const stuck = await recorded(brief, 9, `${WRITTEN}/stuck.wav`);
    const old = await recorded(brief, 8);
    const work = await retention();
    await work.run();
    expect([there(old), await removedAt(stuck)]).toEqual([false, null]);
    rmSync(join(mounted, "stuck.wav"), { recursive: true });
    await work.run();
    expect(await removedAt(stuck)).toEqual(new Date(NOW));
  });
});

describe("a path is not followed", () => {
  const outside = (): string => join(root, "outside.wav");
  const strange: readonly [what: string, path: string][] = [
    ["up and out", `${WRITTEN}/../outside.wav`],
    ["up in the middle", `${WRITTEN}/a/../../outside.wav`],
    ["elsewhere", "/etc/passwd"],
    ["beside, with the same beginning", `${WRITTEN}-other/outside.wav`],
    ["over a link to a file", `${WRITTEN}/link.wav`],
    ["over a link to a directory", `${WRITTEN}/linked/outside.wav`],
  ];
  it.each(strange)("%s: nothing is read and nothing removed", async (_what, path) => {
    directory = await openDirectory(store, { logger });
    writeFileSync(outside(), "secret");
    symlinkSync(outside(), join(mounted, "link.wav"));
    symlinkSync(root, join(mounted, "linked"));
    const files = new RecordingFiles(WRITTEN, mounted);
    expect(await files.open(path)).toBeNull();
    await files.remove(path);
    expect(existsSync(outside())).toBe(true);
  });
});
