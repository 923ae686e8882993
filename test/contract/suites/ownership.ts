import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { hears, newCustomer, newNumber, ok, refused, talkingWith, waitingIn } from "./steps.js";

/** Whose call it is, who sees it, and in which order a refusal comes (CONTRACT, "Who may do what"). */
export function ownershipSuite(stage: () => Stage): void {
  describe("a call that rings", () => {
    it("is nobody's: the rung agent sees it, a colleague neither lists, reads nor touches it", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "no-answer" });
      try {
        const id = await lab.callIn({ from: newCustomer(), to: "1001" });
        await as.alice.sees(id, { state: "ringing", assignedTo: null, ringing: ["1001"] });
        expect((await as.alice.calls()).map((call) => call.id)).toEqual([id]);
        expect(await as.bob.calls()).toEqual([]);
        expect(await as.bob.get(`/voicechannel/calls/${id}`)).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${id} belongs to 1001` } });
        for (const act of ["hold", "resume", "park", "pickup", "hangup", "mute"]) refused(await as.bob.post(`/voicechannel/calls/${id}:${act}`), 409, "Conflict");
        for (const act of ["hold", "park", "mute"]) refused(await as.alice.post(`/voicechannel/calls/${id}:${act}`), 409, "Conflict");
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
    });

    it("is nobody's while it rings the agent who originated it, and hers when she answers", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "answer", afterMs: 700 });
      try {
        const originated = as.alice.post("/voicechannel/calls", { type: "phonenumber", to: newNumber() });
        const ringing = await eventually("her phone to ring", async () => (await as.alice.calls())[0]);
        expect(ringing).toMatchObject({ state: "ringing", assignedTo: null, ringing: ["1001"] });
        ok(await originated, 201);
        expect(await as.alice.call(ringing.id)).toMatchObject({ assignedTo: "1001", ringing: [] });
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
    });

    it("names the colleague whom an agent has dialled, and belongs to the one who dialled", async () => {
      const { lab, as } = stage();
      await lab.phone("1002", { kind: "no-answer" });
      try {
        const id = await lab.dialFrom("1001", "1002");
        await as.bob.sees(id, { state: "ringing", assignedTo: "1001", ringing: ["1002"], direction: "internal" });
        ok(await as.bob.post(`/voicechannel/calls/${id}:hangup`));
        await eventually("bob to be rung no longer", async () => (await as.bob.calls()).every((call) => call.ringing.length === 0));
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
    });
  });

  describe("a call between agents", () => {
    it("is held by either, and passes to the agent whom its owner transfers it to", async () => {
      const { lab, as } = stage();
      const id = await lab.dialFrom("1001", "1002");
      await as.bob.sees(id, { state: "active" });
      ok(await as.bob.post(`/voicechannel/calls/${id}:hold`));
      await hears(lab, "1001");
      ok(await as.bob.post(`/voicechannel/calls/${id}:resume`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1004" }));
      const call = await as.dave.sees(id, { state: "active", assignedTo: "1004" });
      expect(call.legs.map((leg) => leg.agent).sort()).toEqual(["1002", "1004"]);
      await hears(lab, "1002", "1004");
    });
  });

  describe("a waiting call", () => {
    it("is listed to every agent who asks for the queue, and to nobody else's organization; only a pickup may touch it", async () => {
      const { as, stranger } = stage();
      const { id } = await waitingIn(stage(), "support");
      for (const agent of [as.alice, as.bob]) {
        for (const query of ["", "?state=queued", "?department=support"]) expect((await agent.calls(query)).map((call) => call.id)).toEqual([id]);
        expect((await agent.get("/voicechannel/queues")).body).toMatchObject({ items: [{ name: "sales", waiting: 0 }, { name: "support", waiting: 1, calls: [{ id }] }], total: 2, next: null });
      }
      expect(await stranger.calls()).toEqual([]);
      expect((await stranger.get(`/voicechannel/calls/${id}`)).status).toBe(404);
      for (const act of ["hold", "resume", "park", "hangup"]) refused(await as.alice.post(`/voicechannel/calls/${id}:${act}`), 409, "Conflict");
    });

    it("is listed page by page in each order, with none left out though they began to wait in another order than they came in", async () => {
      const { as } = stage();
      const first = await talkingWith(stage(), "1001");
      const second = await waitingIn(stage(), "support");
      ok(await as.alice.post(`/voicechannel/calls/${first.id}:transfer`, { type: "department", to: "support" }));
      const listed = async (query: string): Promise<readonly string[]> => {
        const seen: string[] = [];
        let cursor: string | null = "";
        while (cursor !== null) {
          const { body } = await as.bob.get(`/voicechannel/calls?state=queued&limit=1${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
          const page = body as { items: { id: string }[]; total: number; next: string | null };
          expect(page.total).toBe(2);
          seen.push(...page.items.map((call) => call.id));
          cursor = page.next;
        }
        return seen;
      };
      for (const query of ["", "&sort=createdAt", "&sort=-stateSince", "&q=SUPP"]) expect(await listed(query)).toEqual([first.id, second.id]);
      for (const query of ["&sort=-createdAt", "&sort=stateSince"]) expect(await listed(query)).toEqual([second.id, first.id]);
      expect(await as.carol.calls("?q=nobody")).toEqual([]);
    });
  });

  describe("a supervisor's hand on an agent's call", () => {
    it("is in the audit log with what became of it; an agent's own is not", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:mute`));
      ok(await as.carol.post(`/voicechannel/calls/${id}:hold`));
      refused(await as.carol.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1009" }), 409, "USER_NOT_REGISTERED");
      ok(await as.admin.post(`/voicechannel/calls/${id}:hangup`));
      const entries = await eventually("the last act to be in the log", async () => {
        const acts = (await stage().audit()).filter((entry) => entry.target === id);
        return acts.some((entry) => entry.action === "call.hangup") ? acts : null;
      });
      expect(entries.map(({ action, actor, detail }) => [action, actor, detail.owner, detail.outcome])).toEqual([
        ["call.hold", "carol", "1001", "done"],
        ["call.transfer", "carol", "1001", "USER_NOT_REGISTERED"],
        ["call.hangup", "admin", "1001", "done"],
      ]);
    });

    it("resumes to the agent's phone, and picks a parked call up on the supervisor's own", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
      ok(await as.carol.post(`/voicechannel/calls/${id}:resume`));
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
      await as.alice.sees(id, { state: "parked" });
      ok(await as.carol.post(`/voicechannel/calls/${id}:pickup`));
      await as.carol.sees(id, { state: "active", assignedTo: "1003" });
      await hears(lab, customer, "1003");
    });
  });

  describe("the order of refusal", () => {
    it("looks for the target before it looks at the state of the call, and rings no phone for one who is not there", async () => {
      const { lab, as } = stage();
      await lab.phone("1001", { kind: "no-answer" });
      try {
        const id = await lab.callIn({ from: newCustomer(), to: "1001" });
        await as.carol.sees(id, { state: "ringing" });
        for (const [act, body] of [["transfer", (to: string) => ({ type: "client", to })], ["consult", (to: string) => ({ type: "client", to })], ["conference", (to: string) => ({ add: { type: "client", to } })]] as const) {
          refused(await as.carol.post(`/voicechannel/calls/${id}:${act}`, body("4711")), 404, "NotFound");
          refused(await as.carol.post(`/voicechannel/calls/${id}:${act}`, body("1009")), 409, "USER_NOT_REGISTERED");
          refused(await as.carol.post(`/voicechannel/calls/${id}:${act}`, body("1002")), 409, "Conflict");
        }
      } finally {
        await lab.phone("1001", { kind: "answer", afterMs: 100 });
      }
      refused(await as.bob.post("/voicechannel/calls", { type: "client", to: "4711" }), 404, "NotFound");
      refused(await as.bob.post("/voicechannel/calls", { type: "client", to: "1009" }), 409, "USER_NOT_REGISTERED");
      refused(await as.bob.post("/voicechannel/calls", { agent: "1001", type: "client", to: "1002" }), 403, "Forbidden");
      expect((await as.admin.calls("?agent=1002")).length).toBe(0);
    });
  });
}
