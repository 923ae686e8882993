/** The removal of a message while others work on it, and when its sound stays. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Messages } from "../../src/call-logs/messages.js";
import type { DepartmentWorker } from "../../src/people/index.js";
import { RecordingFiles } from "../../src/call-logs/recording-files.js";
import { messageTo, type MessageNews } from "../../src/queues/index.js";
import type { Store } from "../../src/store/index.js";
import { silentLogger, storeWithAcme } from "../store/support.js";
import { ManualClock } from "../support/manual-clock.js";
import { temporaryDirectory } from "../support/temporary.js";

const AT = new Date("2026-01-01T00:00:00Z");
const WRITTEN = "/var/lib/freeswitch/recordings";

/** Tells when it is asked to remove a file. */
class WatchedFiles extends RecordingFiles {
  asked: () => Promise<void> = () => Promise.resolve();

  override async remove(path: string): Promise<boolean> {
    await this.asked();
    return super.remove(path);
  }
}

let folder: ReturnType<typeof temporaryDirectory>;
let store: Store;
let files: WatchedFiles;
let messages: Messages;
let carol: DepartmentWorker;
let told: MessageNews[];
beforeEach(async () => {
  folder = temporaryDirectory();
  const opened = await storeWithAcme();
  ({ store } = opened);
  const { id: organizationId } = opened.acme;
  files = new WatchedFiles(WRITTEN, folder.path);
  told = [];
  carol = { name: "carol", role: "supervisor", organizationId, agentId: null };
  messages = new Messages({
    store: store.callRecords, files, logger: silentLogger(), clock: new ManualClock(), numbers: { read: () => null }, audit: { append: () => undefined },
    directory: { departments: () => ["support"], servesDepartment: () => true },
    told: (news) => void told.push(news),
  });
  writeFileSync(join(folder.path, "m.wav"), "RIFFsound");
  await store.callRecords.transaction(async (tx) => {
    await tx.saveRecording({ id: "m", callId: "c", organizationId, node: "fs1", path: `${WRITTEN}/m.wav`, startedBy: messageTo("support"), startedAt: AT, endedAt: AT, removedAt: null });
    await tx.leaveMessage({ id: "m", organizationId, callId: "c", department: "support", from: "+12125550100", fromName: null, leftAt: AT, durationMs: 1000, heardAt: null, heardBy: null, closedAt: null, closedBy: null, note: null, version: 1 });
  });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const isVersion = (wanted: number) => (version: number): boolean => version === wanted;

it("nobody writes a note to one whose sound is being removed", async () => {
  const outcomes: unknown[] = [];
  files.asked = async () => void outcomes.push(await messages.update(carol, "m", { note: "Called back." }, isVersion(1)).catch((error: unknown): unknown => Reflect.get(Object(error), "code")));
  await messages.remove(carol, "m", isVersion(1));
  expect(outcomes).toEqual(["NotFound"]);
  expect(told.map(({ type }) => type)).toEqual(["removed"]);
  expect(existsSync(join(folder.path, "m.wav"))).toBe(false);
  expect((await store.callRecords.recording("m"))?.removedAt).not.toBeNull();
});

it("one that was changed meanwhile keeps its sound", async () => {
  await messages.update(carol, "m", { note: "Called back." });
  await expect(messages.remove(carol, "m", isVersion(1))).rejects.toMatchObject({ code: "PreconditionFailed" });
  expect(existsSync(join(folder.path, "m.wav"))).toBe(true);
  expect(await messages.get(carol, "m")).toMatchObject({ note: "Called back.", version: 2 });
});

it("one whose sound cannot be removed stays as it is, and can be removed later", async () => {
  const before = await messages.get(carol, "m");
  files.asked = () => Promise.reject(new Error("read-only"));
  await expect(messages.remove(carol, "m")).rejects.toThrow("read-only");
  expect([await messages.get(carol, "m"), told]).toEqual([before, []]);
  files.asked = () => Promise.resolve();
  await messages.remove(carol, "m", isVersion(1));
  await expect(messages.get(carol, "m")).rejects.toMatchObject({ code: "NotFound" });
});
