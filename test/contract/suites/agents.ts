import { describe, expect, it } from "vitest";
import type { AgentView } from "../../../src/agents/types.js";
import { eventually } from "../../lab/wait.js";
import type { Client, Stage } from "../harness.js";
import { ok, refused, talkingWith, waitingIn } from "./steps.js";

/** The agent status routes of seed 000, and the state machine behind them (CONTRACT §1). */
export function agentsSuite(stage: () => Stage): void {
  describe("an agent's status", () => {
    const view = async (client: Client, agent: string): Promise<AgentView> => (await client.get(`/voicechannel/agents/${agent}`)).body as AgentView;
    const becomes = (client: Client, agent: string, status: string): Promise<AgentView> =>
      eventually(`${agent} to be ${status}`, async () => {
        const seen = await view(client, agent);
        return seen.status === status ? seen : null;
      });
    const set = (client: Client, agent: string, status: string) => client.post(`/voicechannel/agents/${agent}/status`, { status });

    it("is what she asks for, but inCall, which her calls set and leave again", async () => {
      const { as } = stage();
      ok(await set(as.alice, "1001", "online"));
      expect(await view(as.alice, "1001")).toMatchObject({ id: "1001", extension: "1001", status: "online", reason: null, registered: true, calls: [] });
      refused(await set(as.alice, "1001", "inCall"), 400, "InvalidParameter");
      refused(await set(as.alice, "1001", "sleeping"), 400, "InvalidParameter");
      const { id } = await talkingWith(stage(), "1001");
      expect(await becomes(as.alice, "1001", "inCall")).toMatchObject({ calls: [id] });
      ok(await as.alice.post(`/voicechannel/agents/1001/heartbeats`));
      ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
      expect(await becomes(as.alice, "1001", "online")).toMatchObject({ calls: [] });
    });

    it("becomes after the call what she asked for during it, and is inCall as soon as she dials", async () => {
      const { as } = stage();
      ok(await set(as.alice, "1001", "online"));
      const { id } = (await as.alice.post("/voicechannel/calls", { type: "client", to: "1002" })).body as { id: string };
      await becomes(as.alice, "1001", "inCall");
      ok(await set(as.alice, "1001", "away"));
      expect(await view(as.alice, "1001")).toMatchObject({ status: "inCall" });
      ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
      await becomes(as.alice, "1001", "away");
      ok(await set(as.alice, "1001", "offline"));
      expect(await view(as.alice, "1001")).toMatchObject({ status: "offline" });
    });

    it("follows the wrap-up of a department's call, which is lengthened and shows what follows; that can be withdrawn", async () => {
      const { as } = stage();
      ok({ ...(await as.admin.put("/voiceconfig/departments/sales", { wrapUpS: 300 })), body: null });
      try {
        ok(await set(as.alice, "1001", "online"));
        const { id } = await waitingIn(stage(), "sales");
        await as.alice.post(`/voicechannel/calls/${id}:pickup`);
        await becomes(as.alice, "1001", "inCall");
        const ask = (body: object) => as.alice.post("/voicechannel/agents/1001/status", body);
        ok(await ask({ status: "away", reason: "lunch" }));
        const next = { status: "away", reason: "lunch", after: "wrapUp", by: null, byName: null };
        expect(await view(as.alice, "1001")).toMatchObject({ status: "inCall", next });
        refused(await as.alice.post("/voicechannel/agents/1001/wrapup:extend", { byS: 30 }), 409, "Conflict");
        ok(await as.alice.post(`/voicechannel/calls/${id}:hangup`));
        const wrapping = await becomes(as.alice, "1001", "away");
        expect(wrapping).toMatchObject({ reason: "wrapUp", next, wrapUp: { callId: id } });
        const longer = await as.alice.post("/voicechannel/agents/1001/wrapup:extend", { byS: 30 });
        expect(longer).toMatchObject({ status: 200, body: { id: "1001", reason: "wrapUp", until: new Date(Date.parse(wrapping.until ?? "") + 30_000).toISOString() } });
        refused(await as.alice.post("/voicechannel/agents/1001/wrapup:extend", { byS: 900 }), 409, "Conflict");
        expect(await as.carol.delete("/voicechannel/agents/1001/next")).toMatchObject({ status: 200, body: { reason: "wrapUp", next: null } });
        refused(await as.alice.delete("/voicechannel/agents/1001/next"), 409, "Conflict");
        ok(await as.carol.post("/voicechannel/agents/1001/status", { status: "away", reason: "lunch", after: "wrapUp" }));
        expect(await view(as.alice, "1001")).toMatchObject({ next: { status: "away", by: "carol", byName: (await view(as.carol, "1003")).name } });
        expect(await as.carol.delete("/voicechannel/agents/1001/next")).toMatchObject({ status: 200, body: { next: null } });
        refused(await ask({ status: "offline", after: "wrapUp" }), 400, "InvalidParameter");
        ok(await ask({ status: "away", reason: "lunch", after: "wrapUp" }));
        await stage().restartCallplane();
        expect(await view(as.alice, "1001")).toMatchObject({ reason: "wrapUp", until: (longer.body as AgentView).until, next });
        ok(await ask({ status: "online" }));
        expect(await view(as.alice, "1001")).toMatchObject({ status: "online", next: null, wrapUp: null });
        expect((await stage().audit()).filter(({ action, target }) => action === "agent.status" && target === "1001").at(-1)).toMatchObject({ actor: "carol", detail: { withdrawn: true } });
      } finally {
        await as.admin.put("/voiceconfig/departments/sales", { wrapUpS: 0 });
        await set(as.alice, "1001", "offline");
      }
    });

    it("is offline when the last phone is gone for longer than the grace time, and not during a call", async () => {
      const { lab, as } = stage();
      ok(await set(as.dave, "1004", "online"));
      const { id, customer } = await talkingWith(stage(), "1004");
      await becomes(as.dave, "1004", "inCall");
      await lab.register("1004", false);
      try {
        await eventually("the phone to be gone", async () => !(await view(as.dave, "1004")).registered);
        expect(await view(as.dave, "1004")).toMatchObject({ status: "inCall", phones: [] });
        expect(await as.dave.call(id)).toMatchObject({ state: "active", assignedTo: "1004" });
        await lab.hangUp(customer);
        expect(await becomes(as.dave, "1004", "offline")).toMatchObject({ registered: false, phones: [] });
        refused(await as.carol.post("/voicechannel/calls", { type: "client", to: "1004" }), 409, "USER_NOT_REGISTERED");
      } finally {
        await lab.register("1004", true);
      }
      await eventually("her phone to be back", async () => (await view(as.dave, "1004")).registered);
    });

    it("is hers and her supervisor's to see and set", async () => {
      const { as, stranger } = stage();
      ok(await set(as.carol, "1002", "away"));
      expect(await view(as.bob, "1002")).toMatchObject({ status: "away" });
      refused(await set(as.bob, "1001", "away"), 403, "Forbidden");
      refused(await as.bob.get("/voicechannel/agents/1001"), 403, "Forbidden");
      refused(await as.bob.post("/voicechannel/agents/1001/heartbeats"), 403, "Forbidden");
      refused(await set(stranger, "1002", "away"), 404, "NotFound");
      refused(await set(as.carol, "4711", "away"), 404, "NotFound");
      expect(((await as.bob.get("/voicechannel/agents")).body as { items: AgentView[] }).items.map((agent) => agent.id)).toEqual(["1002"]);
      const first = (await as.carol.get("/voicechannel/agents?limit=2")).body as { items: AgentView[]; total: number; next: string };
      const rest = (await as.carol.get(`/voicechannel/agents?cursor=${first.next}`)).body as { items: AgentView[]; next: string | null };
      expect([...first.items, ...rest.items].map((agent) => agent.id)).toEqual(["1001", "1002", "1003", "1004", "1005"]);
      expect([first.total, rest.next]).toEqual([5, null]);
    });
  });
}
