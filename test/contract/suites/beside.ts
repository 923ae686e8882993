/** What goes on beside the conversation: swapping in a consultation, moving who waits, asking for help, and what an act answers. */
import { afterEach, describe, expect, it } from "vitest";
import type { CallView } from "../../../src/calls/types.js";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { Follower } from "./follower.js";
import { hears, legOf, ok, refused, talkingWith, waitingIn } from "./steps.js";

export function besideSuite(stage: () => Stage): void {
  const open: Follower[] = [];
  afterEach(() => {
    for (const follower of open.splice(0)) follower.close();
  });
  const followed = async (id: string, who: "admin" | "carol" | "alice" = "admin") => {
    const follower = await new Follower().open(stage().as[who]);
    open.push(follower);
    await follower.sees("the snapshot", ({ type }) => type === "snapshot");
    return { follower, told: () => follower.told.filter(({ type, data }) => type.startsWith("call.") && data.call?.id === id) };
  };
  const act = (id: string, name: string): string => `/voicechannel/calls/${id}:${name}`;

  describe("swapping in a consultation", () => {
    it("lets the agent talk to the customer and to the consulted party in turn, each told once, also after a restart", async () => {
      const { as, lab } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      refused(await as.alice.post(act(id, "swap")), 409, "Conflict");
      expect((await as.alice.post(act(id, "consult"), { type: "client", to: "1002" })).status).toBe(201);
      const { told } = await followed(id);
      const swapped = await as.alice.post(act(id, "swap"));
      expect(swapped).toMatchObject({ status: 200, body: { id, state: "active", assignedTo: "1001", consult: { to: "1002", state: "held" } } });
      await hears(lab, customer, "1001");
      await hears(lab, "1001", customer);
      await hears(lab, "1002");
      await eventually("the swap to be told", () => told().length > 0);
      expect(told().map(({ type, data }) => `${type} ${data.call?.state}`)).toEqual(["call.updated active"]);
      for (const name of ["hold", "park", "transfer", "consult", "conference"]) {
        const target = { type: "client", to: "1004" };
        refused(await as.alice.post(act(id, name), name === "conference" ? { add: target } : name === "hold" || name === "park" ? undefined : target), 409, "Conflict");
      }
      await stage().restartCallplane();
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      expect((await as.alice.call(id))?.consult).toMatchObject({ to: "1002", state: "held" });
      expect(await as.alice.post(act(id, "swap"))).toMatchObject({ status: 200, body: { id, state: "held", consult: { state: "active" } } });
      await hears(lab, "1002", "1001");
      await hears(lab, customer);
      ok(await as.alice.post(act(id, "swap")));
      ok(await as.alice.post(act(id, "complete")), 204);
      await as.admin.sees(id, { state: "active", assignedTo: "1002", consult: null });
      await hears(lab, "1002", customer);
      await hears(lab, customer, "1002");
    });

    it("ends with the consultation, which leaves the agent with the customer", async () => {
      const { as, lab } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      expect((await as.alice.post(act(id, "consult"), { type: "client", to: "1002" })).status).toBe(201);
      ok(await as.alice.post(act(id, "swap")));
      expect(await as.alice.post(act(id, "cancel"))).toMatchObject({ status: 200, body: { state: "active", consult: null, legs: [{ role: "customer" }, { agent: "1001" }] } });
      await hears(lab, customer, "1001");
      await lab.hangUp(customer);
      await as.admin.gone(id);
    });

    it("leaves nobody behind, whoever hangs up", async () => {
      const { as, lab } = stage();
      for (const leaver of ["customer", "1001", "1002"] as const) {
        const { id, customer } = await talkingWith(stage(), "1001");
        expect((await as.alice.post(act(id, "consult"), { type: "client", to: "1002" })).status).toBe(201);
        ok(await as.alice.post(act(id, "swap")));
        await lab.hangUp(leaver === "customer" ? customer : leaver);
        if (leaver === "1002") {
          await as.alice.sees(id, { state: "active", consult: null });
          await hears(lab, customer, "1001");
          await lab.hangUp(customer);
        }
        await as.admin.gone(id);
      }
    });
  });

  describe("moving a caller who waits", () => {
    it("is for supervisors: to another department, or to another place", async () => {
      const { as } = stage();
      const first = await waitingIn(stage(), "support");
      const second = await waitingIn(stage(), "support");
      expect((await as.alice.post(act(first.id, "move"), { priority: 5 })).status).toBe(403);
      await as.carol.sees(second.id, { position: 2 });
      const { told } = await followed(second.id);
      expect(await as.carol.post(act(second.id, "move"), { priority: 5 })).toMatchObject({ status: 200, body: { id: second.id, state: "queued", department: "support", priority: 5, position: 1 } });
      await as.carol.sees(first.id, { position: 2 });
      await eventually("the move to be told", () => told().length > 0);
      expect(told().map(({ type, data }) => [type, data.call?.position])).toEqual([["call.updated", 1]]);
      refused(await as.carol.post(act(first.id, "move"), {}), 400, "InvalidParameter");
      refused(await as.carol.post(act(first.id, "move"), { priority: 11 }), 400, "InvalidParameter");
      refused(await as.carol.post(act(first.id, "move"), { department: "nowhere" }), 404, "NotFound");
      expect(await as.carol.post(act(first.id, "move"), { department: "sales", priority: -3 })).toMatchObject({ status: 200, body: { state: "queued", department: "sales", priority: -3, position: 1 } });
      await stage().restartCallplane();
      await as.carol.sees(first.id, { state: "queued", department: "sales", priority: -3 });
      await as.carol.sees(second.id, { state: "queued", department: "support", priority: 5 });
    });

    it("brings a parked caller back into a department, and refuses one who talks", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      refused(await as.carol.post(act(id, "move"), { department: "support" }), 409, "Conflict");
      ok(await as.alice.post(act(id, "park")));
      refused(await as.carol.post(act(id, "move"), { priority: 1 }), 409, "Conflict");
      expect(await as.carol.post(act(id, "move"), { department: "support" })).toMatchObject({ status: 200, body: { state: "queued", department: "support", assignedTo: null } });
      ok(await as.bob.post(act(id, "pickup")));
      await as.bob.sees(id, { state: "active", assignedTo: "1002" });
    });
  });

  describe("what an agent tells of a call", () => {
    it("asks the supervisors for help, with a reason or without", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const { follower } = await followed(id, "carol");
      expect((await as.bob.post(act(id, "help"), { reason: "mine" })).status).toBe(403);
      expect(await as.alice.post(act(id, "help"), { reason: "The caller is angry" })).toMatchObject({ status: 200, body: { id, help: { by: "1001", reason: "The caller is angry" } } });
      const { data } = await follower.sees("the call for help", ({ type }) => type === "call.help");
      expect(data).toMatchObject({ agent: "1001", reason: "The caller is angry", call: { id, state: "active" } });
      ok(await as.alice.post(act(id, "help")));
      await follower.sees("the other one", ({ type, data: told }) => type === "call.help" && Reflect.get(told, "reason") === null);
      // A supervisor who asks for help with it has no phone on the call.
      ok(await as.carol.post(act(id, "help"), { reason: "from carol" }));
      const asked = await follower.sees("the supervisor's", ({ type, data: told }) => type === "call.help" && Reflect.get(told, "reason") === "from carol");
      expect(asked.data).toMatchObject({ agent: "1001" });
    });

    it("shows who asks for help until a supervisor comes or it is withdrawn, also to who looks later and after a restart", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const reason = "Ünhappy: “really”, 100 %";
      ok(await as.alice.post(act(id, "help"), { reason }));
      await stage().restartCallplane();
      const later = await as.carol.call(id);
      expect(later?.help).toMatchObject({ by: "1001", reason });
      const { follower, told } = await followed(id, "carol");
      expect(JSON.stringify((await follower.sees("the snapshot", ({ type }) => type === "snapshot")).data)).toContain(JSON.stringify(later?.help));

      ok(await as.carol.post(act(id, "supervise"), { mode: "listen" }));
      const answered = await follower.sees("the supervision", ({ type, data }) => type === "call.updated" && data.call?.id === id && data.call.supervision.length > 0);
      expect(answered.data.call?.help).toBeNull();
      // Agents do not learn of the supervision by it.
      expect((await as.alice.call(id))?.help).toMatchObject({ by: "1001", reason });
      ok(await as.carol.post(act(id, "supervise"), { mode: "off" }));
      expect((await as.carol.call(id))?.help).toBeNull();

      refused(await as.alice.post(act(id, "help"), { needed: false, reason }), 400, "InvalidParameter");
      ok(await as.alice.post(act(id, "help")));
      expect((await as.carol.call(id))?.help).toMatchObject({ by: "1001", reason: null });
      expect((await as.bob.post(act(id, "help"), { needed: false })).status).toBe(403);
      for (let times = 0; times < 2; times++) expect(await as.alice.post(act(id, "help"), { needed: false })).toMatchObject({ status: 200, body: { id, help: null } });
      const shown = (): readonly (string | null)[] => told().flatMap(({ type, data }) => (type === "call.updated" ? [data.call?.help == null ? null : "asks"] : []));
      await eventually("the withdrawal to be told", () => shown().lastIndexOf(null) > shown().lastIndexOf("asks") && shown().includes("asks"));
    });

    it("shows on the agent's leg how good its phone finds the connection, and tells it when that changes", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const { told } = await followed(id);
      const report = (rttMs: number) => as.alice.post(`/voicechannel/calls/${id}/quality`, { rttMs, jitterMs: 3, lossPct: 0.2 });
      const shown = async () => legOf((await as.admin.call(id)) as CallView, "1001").quality;
      expect(await shown()).toBeNull();
      ok(await report(40));
      expect(await shown()).toMatchObject({ rttMs: 40, jitterMs: 3, lossPct: 0.2 });
      ok(await report(45));
      expect(await shown()).toMatchObject({ rttMs: 40 });
      ok(await report(700));
      expect(await shown()).toMatchObject({ rttMs: 700 });
      await eventually("both to be told", () => told().length >= 2);
      expect(told().map(({ type }) => type)).toEqual(["call.updated", "call.updated"]);
      expect((await as.bob.post(`/voicechannel/calls/${id}/quality`, { rttMs: 1, jitterMs: 1, lossPct: 1 })).status).toBe(403);
      refused(await as.alice.post(`/voicechannel/calls/${id}/quality`, { rttMs: -1, jitterMs: 1, lossPct: 1 }), 400, "InvalidParameter");
      ok(await as.carol.post(`/voicechannel/calls/${id}/quality`, { rttMs: 1, jitterMs: 1, lossPct: 1 }));
      const audited = await eventually("the supervisor's report in the audit log", async () => {
        const found = (await stage().audit()).filter(({ action, target }) => action === "call.quality" && target === id);
        return found.length > 0 && found;
      });
      expect(audited).toEqual([expect.objectContaining({ actor: "carol", detail: { owner: "1001", outcome: "done" } })]);
    });
  });

  describe("a supervisor", () => {
    it("is told who hears, and can be muted from the start and later, without leaving the mode", async () => {
      const { as, lab } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const supervise = (body: object) => as.carol.post(act(id, "supervise"), body);
      const first = await supervise({ mode: "barge", muted: true });
      const leg = String(Reflect.get(Object(first.body), "leg"));
      expect(first).toMatchObject({ status: 200, body: { mode: "barge", leg, heardBy: [], muted: true } });
      expect((await as.carol.call(id))?.legs.map((each) => each.id)).toContain(leg);
      await hears(lab, "1003", customer, "1001");
      await hears(lab, customer, "1001");
      expect(await supervise({ muted: false })).toMatchObject({ status: 200, body: { mode: "barge", leg, heardBy: ["agent", "customer"], muted: false } });
      await hears(lab, customer, "1001", "1003");
      expect(await supervise({ muted: true })).toMatchObject({ status: 200, body: { mode: "barge", leg, heardBy: [], muted: true } });
      await hears(lab, customer, "1001");
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ agent: "1003", mode: "barge", muted: true, heardBy: [] }]);
      expect(await supervise({ mode: "whisper", muted: false })).toMatchObject({ status: 200, body: { mode: "whisper", leg, heardBy: ["agent"], muted: false } });
      await hears(lab, "1001", customer, "1003");
      expect(await supervise({ mode: "off" })).toMatchObject({ status: 200, body: { mode: "off", leg: null, heardBy: [], muted: false } });
    });
  });

  describe("an act that changes a call", () => {
    it("answers the call as it is then, or nothing when it is the agent's no more", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const muted = async (name: string) => legOf((await as.alice.post(act(id, name))).body as CallView, "1001").muted;
      expect([await muted("mute"), await muted("unmute")]).toEqual([true, false]);
      const agent = legOf((await as.alice.call(id)) as CallView, "1001").id;
      expect(legOf((await as.alice.post(`/voicechannel/calls/${id}/legs/${agent}:mute`)).body as CallView, "1001").muted).toBe(true);
      ok(await as.alice.post(`/voicechannel/calls/${id}/legs/${agent}:unmute`));
      expect((await as.alice.post(act(id, "record"), { action: "start" })).status).toBe(201);
      expect(await as.alice.post(act(id, "record"), { action: "pause" })).toMatchObject({ status: 200, body: { id, recordingState: "paused" } });
      expect(await as.alice.post(act(id, "record"), { action: "stop" })).toMatchObject({ status: 200, body: { id, recordingState: "off" } });
      expect(await as.alice.post(act(id, "conference"), { add: { type: "client", to: "1002" } })).toMatchObject({ status: 200, body: { id, conference: true } });
      expect(await as.alice.post(act(id, "leave"))).toMatchObject({ status: 204, body: null });
      await as.bob.sees(id, { assignedTo: "1002" });
      expect(await as.bob.post(act(id, "park"))).toMatchObject({ status: 200, body: { id, state: "parked", assignedTo: "1002" } });
      expect(await as.bob.post(act(id, "pickup"))).toMatchObject({ status: 200, body: { id, state: "active" } });
      // A seed names these.
      expect(await as.bob.post(act(id, "hold"))).toMatchObject({ status: 200, body: null });
      expect(await as.bob.post(act(id, "resume"))).toMatchObject({ status: 200, body: null });
    });
  });
}
