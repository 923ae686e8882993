/** What a department does with its callers; written once, for the simulated and the real switch. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Follower } from "../contract/suites/follower.js";
import { hears, newCustomer, ok, refused, waitingIn } from "../contract/suites/steps.js";
import type { ShownLog } from "../call-logs/shown.js";
import type { Stage } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import type { QueueStage } from "./stage.js";

/** The record when the call has ended, FreeSWITCH's own records of it apart. */
const endedRecord = async (stage: Stage, id: string): Promise<ShownLog> =>
  eventually(`the record of ${id}`, async () => {
    const { status, body } = await stage.as.admin.get(`/voiceconfig/calllogs/${id}`);
    return status === 200 && (body as ShownLog).endedAt !== null ? (body as ShownLog) : null;
  });

/** The call is listed as ringing a moment before the phone itself rings. */
const eventuallyAnswer = (stage: Stage, extension: string): Promise<true> => eventually(`${extension} to ring`, () => stage.lab.answer(extension).then(() => true, () => null));

export function departmentSuite(get: () => QueueStage): void {
  const setUp = async (settings: Parameters<QueueStage["department"]>[1], members: readonly string[]): Promise<QueueStage> => {
    const queues = get();
    queues.free.clear();
    await queues.department("support", settings, members);
    return queues;
  };

  describe("a department's caller", () => {
    it("rings the longest idle agent's phone, and talks to her when she answers", async () => {
      const { stage, free, figures } = await setUp({}, ["1001", "1002"]);
      await stage.lab.phone("1002", { kind: "no-answer" });
      free.set("1002", true);
      free.set("1001", true);
      const before = await figures("support");
      const { id } = await waitingIn(stage, "support");
      await stage.as.bob.sees(id, { ringing: ["1002"], assignedTo: null });
      await eventuallyAnswer(stage, "1002");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
      await stage.lab.phone("1002", { kind: "answer" });
      const after = await eventually("the figures to tell it", async () => {
        const now = await figures("support");
        return now.answered === before.answered + 1 ? now : null;
      });
      expect(after).toMatchObject({ waiting: 0, serviceLevel: expect.any(Number) as number, agents: { free: 1, busy: 1 } });
    });

    it("goes to the next agent when the first does not answer, who is set away when she misses too many", async () => {
      const { stage, free, store } = await setUp({ ringTimeoutS: 3, maxMissed: 1 }, ["1001", "1002"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        free.set("1001", true);
        free.set("1002", true);
        const { id } = await waitingIn(stage, "support");
        await stage.as.alice.sees(id, { ringing: ["1001"] });
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
        expect(free.away).toEqual([["1001", "missed"]]);
        await eventually("the audit log to say so", async () => (await store.audit.list({ action: "agent.away" })).some(({ target, actor }) => target === "1001" && actor === "system"));
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("has in its record whose phone rang for her in vain, how long and why", async () => {
      const { stage, free } = await setUp({ ringTimeoutS: 3 }, ["1001", "1002", "1004"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      await stage.lab.phone("1002", { kind: "reject" });
      try {
        for (const agent of ["1001", "1002", "1004"]) free.set(agent, true);
        const { id, customer } = await waitingIn(stage, "support");
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1004" });
        await stage.lab.hangUp(customer);
        const log = await endedRecord(stage, id);
        const told = log.timeline.filter(({ type }) => type === "missed" || type === "answered").map(({ type, agent, detail }) => [type, agent, detail["code"] ?? null]);
        expect(told).toEqual([["missed", "1001", "NO_ANSWER"], ["missed", "1002", "CALL_REJECTED"], ["answered", "1004", null]]);
        const [vain, rejected] = log.timeline.filter(({ type }) => type === "missed").map(({ detail }) => Number(detail["rangMs"]));
        // FreeSWITCH counts an originate's time in seconds of the clock (switch_ivr_originate.c): three of them may be little more than two.
        expect(vain).toBeGreaterThan(1900);
        expect(rejected).toBeLessThan(vain ?? 0);
      } finally {
        for (const extension of ["1001", "1002"]) await stage.lab.phone(extension, { kind: "answer" });
      }
    });

    it("who hangs up or is picked up while a phone rings makes no missed offer of it", async () => {
      const { stage, free } = await setUp({}, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        free.set("1001", true);
        const gone = await waitingIn(stage, "support");
        await stage.as.alice.sees(gone.id, { ringing: ["1001"] });
        await stage.lab.hangUp(gone.customer);
        await eventually("the phone to be silent", async () => (await stage.as.admin.calls("?agent=1001")).length === 0);
        const taken = await waitingIn(stage, "support");
        await stage.as.alice.sees(taken.id, { ringing: ["1001"] });
        ok(await stage.as.carol.post(`/voicechannel/calls/${taken.id}:pickup`));
        await stage.lab.hangUp(taken.customer);
        for (const { id } of [gone, taken]) {
          const log = await endedRecord(stage, id);
          expect(log.timeline.map(({ type }) => type)).not.toContain("missed");
        }
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("may be an agent who dials it from her own phone: she waits, also over a restart, is never offered to herself, and is a colleague's call", async () => {
      const { stage, free, figures } = await setUp({}, ["1001", "1002"]);
      free.set("1001", true);
      const id = await stage.lab.dialFrom("1001", "queue-support");
      await stage.as.admin.sees(id, { state: "queued", department: "support", assignedTo: null, direction: "internal", from: "1001" });
      expect(await figures("support")).toMatchObject({ waiting: 1, agents: { free: 0, busy: 1 } });
      await stage.restartCallplane();
      free.set("1001", true);
      await stage.as.admin.sees(id, { state: "queued", department: "support", assignedTo: null, direction: "internal", from: "1001" });
      free.set("1002", true);
      const call = await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
      expect(call.legs.map(({ agent }) => agent).sort()).toEqual(["1001", "1002"]);
      await stage.lab.hangUp("1001");
      await stage.as.admin.gone(id);
      const log = await endedRecord(stage, id);
      expect(log).toMatchObject({ direction: "internal", from: "1001", agent: "1002", department: "support", status: "completed" });
      expect(log.timeline.filter(({ type }) => type === "ringing" || type === "answered").map(({ type, agent }) => [type, agent])).toEqual([["ringing", "1002"], ["answered", "1002"]]);
    });

    it("rings all of them for ring-all; the others stop when one answers", async () => {
      const { stage, free } = await setUp({ strategy: "ring-all" }, ["1001", "1002", "1004"]);
      for (const extension of ["1001", "1002", "1004"]) await stage.lab.phone(extension, { kind: "no-answer" });
      try {
        for (const agent of ["1001", "1002", "1004"]) free.set(agent, true);
        const { id } = await waitingIn(stage, "support");
        await eventually("all to be rung", async () => (await stage.as.admin.call(id))?.ringing.length === 3);
        await eventuallyAnswer(stage, "1002");
        const call = await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
        expect(call.legs.map(({ agent }) => agent).sort()).toEqual(["1002", null]);
      } finally {
        for (const extension of ["1001", "1002", "1004"]) await stage.lab.phone(extension, { kind: "answer" });
      }
    });

    it("who hangs up while it rings stops the phone, and counts as abandoned", async () => {
      const { stage, free, figures } = await setUp({}, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        const before = await figures("support");
        free.set("1001", true);
        const { id, customer } = await waitingIn(stage, "support");
        await stage.as.alice.sees(id, { ringing: ["1001"] });
        await stage.lab.hangUp(customer);
        await stage.as.admin.gone(id);
        await eventually("the phone to be silent", async () => (await stage.as.admin.calls("?agent=1001")).length === 0);
        await eventually("her to be counted", async () => (await figures("support")).abandoned === before.abandoned + 1);
        expect(free.away).toEqual([]);
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("is whoever's picks her up while another's phone rings, which stops", async () => {
      const { stage, free } = await setUp({}, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        free.set("1001", true);
        const { id } = await waitingIn(stage, "support");
        await stage.as.alice.sees(id, { ringing: ["1001"] });
        ok(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`));
        const call = await stage.as.admin.sees(id, { state: "active", assignedTo: "1003", ringing: [] });
        expect(call.legs.some(({ agent }) => agent === "1001")).toBe(false);
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("keeps the offer that rings while a pickup fails", async () => {
      const { stage, free } = await setUp({}, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        free.set("1001", true);
        const { id, customer } = await waitingIn(stage, "support");
        const ringing = await stage.as.alice.sees(id, { ringing: ["1001"] });
        await stage.lab.phone("1003", { kind: "busy" });
        refused(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`), 409, "USER_BUSY");
        await stage.lab.phone("1003", { kind: "no-answer" });
        refused(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`), 409, "NO_ANSWER");
        await eventuallyAnswer(stage, "1001");
        const call = await stage.as.admin.sees(id, { state: "active", assignedTo: "1001", ringing: [] });
        expect(call.legs.find(({ agent }) => agent === "1001")?.id).toBe(ringing.legs.find(({ agent }) => agent === "1001")?.id);
        await hears(stage.lab, customer, "1001");
      } finally {
        for (const extension of ["1001", "1003"]) await stage.lab.phone(extension, { kind: "answer" });
      }
    });

    it("who is moved while a phone rings is no more that department's: its phone stops without having missed anything, and the other department's agent is rung", async () => {
      const { stage, free, department } = await setUp({}, ["1001"]);
      await department("sales", {}, ["1002"]);
      for (const extension of ["1001", "1002"]) await stage.lab.phone(extension, { kind: "no-answer" });
      try {
        free.set("1001", true);
        const { id, customer } = await waitingIn(stage, "support");
        await stage.as.alice.sees(id, { ringing: ["1001"] });
        expect(await stage.as.carol.post(`/voicechannel/calls/${id}:move`, { department: "sales" })).toMatchObject({ status: 200, body: { state: "queued", department: "sales" } });
        await stage.as.admin.sees(id, { state: "queued", department: "sales", ringing: [] });
        free.set("1002", true);
        await stage.as.admin.sees(id, { ringing: ["1002"] });
        await eventuallyAnswer(stage, "1002");
        await stage.as.admin.sees(id, { state: "active", assignedTo: "1002", ringing: [] });
        expect(free.away).toEqual([]);
        await stage.lab.hangUp(customer);
        expect((await endedRecord(stage, id)).timeline.map(({ type }) => type)).not.toContain("missed");
      } finally {
        for (const extension of ["1001", "1002"]) await stage.lab.phone(extension, { kind: "answer" });
      }
    });

    it("who is moved to another department has waited all the time, and is served there before those who began to wait later", async () => {
      const { stage, free, department } = await setUp({}, ["1001"]);
      await department("sales", {}, ["1002"]);
      const moved = await waitingIn(stage, "support");
      const { queuedAt } = await stage.as.admin.sees(moved.id, { state: "queued", department: "support" });
      const later = await waitingIn(stage, "sales");
      ok(await stage.as.carol.post(`/voicechannel/calls/${moved.id}:move`, { department: "sales" }));
      await stage.as.admin.sees(moved.id, { state: "queued", department: "sales", queuedAt, position: 1 });
      await stage.as.admin.sees(later.id, { state: "queued", department: "sales", position: 2 });
      const { items } = z.object({ items: z.array(z.object({ name: z.string(), entries: z.array(z.object({ callId: z.string(), queuedAt: z.string() })) })) }).parse((await stage.as.admin.get("/voicechannel/queues")).body);
      const entries = items.find(({ name }) => name === "sales")?.entries ?? [];
      expect(entries.map(({ callId }) => callId)).toEqual([moved.id, later.id]);
      expect(entries[0]).toMatchObject({ queuedAt });
      free.set("1002", true);
      await stage.as.admin.sees(moved.id, { state: "active", assignedTo: "1002" });
    });

    it("who is to be served later while a phone rings is behind the others at once", async () => {
      const { stage, free } = await setUp({}, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        const first = await waitingIn(stage, "support");
        const second = await waitingIn(stage, "support");
        free.set("1001", true);
        await stage.as.alice.sees(first.id, { ringing: ["1001"] });
        ok(await stage.as.carol.post(`/voicechannel/calls/${first.id}:move`, { priority: -5 }));
        await stage.as.alice.sees(second.id, { ringing: ["1001"] });
        await eventuallyAnswer(stage, "1001");
        await stage.as.admin.sees(second.id, { state: "active", assignedTo: "1001" });
        await stage.as.admin.sees(first.id, { state: "queued", ringing: [] });
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("is taken by exactly one of the router and those who pick her up", async () => {
      const { stage, free } = await setUp({}, ["1001"]);
      for (let round = 0; round < 3; round++) {
        const { id } = await waitingIn(stage, "support");
        const racing = [stage.as.carol.post(`/voicechannel/calls/${id}:pickup`), stage.as.erin.post(`/voicechannel/calls/${id}:pickup`)];
        free.set("1001", true);
        const replies = await Promise.all(racing);
        const won = replies.filter(({ status }) => status === 200).length;
        for (const reply of replies) if (reply.status !== 200) refused(reply, 409, "Conflict");
        const call = await eventually("her to talk to one", async () => {
          const now = await stage.as.admin.call(id);
          return now?.state === "active" && now.legs.length === 2 ? now : null;
        });
        expect(won).toBe(call.assignedTo === "1001" ? 0 : 1);
        free.clear();
        await stage.clear();
      }
    });

    it("waits in the other department when nobody has time for her, and keeps waiting where nothing else is to be had", async () => {
      const { stage, department, free, figures } = await setUp({ maxWaitS: 1, overflow: { type: "department", to: "sales" } }, ["1001"]);
      await department("sales", { maxWaitS: 2, overflow: { type: "department", to: "support" } }, ["1002"]);
      const admin = await new Follower().open(stage.as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const { id } = await waitingIn(stage, "support");
      await stage.as.admin.sees(id, { state: "queued", department: "sales" });
      const { data } = await admin.sees("the end of the wait there", ({ type, data: { callId } }) => type === "queue.left" && callId === id);
      admin.close();
      expect(data).toMatchObject({ queue: { name: "support" }, reason: "overflowed", agent: null });
      expect((await figures("support")).overflowed).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await stage.as.admin.sees(id, { state: "queued", department: "sales" });
      free.set("1002", true);
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    });

    it("is put through to a number, hung up, or asked for a message, as the department says", async () => {
      const queues = await setUp({ maxLength: 0, overflow: { type: "phonenumber", to: "+12125551111" } }, []);
      const { stage } = queues;
      const admin = await new Follower().open(stage.as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const through = await stage.lab.callIn({ from: newCustomer(), to: "queue:support" });
      // Before it is put through, the dialplan has answered it.
      await eventually("the number to be called", async () => (await stage.as.admin.call(through))?.legs.some(({ number }) => number.endsWith("12125551111")));
      await stage.as.admin.sees(through, { state: "active", assignedTo: null });

      await queues.department("support", { maxLength: 0, overflow: { type: "hangup" } }, []);
      const ended = await stage.lab.callIn({ from: newCustomer(), to: "queue:support" });
      await stage.as.admin.gone(ended);

      await queues.department("support", { maxLength: 0, overflow: { type: "message", greeting: "tone_stream://%(200,0,440)" } }, []);
      const customer = newCustomer();
      const speaks = await stage.lab.callIn({ from: customer, to: "queue:support" });
      await stage.as.admin.sees(speaks, { state: "parked", recording: true });
      // The call is ended after the message: whoever were joined with the caller would be cut off.
      refused(await stage.as.carol.post(`/voicechannel/calls/${speaks}:transfer`, { type: "client", to: "1002" }), 409, "Conflict");
      await stage.lab.hangUp(customer);
      await stage.as.admin.gone(speaks);
      for (const [id, reason] of [[through, "overflowed"], [ended, "overflowed"], [speaks, "message"]]) {
        const { data } = await admin.sees("the end of the wait", ({ type, data: { callId } }) => type === "queue.left" && callId === id);
        expect(data).toMatchObject({ queue: { name: "support" }, reason, agent: null });
      }
      admin.close();
    });

    it("is nobody's to take while the greeting plays, and is offered afterwards", async () => {
      const { stage, free } = await setUp({ greeting: "tone_stream://%(1500,0,440)" }, ["1001"]);
      free.set("1001", true);
      const { id } = await waitingIn(stage, "support");
      refused(await stage.as.carol.post(`/voicechannel/calls/${id}:pickup`), 409, "Conflict");
      expect(await stage.as.admin.call(id)).toMatchObject({ state: "queued", ringing: [] });
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
    });

    it("comes by a transfer too, and is offered to that department's agents", async () => {
      const { stage, department, free } = await setUp({}, ["1001"]);
      await department("sales", {}, ["1002"]);
      free.set("1001", true);
      const { id } = await waitingIn(stage, "support");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
      free.clear();
      free.set("1002", true);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "sales" }));
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    });

    it("keeps the place over a restart of Callplane, also one in the middle of an offer, whose phone rings on until its time is up", async () => {
      const { stage, free } = await setUp({ ringTimeoutS: 5 }, ["1001"]);
      await stage.lab.phone("1001", { kind: "no-answer" });
      try {
        const first = await waitingIn(stage, "support");
        const second = await waitingIn(stage, "support");
        free.set("1001", true);
        await stage.as.alice.sees(first.id, { ringing: ["1001"] });
        await stage.stopCallplane();
        free.clear();
        await stage.startAgain();
        await stage.as.admin.sees(second.id, { state: "queued", department: "support" });
        await stage.as.admin.sees(first.id, { state: "queued", department: "support", ringing: [] });
        await eventually("the phone to be silent", async () => (await stage.as.admin.calls("?agent=1001")).length === 0);
        await stage.lab.phone("1001", { kind: "answer" });
        free.set("1001", true);
        await stage.as.admin.sees(first.id, { state: "active", assignedTo: "1001" });
        expect(await stage.as.admin.call(second.id)).toMatchObject({ state: "queued" });
      } finally {
        await stage.lab.phone("1001", { kind: "answer" });
      }
    });

    it("stays with the agent who took the call when it is held or parked after a restart, also one that was moved to another department", async () => {
      const { stage, department, free, figures } = await setUp({}, ["1001"]);
      await department("sales", {}, ["1002", "1004"]);
      free.set("1001", true);
      const { id } = await waitingIn(stage, "support");
      const stays = async (who: "alice" | "bob", agent: string): Promise<void> => {
        await stage.as.admin.sees(id, { state: "active", assignedTo: agent });
        free.clear();
        await stage.restartCallplane();
        free.set("1001", true);
        free.set("1004", true);
        for (const [act, state] of [["hold", "held"], ["resume", "active"], ["park", "parked"], ["resume", "active"]] as const) {
          ok(await stage.as[who].post(`/voicechannel/calls/${id}:${act}`));
          expect(await stage.as.admin.call(id)).toMatchObject({ state, assignedTo: agent, ringing: [] });
          expect([(await figures("support")).waiting, (await figures("sales")).waiting]).toEqual([0, 0]);
        }
        free.clear();
      };
      await stays("alice", "1001");
      free.set("1002", true);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "sales" }));
      await stays("bob", "1002");
    });

    it("is seen by the agents of the department alone, and by nobody who is in none", async () => {
      const { stage, department } = await setUp({}, ["1001"]);
      await department("sales", {}, ["1002"]);
      const { id } = await waitingIn(stage, "support");
      const names = async (who: "alice" | "bob" | "dave"): Promise<string[]> => ((await stage.as[who].get("/voicechannel/queues")).body as { items: { name: string }[] }).items.map(({ name }) => name);
      expect([await names("alice"), await names("bob"), await names("dave")]).toEqual([["support"], ["sales"], []]);
      expect([await stage.as.alice.call(id), await stage.as.bob.call(id)]).toMatchObject([{ state: "queued" }, null]);
      expect((await stage.as.bob.post(`/voicechannel/calls/${id}:pickup`)).status).toBe(403);
    });
  });
}
