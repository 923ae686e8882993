import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { hears, ok, refused, talkingWith } from "./steps.js";

export function supervisionSuite(stage: () => Stage): void {
  describe("supervision, by what each party hears", () => {
    it("listens, whispers, barges and listens again on one leg, then ends", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const started = await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" });
      ok(started, 200);
      await hears(lab, "1003", "1001", customer);
      await hears(lab, "1001", customer);
      await hears(lab, customer, "1001");
      const leg = (await as.carol.call(id))?.legs.find((candidate) => candidate.role === "supervisor")?.id;
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ agent: "1003", mode: "listen" }]);

      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      await hears(lab, "1001", customer, "1003");
      await hears(lab, customer, "1001");
      await hears(lab, "1003", "1001", customer);

      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" }));
      await hears(lab, "1001", customer, "1003");
      await hears(lab, customer, "1001", "1003");
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ agent: "1003", mode: "barge" }]);

      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      await hears(lab, "1001", customer);
      await hears(lab, customer, "1001");
      expect((await as.carol.call(id))?.legs.find((candidate) => candidate.role === "supervisor")?.id).toBe(leg);

      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "off" }));
      expect(await as.carol.call(id)).toMatchObject({ state: "active", supervision: [] });
      await hears(lab, customer, "1001");
    });

    it.each([
      ["whisper", true, false],
      ["barge", true, true],
    ] as const)("starts in %s when asked", async (mode, agentHears, customerHears) => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode }));
      await hears(lab, "1001", customer, ...(agentHears ? ["1003"] : []));
      await hears(lab, customer, "1001", ...(customerHears ? ["1003"] : []));
      await hears(lab, "1003", "1001", customer);
    });

    it("follows the call to another agent, in the mode it was in", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      await hears(lab, "1003", "1002", customer);
      await hears(lab, "1002", customer, "1003");
      await hears(lab, customer, "1002");
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ agent: "1003", mode: "whisper", target: "1002" }]);
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" }));
      await hears(lab, customer, "1002", "1003");
    });

    it("goes on through hold, park and consultation, and barges into a conference", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      expect((await as.carol.call(id))?.legs.find(({ role }) => role === "supervisor")).toMatchObject({ agent: "1003", state: "active" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1003", "1001", customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:park`));
      await as.carol.sees(id, { state: "parked" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1003", "1001", customer);
      await hears(lab, "1001", "1003", customer);
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      await hears(lab, "1003", "1001", "1002");
      ok(await as.alice.post(`/voicechannel/calls/${id}:complete`), 204);
      await hears(lab, "1003", "1002", customer);
      ok(await as.bob.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1004" } }));
      await hears(lab, "1003", "1002", "1004", customer);
      await hears(lab, "1004", "1002", customer);
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" }));
      for (const listener of ["1004", customer]) await hears(lab, listener, "1002", "1003", listener === customer ? "1004" : customer);
    });

    it("says who hears it in a consultation, where a barge reaches whomever the agent talks to", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      const heardBy = async () => (await as.carol.call(id))?.supervision.map((one) => one.heardBy);
      /** Of each who hears, the agent, else the number. */
      const hearers = async () => {
        const call = await as.carol.call(id);
        return call?.supervision.map((one) => one.hearers.map((leg) => call.legs.find(({ id: own }) => own === leg)).map((leg) => leg?.agent ?? leg?.role).sort());
      };
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      expect(await hearers()).toEqual([["1001"]]);
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" }));
      await hears(lab, customer, "1001", "1003");
      expect(await heardBy()).toEqual([["agent", "customer"]]);
      expect(await hearers()).toEqual([["1001", "customer"]]);
      ok(await as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      await hears(lab, "1002", "1001", "1003");
      await hears(lab, customer);
      await hears(lab, "1001", "1002", "1003");
      expect(await heardBy()).toEqual([["agent"]]);
      expect(await hearers()).toEqual([["1001", "1002"]]);
      expect(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "barge" })).toMatchObject({ body: { heardBy: ["agent"] } });
      ok(await as.alice.post(`/voicechannel/calls/${id}:swap`));
      await hears(lab, customer, "1001", "1003");
      await hears(lab, "1002");
      expect(await heardBy()).toEqual([["agent", "customer"]]);
      expect(await hearers()).toEqual([["1001", "customer"]]);
      ok(await as.alice.post(`/voicechannel/calls/${id}:conference`));
      await hears(lab, customer, "1001", "1002", "1003");
      expect(await heardBy()).toEqual([["agent", "customer"]]);
      expect(await hearers()).toEqual([["1001", "1002", "customer"]]);
    });

    it("watches the agent who is named when there are two, on the same leg or another's", async () => {
      const { lab, as } = stage();
      const id = await lab.dialFrom("1001", "1002");
      await as.alice.sees(id, { state: "active" });
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper", target: "1002" }));
      await hears(lab, "1002", "1001", "1003");
      await hears(lab, "1001", "1002");
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ target: "1002" }]);
      refused(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper", target: "1004" }), 404, "NotFound");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper", target: "1001" }));
      await hears(lab, "1001", "1002", "1003");
      await hears(lab, "1002", "1001");
      expect((await as.carol.call(id))?.supervision).toMatchObject([{ agent: "1003", mode: "whisper", target: "1001" }]);
    });

    it("ends when the call becomes the supervisor's own", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1003" }));
      await as.carol.sees(id, { state: "active", assignedTo: "1003", supervision: [] });
      await hears(lab, customer, "1003");
    });

    it("has two supervisors on one call, each in her own mode", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      ok(await as.erin.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
      await hears(lab, "1001", customer, "1005");
      await hears(lab, customer, "1001");
      expect((await as.carol.call(id))?.supervision.map((one) => [one.agent, one.mode]).sort()).toEqual([["1003", "listen"], ["1005", "whisper"]]);
    });

    it("moves a supervisor to another call; the old supervision ends", async () => {
      const { lab, as } = stage();
      const first = await talkingWith(stage(), "1001");
      const second = await talkingWith(stage(), "1002");
      ok(await as.carol.post(`/voicechannel/calls/${first.id}:supervise`, { mode: "listen" }));
      ok(await as.carol.post(`/voicechannel/calls/${second.id}:supervise`, { mode: "listen" }));
      await as.carol.sees(first.id, { supervision: [] });
      await hears(lab, "1003", "1002", second.customer);
    });

    it("ends with the call", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      await lab.hangUp(customer);
      await as.carol.gone(id);
      await expect.poll(async () => ((await as.admin.get("/api/v2/channels")).body as { data: { row_count: number } }).data.row_count).toBe(0);
    });

    it("is refused to agents, on one's own call, and for somebody else's phone", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      refused(await as.bob.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }), 403, "Forbidden");
      refused(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen", agent: "1005" }), 403, "Forbidden");
      refused(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "shout" }), 400, "InvalidParameter");
      const own = await talkingWith(stage(), "1003");
      refused(await as.carol.post(`/voicechannel/calls/${own.id}:supervise`, { mode: "listen" }), 409, "Conflict");
    });

    it("is refused on the phone of somebody who may not supervise, in every face and for every role", async () => {
      const { as, root } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const requests = [
        ...["listen", "whisper", "barge"].map((mode): [string, object] => [`/voicechannel/calls/${id}:supervise`, { mode, agent: "1002" }]),
        ...["listen", "whisper", "barge"].map((mode): [string, object] => [`/v1/call/${id}/${mode}`, { ext: "1002" }]),
        [`/api/v2/channels/${id}/eavesdrop`, { user: "1002" }] as [string, object],
      ];
      for (const [path, body] of requests) for (const who of [as.admin, as.carol, root]) expect([path, (await who.post(path, body)).status]).toEqual([path, 403]);
      expect(await as.admin.call(id)).toMatchObject({ state: "active", supervision: [] });
      ok(await as.admin.post(`/v1/call/${id}/barge`, { ext: "1003" }));
      ok(await as.admin.post(`/api/v2/channels/${id}/eavesdrop`, { user: "1003" }));
      ok(await as.admin.post(`/voicechannel/calls/${id}:supervise`, { mode: "off" }));
    });

    it("is started and ended for a named supervisor by an administrator", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      refused(await as.admin.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }), 400, "InvalidParameter");
      refused(await as.admin.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen", agent: "4711" }), 404, "NotFound");
      ok(await as.admin.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen", agent: "1003" }));
      await hears(lab, "1003", "1001", customer);
      // `off` needs no name, not even from somebody who has no phone.
      ok(await as.admin.post(`/voicechannel/calls/${id}:supervise`, { mode: "off" }));
      expect(await as.admin.call(id)).toMatchObject({ state: "active", supervision: [] });
    });

    it("is in the audit log, from start over each switch to the end, with who and on whom", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      for (const mode of ["listen", "barge", "off"]) ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode }));
      const entries = await eventually("the end to be in the log", async () => {
        const own = (await stage().audit()).filter((entry) => entry.target === id && entry.action.startsWith("supervision."));
        return own.some((entry) => entry.action === "supervision.end") ? own : null;
      });
      expect(entries.map(({ action, actor, detail }) => [action, actor, detail.supervisor, detail.mode, detail.agent])).toEqual([
        ["supervision.start", "carol", "1003", "listen", "1001"],
        ["supervision.switch", "carol", "1003", "barge", "1001"],
        ["supervision.end", "carol", "1003", "barge", "1001"],
      ]);
    });

    it("names in the audit log the agent who was listened to, also when that agent has hung up", async () => {
      const { as, lab } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      await lab.hangUp("1001");
      const end = await eventually("the end to be in the log", async () => (await stage().audit()).find(({ target, action }) => target === id && action === "supervision.end"));
      expect(end.detail).toMatchObject({ supervisor: "1003", agent: "1001" });
    });

    it("shows in no list, row or call that the agent sees", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
      const seen = await as.alice.call(id);
      expect(seen?.supervision).toEqual([]);
      expect(seen?.legs.map((leg) => leg.role)).toEqual(["customer", "agent"]);
      const rows = ((await as.alice.get("/api/v2/channels")).body as { data: { row_count: number } }).data;
      expect(rows.row_count).toBe(2);
    });
  });
}
