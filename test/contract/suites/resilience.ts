import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { hears, legOf, ok, talkingWith, waitingIn, shownAs } from "./steps.js";

/** Callplane and FreeSWITCH each go away and come back. */
export function resilienceSuite(stage: () => Stage): void {
  describe("Callplane restarted", () => {
    it("finds active, held, queued and supervised calls as they were, from FreeSWITCH alone", async () => {
      const { lab, as } = stage();
      const held = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:hold`));
      const supervised = await talkingWith(stage(), "1002");
      ok(await as.carol.post(`/voicechannel/calls/${supervised.id}:supervise`, { mode: "listen" }));
      ok(await as.carol.post(`/voicechannel/calls/${supervised.id}:supervise`, { mode: "whisper" }));
      const queued = await waitingIn(stage(), "support");
      const taken = await waitingIn(stage(), "sales");
      ok(await as.dave.post(`/voicechannel/calls/${taken.id}:pickup`));
      await stateWritten(stage());
      await stage().restartCallplane();
      await as.dave.sees(taken.id, { state: "active", assignedTo: "1004", department: "sales" });
      await as.alice.sees(held.id, { state: "held", assignedTo: "1001", direction: "inbound", from: shownAs(held.customer) });
      await as.bob.sees(supervised.id, { state: "active", assignedTo: "1002" });
      await as.bob.sees(queued.id, { state: "queued", department: "support", assignedTo: null });
      expect((await as.carol.call(supervised.id))?.supervision).toMatchObject([{ agent: "1003", mode: "whisper" }]);
      ok(await as.carol.post(`/voicechannel/calls/${supervised.id}:supervise`, { mode: "barge" }));
      await hears(lab, supervised.customer, "1002", "1003");
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:resume`));
      await hears(lab, held.customer, "1001");
      ok(await as.bob.post(`/voicechannel/calls/${supervised.id}:hangup`));
    });

    it("knows who is muted and what is recorded, and ends both", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:mute`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" }), 201);
      await stateWritten(stage());
      await hears(lab, customer);
      await stage().restartCallplane();
      const call = await as.alice.sees(id, { state: "active", assignedTo: "1001", recording: true });
      expect(legOf(call, "1001").muted).toBe(true);
      ok(await as.alice.post(`/voicechannel/calls/${id}:unmute`));
      await hears(lab, customer, "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "stop" }));
      expect(await as.alice.call(id)).toMatchObject({ recording: false });
    });

    it("knows what changed while a caller heard music", async () => {
      const { as } = stage();
      const held = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:hold`));
      await hearsMusic(stage(), held.id);
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:record`, { action: "start" }), 201);
      const moved = await talkingWith(stage(), "1002");
      ok(await as.bob.post(`/voicechannel/calls/${moved.id}:hold`));
      await hearsMusic(stage(), moved.id);
      ok(await as.bob.post(`/voicechannel/calls/${moved.id}:transfer`, { type: "department", to: "sales" }));
      await stateWritten(stage());
      await stage().restartCallplane();
      await as.alice.sees(held.id, { state: "held", assignedTo: "1001", recording: true });
      await as.admin.sees(moved.id, { state: "queued", department: "sales", assignedTo: null });
    });

    it("learns of a caller who began to wait, and forgets one who left, while it was away", async () => {
      const { lab, as } = stage();
      const left = await talkingWith(stage(), "1001");
      await stage().stopCallplane();
      await lab.hangUp(left.customer);
      const customer = "15551239999";
      const id = await lab.callIn({ from: customer, to: "queue:sales" });
      await stage().startAgain();
      await as.alice.sees(id, { state: "queued", department: "sales" });
      // FreeSWITCH writes its table a little behind its events: who is just gone may still have been in it.
      await as.alice.gone(left.id);
      ok(await as.alice.post(`/voicechannel/calls/${id}:pickup`));
      await hears(lab, customer, "1001");
    });

    it("leaves the calls in FreeSWITCH untouched when it stops", async () => {
      const { lab } = stage();
      const { customer } = await talkingWith(stage(), "1001");
      await stage().stopCallplane();
      try {
        await hears(lab, customer, "1001");
      } finally {
        await stage().startAgain();
      }
    });
  });

  describe("FreeSWITCH restarted", () => {
    it("answers lists, refuses commands with 503 and Retry-After, and heals by itself; no ended call stays listed", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const restarted = lab.restart();
      await eventually("a refusal for want of a switch", async () => {
        const reply = await as.alice.post(`/voicechannel/calls/${id}:hold`);
        if (reply.status === 404) return true;
        return reply.status === 503 && reply.headers.get("retry-after") !== null;
      });
      expect((await as.alice.get("/voicechannel/calls")).status).toBe(200);
      await restarted;
      await eventually("Callplane to be ready again", async () => (await as.admin.get("/health/ready")).status === 200, { timeoutMs: 45_000, everyMs: 100 });
      await as.alice.gone(id);
      expect(await as.admin.calls()).toEqual([]);
      const again = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${again.id}:hold`));
    });
  });
}

/** Our small state is written to FreeSWITCH after the reply; a crash before that would lose the last change alone. */
async function stateWritten({ root }: Stage): Promise<void> {
  await eventually("the state of every call to be written", async () => {
    const metrics = (await root.get("/metrics")).body;
    const pending = /^callplane_state_writes_pending (\d+)$/m.exec(String(metrics))?.[1];
    return pending === "0";
  });
}

/** Waits until the music of a caller who is put aside has begun: from then on FreeSWITCH runs nothing else on the leg. */
async function hearsMusic({ root }: Stage, leg: string): Promise<void> {
  await eventually("the caller's music to begin", async () => {
    const { body } = await root.get("/api/v2/channels?fields=uuid,application");
    return (body as { data: { rows: { uuid: string; application: string }[] } }).data.rows.some(({ uuid, application }) => uuid === leg && application === "playback");
  });
}
