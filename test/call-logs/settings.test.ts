/** What departments and organizations want of their records, from the setting over HTTP or in the store to what is served and what lies on the disk. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { openStage, type Stage } from "../contract/harness.js";
import { ok, refused, waitingIn, type Conversation } from "../contract/suites/steps.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import type { ShownLog } from "./shown.js";

const DAY_MS = 86_400_000;

let lab: SimulatedLab;
let stage: Stage;

beforeAll(async () => {
  lab = await openSimulatedLab();
  stage = await openStage(lab);
  await lab.phone("1001", { kind: "answer", afterMs: 20 });
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const recordOf = async (id: string): Promise<ShownLog> => (await stage.as.admin.get(`/voiceconfig/calllogs/${id}`)).body as ShownLog;
const ended = (id: string): Promise<ShownLog> => eventually(`the end of ${id}`, async () => ((await recordOf(id)).endedAt === null ? null : recordOf(id)));

async function answered(department: string): Promise<Conversation> {
  const conversation = await waitingIn(stage, department);
  ok(await stage.as.alice.post(`/voicechannel/calls/${conversation.id}:pickup`));
  return conversation;
}

describe("what a call is closed as", () => {
  it("is one of its own department's codes, set while it lives or after, and read in the record, the list and the export", async () => {
    ok(await stage.as.admin.put("/voiceconfig/departments/support", { dispositions: ["solved", "ticket"] }));
    ok(await stage.as.admin.put("/voiceconfig/departments/sales", { dispositions: ["sold"] }));
    const support = await answered("support");
    refused(await stage.as.alice.post(`/voicechannel/calls/${support.id}:disposition`, { code: "sold" }), 400, "InvalidParameter");
    ok(await stage.as.alice.post(`/voicechannel/calls/${support.id}:disposition`, { code: "ticket" }));
    await lab.hangUp(support.customer);
    // Its end is written over what was known of it.
    expect(await ended(support.id)).toMatchObject({ department: "support", disposition: "ticket", status: "completed" });
    refused(await stage.as.alice.post(`/voicechannel/calls/${support.id}:disposition`, { code: "sold" }), 400, "InvalidParameter");
    ok(await stage.as.alice.post(`/voicechannel/calls/${support.id}:disposition`, { code: "solved", note: "by a restart" }));
    expect(await stage.as.bob.post(`/voicechannel/calls/${support.id}:disposition`, { code: "ticket" })).toMatchObject({ status: 403, body: { description: `Call|${support.id} belongs to 1001` } });
    expect((await stage.stranger.post(`/voicechannel/calls/${support.id}:disposition`, { code: "ticket" })).status).toBe(404);

    const sales = await answered("sales");
    await lab.hangUp(sales.customer);
    await ended(sales.id);
    refused(await stage.as.alice.post(`/voicechannel/calls/${sales.id}:disposition`, { code: "solved" }), 400, "InvalidParameter");
    ok(await stage.as.carol.post(`/voicechannel/calls/${sales.id}:disposition`, { code: "sold" }));

    await stage.restartCallplane();
    expect(await Promise.all([support, sales].map(async ({ id }) => (await recordOf(id)).disposition))).toEqual(["solved", "sold"]);
    expect((await stage.as.admin.get("/voiceconfig/calllogs?department=sales")).body).toMatchObject({ items: [{ id: sales.id, disposition: "sold" }] });
    expect((await stage.as.admin.get("/voiceconfig/calllogs.csv?department=support")).body).toContain(",solved,by a restart,");
  });
});

describe("recordings", () => {
  it("are kept for the organization's days: then the file goes, the call's record says so, and its download is 404", async () => {
    const recorded = async (): Promise<{ readonly id: string; readonly call: string; readonly file: string }> => {
      const { id: call, customer } = await answered("support");
      const { id } = (await stage.as.alice.post(`/voicechannel/calls/${call}:record`, { action: "start" })).body as { id: string };
      await lab.hangUp(customer);
      await ended(call);
      const file = join(stage.recordingsDir, `${id}.wav`);
      writeFileSync(file, "sound");
      return { id, call, file };
    };
    const [old, recent] = [await recorded(), await recorded()];
    await stage.stopCallplane();
    const store = await openStore(stage.databaseUrl);
    try {
      const organization = (await store.organizations.list()).find(({ name }) => name === "lab");
      await store.organizations.update(organization?.id ?? 0, { recordingRetentionDays: 30 });
      await store.callRecords.transaction(async (tx) => {
        for (const [{ id }, days] of [[old, 31], [recent, 29]] as const) {
          const row = await tx.recordingById(id);
          if (row !== undefined) await tx.saveRecording({ ...row, startedAt: new Date(Date.now() - (days + 1) * DAY_MS), endedAt: new Date(Date.now() - days * DAY_MS) });
        }
      });
    } finally {
      await store.close();
    }
    await stage.startAgain();
    await eventually("the old one to be removed", () => !existsSync(old.file));
    await eventually("its row to say so", async () => (await recordOf(old.call)).recordings.every(({ removedAt }) => removedAt !== null));
    expect((await recordOf(old.call)).recordings).toEqual([expect.objectContaining({ id: old.id, startedBy: "alice" })]);
    expect((await stage.as.admin.get(`/voiceconfig/recordings/${old.id}`)).status).toBe(200);
    expect((await stage.as.admin.get(`/voiceconfig/recordings/${old.id}/content`)).status).toBe(404);
    expect([existsSync(recent.file), (await recordOf(recent.call)).recordings]).toEqual([true, [expect.objectContaining({ id: recent.id, removedAt: null })]]);
    expect((await stage.as.admin.get(`/voiceconfig/recordings/${recent.id}/content`)).status).toBe(200);
    const told = await eventually("the audit log", async () => (await stage.audit()).filter(({ action }) => action === "recording.remove"));
    expect(told).toEqual([expect.objectContaining({ actor: "system", target: old.id })]);
  });
});
