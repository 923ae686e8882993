/** What can be done with a call while a third party is rung for it, and joining all of a consultation. */
import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Reply, Stage } from "../harness.js";
import { hears, legOf, ok, refused, talkingWith } from "./steps.js";

const TARGET = { type: "client", to: "1002" };
const BODIES = { consult: TARGET, transfer: TARGET, conference: { add: TARGET } } as const;
type Ringing = keyof typeof BODIES;
const ALL: readonly Ringing[] = ["consult", "transfer", "conference"];
export function rungSuite(stage: () => Stage): void {
  const act = (id: string, name: string): string => `/voicechannel/calls/${id}:${name}`;

  /** Has bob's phone rung for the call, which nobody answers, until `work` has ended. Resolves with what that act answers. */
  async function ringing(id: string, name: Ringing, work: (rung: Promise<Reply>) => Promise<void>): Promise<Reply> {
    const { lab, as } = stage();
    await lab.phone("1002", { kind: "no-answer" });
    try {
      const rung = as.alice.post(act(id, name), BODIES[name]);
      await as.alice.sees(id, { ringing: ["1002"] });
      await work(rung);
      return await rung;
    } finally {
      await lab.phone("1002", { kind: "answer", afterMs: 100 });
    }
  }

  /** What an act answers while the phone rings. Throws when it waits for the end of the ringing. */
  async function meanwhile(id: string, name: Ringing, request: () => Promise<Reply>): Promise<Reply> {
    const replies: (Reply | null)[] = [];
    const rung = await ringing(id, name, async (end) => {
      replies.push(await Promise.race([end.then(() => null), request()]));
      ok(await stage().as.alice.post(act(id, "cancel")));
    });
    refused(rung, 409, "CANCELED");
    const [reply = null] = replies;
    if (reply === null) throw new Error("the act waited for the end of the ringing");
    return reply;
  }

  describe("while a third party is rung", () => {
    it.each(ALL)("a cancelled %s ends at once, with its own code; the agent talks to the customer", async (name) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const rung = await ringing(id, name, async () => {
        expect(await as.alice.post(act(id, "cancel"))).toMatchObject({ status: 200, body: { id, state: "active", assignedTo: "1001", ringing: [], consult: null, transfer: null, conference: false } });
      });
      refused(rung, 409, "CANCELED");
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
      refused(await as.alice.post(act(id, "cancel")), 409, "Conflict");
      expect((await as.alice.call(id))?.legs).toHaveLength(2);
    });

    it("a cancelled consultation leaves a customer on hold who was on hold before", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(act(id, "hold")));
      const rung = await ringing(id, "consult", async () => {
        expect(await as.carol.post(act(id, "cancel"))).toMatchObject({ status: 200, body: { state: "held", consult: null } });
      });
      refused(rung, 409, "CANCELED");
      await hears(lab, customer);
    });

    it("a cancel that comes before the phone rings ends it too", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      await lab.phone("1002", { kind: "no-answer" });
      try {
        const [rung, cancelled] = await Promise.all([as.alice.post(act(id, "consult"), TARGET), as.alice.post(act(id, "cancel"))]);
        // The cancel may have come first, and have found nothing.
        if (cancelled.status === 200) refused(rung, 409, "CANCELED");
        else refused(cancelled, 409, "Conflict");
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      await hears(lab, customer, "1001");
    });

    it.each(ALL)("muting, recording and notes do not wait for the end of a %s", async (name) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const now = (path: string, body?: object): Promise<Reply> => meanwhile(id, name, () => as.alice.post(`/voicechannel/calls/${id}${path}`, body));
      ok(await now(":mute"));
      const muted = legOf(await as.alice.sees(id, {}), "1001");
      expect(muted.muted).toBe(true);
      await hears(lab, customer);
      ok(await now(":record", { action: "start" }), 201);
      await as.alice.sees(id, { recording: true });
      ok(await meanwhile(id, name, () => as.alice.patch(`/voicechannel/calls/${id}/attributes`, { ticket: "4711" })));
      ok(await now(`/legs/${muted.id}:unmute`));
      ok(await now(":record", { action: "stop" }));
      const digits = await now(":dtmf", { digits: "12" });
      // Nobody hears the digits while the customer is on hold.
      if (name === "conference") {
        ok(digits);
        await eventually("the customer to get the digits", () => lab.digits(customer) === "12");
      } else refused(digits, 409, "Conflict");
      await hears(lab, customer, "1001");
    });

    it.each(ALL)("what needs the call for itself is refused during a %s", async (name) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const other = { type: "client", to: "1004" };
      const bodies = { hold: undefined, transfer: other, consult: other, complete: undefined, conference: undefined } as const;
      for (const [path, body] of Object.entries(bodies)) refused(await meanwhile(id, name, () => as.alice.post(act(id, path), body)), 409, "Conflict");
      await hears(lab, customer, "1001");
    });

    it.each(ALL)("a hangup ends the call and a %s at once", async (name) => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const rung = await ringing(id, name, async () => {
        ok(await as.alice.post(act(id, "hangup")));
      });
      refused(rung, 409, "Conflict");
      await as.admin.gone(id);
    });

    it("one leg of a conference is held, brought back and dropped at once", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(act(id, "conference"), { add: { type: "client", to: "1004" } }));
      const legs = `/voicechannel/calls/${id}/legs`;
      const customers = (await as.alice.sees(id, {})).legs.find(({ role }) => role === "customer")?.id ?? "";
      ok(await meanwhile(id, "conference", () => as.alice.post(`${legs}/${customers}:hold`)));
      await hears(lab, customer);
      ok(await meanwhile(id, "conference", () => as.alice.post(`${legs}/${customers}:resume`)));
      const rung = await ringing(id, "conference", async () => {
        ok(await as.alice.post(`${legs}/${legOf(await as.alice.sees(id, {}), "1002").id}:hangup`));
      });
      expect(rung).toMatchObject({ status: 409 });
      expect(rung.body).not.toMatchObject({ error: "NO_ANSWER" });
      await hears(lab, customer, "1001", "1004");
    });

    it("a supervision that rings is ended at once", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      await lab.phone("1003", { kind: "no-answer" });
      try {
        const rung = as.carol.post(act(id, "supervise"), { mode: "listen" });
        await eventually("the supervisor's phone to ring", async () => (await as.carol.call(id))?.legs.some(({ agent }) => agent === "1003"));
        ok(await as.carol.post(act(id, "supervise"), { mode: "off" }));
        refused(await rung, 409, "CANCELED");
      } finally {
        await lab.phone("1003", { kind: "answer", afterMs: 100 });
      }
    });
  });

  describe("joining all of a consultation", () => {
    it.each(["the customer waits", "the consulted party waits", "the consulted party is named"])("makes a conference of three: %s", async (how) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      refused(await as.alice.post(act(id, "conference")), 409, "Conflict");
      ok(await as.alice.post(act(id, "consult"), TARGET), 201);
      if (how === "the consulted party waits") ok(await as.alice.post(act(id, "swap")));
      const reply = await as.alice.post(act(id, "conference"), how === "the consulted party is named" ? { add: TARGET } : undefined);
      expect(reply).toMatchObject({ status: 200, body: { id, state: "active", assignedTo: "1001", conference: true, consult: null, heldBy: null } });
      await hears(lab, customer, "1001", "1002");
      await hears(lab, "1001", customer, "1002");
      await hears(lab, "1002", customer, "1001");
      // It is a conference like any other.
      ok(await as.alice.post(act(id, "leave")), 204);
      await as.bob.sees(id, { conference: false, state: "active", assignedTo: "1002" });
      await hears(lab, customer, "1002");
      ok(await as.bob.post(act(id, "hold")));
      ok(await as.bob.post(act(id, "resume")));
      await hears(lab, "1002", customer);
    });

    it("ends with the agent's leg as any other conversation, when the third has left", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(act(id, "consult"), TARGET), 201);
      ok(await as.alice.post(act(id, "conference")));
      await lab.hangUp("1002");
      await as.alice.sees(id, { conference: false, state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
      await lab.hangUp(customer);
      await as.admin.gone(id);
    });
  });
}
