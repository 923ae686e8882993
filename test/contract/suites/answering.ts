/** A phone that rings is asked to answer, by whose phone it is or by a supervisor. */
import { afterEach, describe, expect, it } from "vitest";
import type { CallView } from "../../../src/calls/types.js";
import { eventually } from "../../lab/wait.js";
import { IGNORES_TALK } from "../../lab/types.js";
import type { Person, Reply, Stage } from "../harness.js";
import { hears, legOf, newCustomer, ok, refused, talkingWith, waitingIn } from "./steps.js";

const ANSWERS = { kind: "answer", afterMs: 100 } as const;

export function answeringSuite(stage: () => Stage): void {
  const quiet = new Set<string>();
  afterEach(async () => {
    for (const extension of quiet) await stage().lab.phone(extension, ANSWERS);
    quiet.clear();
  });
  /** Nobody lifts these phones. */
  const nobodyLifts = async (...extensions: readonly string[]): Promise<void> => {
    for (const extension of extensions) {
      quiet.add(extension);
      await stage().lab.phone(extension, { kind: "no-answer" });
    }
  };
  const ringing = (id: string, extension: string): Promise<CallView> => stage().as.admin.sees(id, { ringing: [extension] });
  /** Has the phone of that extension answer, which rings for the call. */
  const answer = async (who: Person, id: string, extension: string): Promise<Reply> => stage().as[who].post(`/voicechannel/calls/${id}/legs/${legOf(await ringing(id, extension), extension).id}:answer`);

  describe("a phone that rings, asked to answer", () => {
    it("answers a direct call, which is the agent's then", async () => {
      const { lab, as } = stage();
      await nobodyLifts("1001");
      const customer = newCustomer();
      const id = await lab.callIn({ from: customer, to: "1001" });
      ok(await answer("alice", id, "1001"));
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
      // A second click comes too late to do anything.
      ok(await as.alice.post(`/voicechannel/calls/${id}/legs/${legOf(await as.alice.sees(id, {}), "1001").id}:answer`));
    });

    it("answers a department's offer", async () => {
      const { lab, as } = stage();
      await nobodyLifts("1001");
      ok(await as.admin.put("/voiceconfig/voiceagents/1001", { departments: ["support"] }));
      ok(await as.alice.post("/voicechannel/agents/1001/status", { status: "online" }));
      const { id, customer } = await waitingIn(stage(), "support");
      ok(await answer("alice", id, "1001"));
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, customer, "1001");
      ok(await as.alice.post("/voicechannel/agents/1001/status", { status: "offline" }));
      ok(await as.admin.put("/voiceconfig/voiceagents/1001", { departments: ["*"] }));
    });

    it.each(["transfer", "consult", "conference"] as const)("answers for a %s, which goes on at once", async (name) => {
      const { lab, as } = stage();
      await nobodyLifts("1002");
      const { id, customer } = await talkingWith(stage(), "1001");
      const target = { type: "client", to: "1002" };
      const asked = as.alice.post(`/voicechannel/calls/${id}:${name}`, name === "conference" ? { add: target } : target);
      // Not by whose call it is: that would open a colleague's microphone.
      refused(await answer("alice", id, "1002"), 403, "Forbidden");
      ok(await answer("bob", id, "1002"));
      expect((await asked).status).toBeLessThan(300);
      if (name === "transfer") await hears(lab, "1002", customer);
      else await hears(lab, "1002", "1001", ...(name === "conference" ? [customer] : []));
    });

    it("answers the agent's own phone first, and the call goes out", async () => {
      const { lab, as } = stage();
      await nobodyLifts("1001");
      const made = as.alice.post("/voicechannel/calls", { type: "client", to: "1002" });
      const [call] = await eventually("alice's phone to ring", async () => {
        const calls = (await as.alice.calls()).filter((each) => each.legs.some(({ agent, state }) => agent === "1001" && state === "ringing"));
        return calls.length === 1 && calls;
      });
      ok(await as.alice.post(`/voicechannel/calls/${call?.id ?? ""}/legs/${call === undefined ? "" : legOf(call, "1001").id}:answer`));
      expect(await made).toMatchObject({ status: 201, body: { id: call?.id } });
      await hears(lab, "1001", "1002");
    });

    it("answers for a supervisor, who is in the audit log, and for nobody else", async () => {
      const { lab, as } = stage();
      await nobodyLifts("1001");
      const id = await lab.callIn({ from: newCustomer(), to: "1001" });
      const call = await ringing(id, "1001");
      const { id: leg } = legOf(call, "1001");
      refused(await as.bob.post(`/voicechannel/calls/${id}/legs/${leg}:answer`), 409, "Conflict");
      expect((await stage().stranger.post(`/voicechannel/calls/${id}/legs/${leg}:answer`)).status).toBe(404);
      refused(await as.alice.post(`/voicechannel/calls/${id}/legs/00000000-0000-4000-8000-000000000000:answer`), 404, "NotFound");
      // Who has called is no phone that rings.
      refused(await as.carol.post(`/voicechannel/calls/${id}/legs/${call.legs.find(({ role }) => role === "customer")?.id ?? ""}:answer`), 409, "Conflict");
      expect((await as.alice.sees(id, {})).ringing).toEqual(["1001"]);
      ok(await as.carol.post(`/voicechannel/calls/${id}/legs/${leg}:answer`));
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      await eventually("the answer in the audit log", async () => (await stage().audit()).some(({ action, target, actor }) => action === "call.leg.answer" && target === id && actor === "carol"));
    });

    it("rings on when it ignores that, and is answered by hand", async () => {
      const { lab, as } = stage();
      await nobodyLifts(IGNORES_TALK);
      const customer = newCustomer();
      const id = await lab.callIn({ from: customer, to: IGNORES_TALK });
      const reply = await answer("erin", id, IGNORES_TALK);
      refused(reply, 409, "PHONE_DID_NOT_ANSWER");
      expect((reply.body as { readonly message: string }).message).toContain("at the phone");
      await as.erin.sees(id, { state: "ringing", ringing: [IGNORES_TALK] });
      await lab.answer(IGNORES_TALK);
      await as.erin.sees(id, { state: "active", assignedTo: IGNORES_TALK });
      await hears(lab, customer, IGNORES_TALK);
    });

    it("holds up no cancel while it thinks about that", async () => {
      const { lab, as } = stage();
      await nobodyLifts(IGNORES_TALK);
      const { id, customer } = await talkingWith(stage(), "1001");
      const transferred = as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: IGNORES_TALK });
      const { id: leg } = legOf(await ringing(id, IGNORES_TALK), IGNORES_TALK);
      const answered = as.erin.post(`/voicechannel/calls/${id}/legs/${leg}:answer`);
      ok(await as.alice.post(`/voicechannel/calls/${id}:cancel`));
      refused(await transferred, 409, "CANCELED");
      // It does not ring any more, or did not when that was asked.
      expect((await answered).body).not.toMatchObject({ error: "PHONE_DID_NOT_ANSWER" });
      expect((await answered).status).toBeGreaterThanOrEqual(404);
      await hears(lab, customer, "1001");
    });
  });
}
