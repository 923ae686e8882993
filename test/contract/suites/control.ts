import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { hears, legOf, newCustomer, newNumber, ok, refused, talkingWith, waitingIn } from "./steps.js";

export function controlSuite(stage: () => Stage): void {
  describe("hold and resume", () => {
    it("holds the customer, who hears no agent, and brings her back", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await hears(lab, customer, "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      expect(await as.alice.call(id)).toMatchObject({ state: "held", assignedTo: "1001" });
      await hears(lab, customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      expect(await as.alice.call(id)).toMatchObject({ state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    });

    it("keeps the held customer when the agent's phone is lost, and rings it again to resume", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await lab.hangUp("1001");
      await eventually("the agent's leg to be gone", async () => (await as.alice.call(id))?.legs.length === 1);
      expect(await as.alice.call(id)).toMatchObject({ state: "held", assignedTo: "1001" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
    });

    it("keeps a customer who was transferred, then held, when the second agent's phone is lost", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      ok(await as.bob.post(`/voicechannel/calls/${id}:hold`));
      await lab.hangUp("1002");
      await eventually("the agent's leg to be gone", async () => (await as.bob.call(id))?.legs.length === 1);
      expect(await as.bob.call(id)).toMatchObject({ state: "held", assignedTo: "1002" });
    });

    it("releases the agent's phone when the held customer hangs up", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await lab.hangUp(customer);
      await as.alice.gone(id);
    });
  });

  describe("the phone's own hold", () => {
    it("is shown, is not resumed with nobody hearing anybody, and is the phone's to end", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.holdAtPhone("1001", true);
      await as.alice.sees(id, { state: "held", heldBy: "phone" });
      refused(await as.alice.post(`/voicechannel/calls/${id}:resume`), 409, "HELD_BY_PHONE");
      await as.alice.sees(id, { state: "held", heldBy: "phone" });
      await stage().restartCallplane();
      await as.alice.sees(id, { state: "held", heldBy: "phone" });
      await lab.holdAtPhone("1001", false);
      await as.alice.sees(id, { state: "active", heldBy: null });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    });

    it("becomes a hold like any other, which ends when the phone has taken the call back", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.holdAtPhone("1001", true);
      await as.alice.sees(id, { heldBy: "phone" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await as.alice.sees(id, { state: "held", heldBy: "agent" });
      refused(await as.alice.post(`/voicechannel/calls/${id}:resume`), 409, "HELD_BY_PHONE");
      await as.alice.sees(id, { state: "held", heldBy: "agent" });
      await lab.holdAtPhone("1001", false);
      await eventually("the call to be resumed", async () => (await as.alice.post(`/voicechannel/calls/${id}:resume`)).status === 200);
      await as.alice.sees(id, { state: "active", heldBy: null });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    });

    it("may begin while the call is on hold: it is not resumed before the phone has taken it back", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await lab.holdAtPhone("1001", true);
      await eventually("the phone's hold to be known", async () => {
        const { status, body } = await as.alice.post(`/voicechannel/calls/${id}:resume`);
        if (status === 200) ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
        if (status !== 200) expect(body).toMatchObject({ error: "HELD_BY_PHONE" });
        return status === 409;
      });
      await lab.holdAtPhone("1001", false);
      await eventually("the call to be resumed", async () => (await as.alice.post(`/voicechannel/calls/${id}:resume`)).status === 200);
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
    });

    it("leaves the customer on hold, and not active in silence, when a transfer fails", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.holdAtPhone("1001", true);
      await as.alice.sees(id, { heldBy: "phone" });
      await lab.phone("1002", { kind: "busy" });
      try {
        refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), 409, "USER_BUSY");
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      await as.alice.sees(id, { state: "held", heldBy: "agent", assignedTo: "1001" });
      await lab.holdAtPhone("1001", false);
      await eventually("the call to be resumed", async () => (await as.alice.post(`/voicechannel/calls/${id}:resume`)).status === 200);
      await hears(lab, customer, "1001");
    });
  });

  describe("transfer", () => {
    it("rings the other agent, joins her to the customer and frees the first", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      const call = await as.bob.sees(id, { state: "active", assignedTo: "1002" });
      expect(call.legs.map((leg) => leg.agent)).toEqual([null, "1002"]);
      await hears(lab, customer, "1002");
      await hears(lab, "1002", customer);
      // The same call for everybody: no longer hers.
      expect(await as.alice.get(`/voicechannel/calls/${id}`)).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${id} belongs to 1002` } });
    });

    it.each([
      ["busy", "USER_BUSY"],
      ["reject", "CALL_REJECTED"],
      ["no-answer", "NO_ANSWER"],
    ] as const)("gives the customer back to the agent when the target is %s", async (kind, code) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.phone("1002", { kind });
      try {
        refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), 409, code);
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
    });

    it("leaves the call alone when the target has no phone, is unknown, or is nonsense", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1009" }), 409, "USER_NOT_REGISTERED");
      refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "4711" }), 404, "NotFound");
      refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "nowhere" }), 404, "NotFound");
      refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: "+49301234567" }), 403, "NUMBER_NOT_ALLOWED");
      for (const to of ["1002}", "1002,1003", "1002|x", "&system(id)", "${hostname}", "10\n02", "x".repeat(10_000), "", "^^:1002"]) {
        refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to }), 400, "InvalidParameter");
      }
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
    });

    it("transfers to a number that may be dialled; the call is nobody's then", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const number = newNumber();
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await as.admin.sees(id, { state: "active", assignedTo: null });
      await hears(lab, customer, number);
    });

    it("parks the customer in a department, where another agent picks her up", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "sales" }));
      await as.bob.sees(id, { state: "queued", department: "sales", assignedTo: null });
      ok(await as.bob.post(`/voicechannel/calls/${id}:pickup`));
      await as.bob.sees(id, { state: "active", assignedTo: "1002", department: "sales" });
      await hears(lab, customer, "1002");
    });
  });

  describe("consultation", () => {
    it("holds the customer while the agents talk, and completes", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      await hears(lab, "1001", "1002");
      await hears(lab, customer);
      expect(await as.alice.call(id)).toMatchObject({ state: "held", assignedTo: "1001" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:complete`), 204);
      await as.bob.sees(id, { state: "active", assignedTo: "1002" });
      await hears(lab, customer, "1002");
      await hears(lab, "1002", customer);
    });

    it("cancels: the agent is back with the customer, the colleague free", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      ok(await as.alice.post(`/voicechannel/calls/${id}:cancel`));
      const call = await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      expect(call.legs).toHaveLength(2);
      await hears(lab, customer, "1001");
    });

    it("leaves the agent on the line when the consulted colleague hangs up", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      await lab.hangUp("1002");
      await eventually("the colleague to be gone", async () => (await as.alice.call(id))?.legs.every((leg) => leg.agent !== "1002"));
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
    });

    it("sends digits to the colleague, and none to the customer who waits", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      ok(await as.alice.post(`/voicechannel/calls/${id}:dtmf`, { digits: "4711" }));
      await eventually("the colleague to get the digits", () => lab.digits("1002") === "4711");
      expect(lab.digits(customer)).toBe("");
      ok(await as.alice.post(`/voicechannel/calls/${id}:cancel`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:dtmf`, { digits: "12" }));
      await eventually("the customer to get the digits", () => lab.digits(customer) === "12");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      refused(await as.alice.post(`/voicechannel/calls/${id}:dtmf`, { digits: "99" }), 409, "Conflict");
      expect(lab.digits(customer)).toBe("12");
    });

    it("gives the customer back when the colleague is busy", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.phone("1002", { kind: "busy" });
      try {
        refused(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 409, "USER_BUSY");
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      await as.alice.sees(id, { state: "active" });
      await hears(lab, customer, "1001");
    });
  });

  describe("park, pickup, bridge", () => {
    it("parks the customer, frees the phone, keeps the owner, and comes back", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
      const parked = await as.alice.sees(id, { state: "parked", assignedTo: "1001" });
      expect(parked.legs).toHaveLength(1);
      expect(await as.bob.post(`/voicechannel/calls/${id}:pickup`)).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${id} belongs to 1001` } });
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
    });

    it("lets exactly one of two agents win a waiting caller", async () => {
      const { lab, as } = stage();
      const { id, customer } = await waitingIn(stage(), "support");
      const replies = await Promise.all([as.alice.post(`/voicechannel/calls/${id}:pickup`), as.bob.post(`/voicechannel/calls/${id}:pickup`)]);
      expect(replies.map((reply) => reply.status).sort()).toEqual([200, 409]);
      const winner = replies[0]?.status === 200 ? "1001" : "1002";
      await as.admin.sees(id, { state: "active", assignedTo: winner });
      await hears(lab, customer, winner);
    });

    it("leaves the caller waiting when the agent's phone does not answer", async () => {
      const { lab, as } = stage();
      const { id } = await waitingIn(stage(), "support");
      await lab.phone("1001", { kind: "reject" });
      try {
        refused(await as.alice.post(`/voicechannel/calls/${id}:pickup`), 409, "CALL_REJECTED");
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
      await as.alice.sees(id, { state: "queued", department: "support" });
    });

    it("lets a rung agent pick up from the console", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "no-answer" });
      const customer = newCustomer();
      const id = await lab.callIn({ from: customer, to: "1001" });
      await as.alice.sees(id, { state: "ringing", assignedTo: null, ringing: ["1001"] });
      await lab.phone("1001", { kind: "answer", afterMs: 100 });
      ok(await as.alice.post(`/voicechannel/calls/${id}:pickup`));
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
    });

    it("lets a rung agent decline", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "no-answer" });
      try {
        const id = await lab.callIn({ from: newCustomer(), to: "1001" });
        await as.alice.sees(id, { state: "ringing" });
        ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
        await as.admin.gone(id);
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
    });

    it("joins the customers of two of her calls and keeps the older id", async () => {
      const { lab, as } = stage();
      const first = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${first.id}:hold`));
      const second = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${second.id}:bridge`, { with: first.id }), 204);
      await hears(lab, first.customer, second.customer);
      const joined = await as.admin.sees(second.id, { state: "active", assignedTo: null });
      expect(joined.id).toBe(first.id);
      await eventually("the agent's legs to be released", async () => (await as.admin.call(first.id))?.legs.length === 2);
    });
  });

  describe("hangup, mute, keypad, recording, conference, originate", () => {
    it("ends the call with all its legs", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
      await as.alice.gone(id);
    });

    it("calls off a transfer that rings when the call is hung up", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      await lab.phone("1002", { kind: "no-answer" });
      try {
        const transfer = as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" });
        await as.alice.sees(id, { ringing: ["1002"] });
        ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
        expect((await transfer).status).toBe(409);
        await as.admin.gone(id);
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
    });

    it("mutes the agent for the customer and opens her again", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:mute`));
      const muted = await as.alice.call(id);
      expect(muted === null ? null : legOf(muted, "1001").muted).toBe(true);
      await hears(lab, customer);
      await hears(lab, "1001", customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:unmute`));
      await hears(lab, customer, "1001");
    });

    it("sends digits, and refuses what is not one", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:dtmf`, { digits: "12#" }));
      refused(await as.alice.post(`/voicechannel/calls/${id}:dtmf`, { digits: "1;2" }), 400, "InvalidParameter");
    });

    it("records, pauses, resumes and stops", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" }), 201);
      expect(await as.alice.call(id)).toMatchObject({ recording: true });
      refused(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "start" }), 409, "Conflict");
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "pause" }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "resume" }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "stop" }));
      expect(await as.alice.call(id)).toMatchObject({ recording: false });
      refused(await as.alice.post(`/voicechannel/calls/${id}:record`, { action: "stop" }), 409, "Conflict");
    });

    it("makes a conference of three who all hear each other", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      await hears(lab, customer, "1001", "1002");
      await hears(lab, "1001", customer, "1002");
      await hears(lab, "1002", customer, "1001");
      expect(await as.alice.call(id)).toMatchObject({ state: "active", assignedTo: "1001" });
      await lab.hangUp("1002");
      await hears(lab, customer, "1001");
    });

    it("has an ordinary call again when two of a conference are left, on which everything works", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      await as.alice.sees(id, { conference: true, assignedTo: "1001" });
      await lab.hangUp("1002");
      await as.alice.sees(id, { conference: false, state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await hears(lab, customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      ok(await as.alice.post(`/voicechannel/calls/${id}:cancel`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      await as.bob.sees(id, { state: "active", assignedTo: "1002" });
      ok(await as.bob.post(`/voicechannel/calls/${id}:park`));
      await as.bob.sees(id, { state: "parked", assignedTo: "1002" });
    });

    it("lets the owner leave a conference to the agent who stayed longest", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      refused(await as.alice.post(`/voicechannel/calls/${id}:leave`), 409, "Conflict");
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1004" } }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:leave`), 204);
      await as.bob.sees(id, { conference: true, assignedTo: "1002" });
      await hears(lab, customer, "1002", "1004");
      refusedOwnership(await as.alice.post(`/voicechannel/calls/${id}:hangup`), id, "1002");
      ok(await as.dave.post(`/voicechannel/calls/${id}:leave`), 204);
      await as.bob.sees(id, { conference: false, state: "active", assignedTo: "1002" });
      ok(await as.bob.post(`/voicechannel/calls/${id}:hold`));
      ok(await as.bob.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1002", customer);
    });

    it("holds, mutes and removes one participant, by the owner, a supervisor, or the participant's own agent", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      const call = await as.alice.sees(id, { conference: true });
      const [bobs, alices] = ["1002", "1001"].map((agent) => `/voicechannel/calls/${id}/legs/${legOf(call, agent).id}`);
      const customers = `/voicechannel/calls/${id}/legs/${call.legs.find(({ role }) => role === "customer")?.id ?? ""}`;
      ok(await as.alice.post(`${customers}:hold`));
      await hears(lab, customer);
      await hears(lab, "1001", "1002");
      expect((await as.alice.call(id))?.legs.map(({ role, state }) => [role, state])).toEqual([["customer", "held"], ["agent", "active"], ["agent", "active"]]);
      await stage().restartCallplane();
      await eventually("the hold to be known again", async () => (await as.alice.call(id))?.legs[0]?.state === "held");
      ok(await as.carol.post(`${customers}:resume`));
      await hears(lab, customer, "1001", "1002");
      ok(await as.bob.post(`${bobs}:mute`));
      await hears(lab, customer, "1001");
      ok(await as.alice.post(`${bobs}:unmute`));
      refusedOwnership(await as.bob.post(`${customers}:mute`), id, "1001");
      refusedOwnership(await as.bob.post(`${alices}:hangup`), id, "1001");
      refused(await stage().stranger.post(`${bobs}:hangup`), 404, "NotFound");
      ok(await as.alice.post(`${customers}:hold`));
      ok(await as.alice.post(`${bobs}:hangup`));
      await as.alice.sees(id, { conference: false, state: "held", heldBy: "agent", assignedTo: "1001" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
      refused(await as.alice.post(`${customers}:hold`), 409, "Conflict");
    });

    it("ends a conference with the last but one", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      await lab.hangUp("1002");
      await lab.hangUp(customer);
      await as.admin.gone(id);
    });

    it("originates agent first, then dials the number", async () => {
      const { lab, as } = stage();
      const number = newNumber();
      const reply = await as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number });
      ok(reply, 201);
      const { id } = reply.body as { id: string };
      await as.alice.sees(id, { state: "active", assignedTo: "1001", direction: "outbound", from: "1001", to: number });
      await hears(lab, "1001", number);
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await hears(lab, number);
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, number, "1001");
    });

    it("says why an agent's phone could not be rung", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "busy" });
      try {
        refused(await as.alice.post("/voicechannel/calls", { type: "client", to: "1002" }), 409, "USER_BUSY");
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
      refused(await as.admin.post("/voicechannel/calls", { agent: "1009", type: "client", to: "1002" }), 409, "USER_NOT_REGISTERED");
      refused(await as.alice.post("/voicechannel/calls", { type: "phonenumber", to: "+49301234567" }), 403, "NUMBER_NOT_ALLOWED");
    });

    it("gives a call between agents to the one who dialled; the other may hang up her own leg", async () => {
      const { lab, as } = stage();
      const id = await lab.dialFrom("1001", "1002");
      await as.alice.sees(id, { state: "active", assignedTo: "1001", direction: "internal" });
      ok(await as.bob.post(`/voicechannel/calls/${id}:mute`));
      await hears(lab, "1001");
      refusedOwnership(await as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1003" }), id, "1001");
      ok(await as.bob.post(`/voicechannel/calls/${id}:hangup`));
      await as.admin.gone(id);
    });
  });

  describe("whose call it is", () => {
    it("refuses every act of a colleague with the owner's name, of a stranger as unknown", async () => {
      const { lab, as, stranger } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      for (const act of ["hold", "resume", "hangup", "park", "mute", "unmute", "pickup"]) {
        refusedOwnership(await as.bob.post(`/voicechannel/calls/${id}:${act}`), id, "1001");
        refused(await stranger.post(`/voicechannel/calls/${id}:${act}`), act === "pickup" ? 404 : 404, "NotFound");
      }
      refusedOwnership(await as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), id, "1001");
      refused(await as.alice.post(`/voicechannel/calls/00000000-0000-4000-8000-000000000000:hold`), 404, "NotFound");
      await hears(lab, customer, "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:hold`));
      ok(await as.carol.post(`/voicechannel/calls/${id}:resume`));
    });
  });
}

function refusedOwnership(reply: { readonly status: number; readonly body: unknown }, id: string, owner: string): void {
  const description = `Call|${id} belongs to ${owner}`;
  expect({ status: reply.status, body: reply.body }).toEqual({ status: 403, body: { status: "forbidden", description, error: "NotYourCall", message: description } });
}
