import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import { EslClient } from "../../simulator/esl-client.js";
import type { Stage } from "../harness.js";
import { Follower } from "./follower.js";
import { newCustomer, ok, refused, talkingWith, waitingIn } from "./steps.js";

export function attributesSuite(stage: () => Stage): void {
  describe("the attributes of a call", () => {
    const follower: { open: Follower | null } = { open: null };
    afterEach(() => {
      follower.open?.close();
      follower.open = null;
    });
    const path = (id: string): string => `/voicechannel/calls/${id}/attributes`;
    const record = (id: string) => eventually("its record", async () => {
      const { status, body } = await stage().as.admin.get(`/voiceconfig/calllogs/${id}`);
      const found = body as { readonly endedAt: string | null; readonly attributes: unknown };
      return status === 200 && found.endedAt !== null ? found : null;
    });

    it("are changed one by one, each act told once, and outlive a restart, a transfer and the call", async () => {
      const { as, lab } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      follower.open = await new Follower().open(as.admin);
      await follower.open.sees("the snapshot", ({ type }) => type === "snapshot");
      const told = () => follower.open?.told.filter(({ type, data }) => type.startsWith("call.") && data.call?.id === id).map(({ type, data }) => [type, data.call?.attributes]);
      const set = await as.alice.patch(path(id), { ticket: "4711", "customer.tier": "gold, é \"quoted\"", empty: "", constructor: "odd" });
      expect(set).toMatchObject({ status: 200, body: { id, state: "active", attributes: { ticket: "4711", "customer.tier": "gold, é \"quoted\"", empty: "", constructor: "odd" } } });
      ok(await as.alice.patch(path(id), { ticket: "4712", empty: null, constructor: null, unknown: null }));
      const attributes = { ticket: "4712", "customer.tier": "gold, é \"quoted\"" };
      await eventually("both acts to be told", () => told()?.length === 2);
      expect(told()?.at(-1)).toEqual(["call.updated", attributes]);
      await stage().restartCallplane();
      await as.alice.sees(id, { state: "active", attributes });
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      ok(await as.bob.patch(path(id), { "transferred-by": "alice" }));
      await stage().restartCallplane();
      await as.bob.sees(id, { attributes: { ...attributes, "transferred-by": "alice" } });
      await lab.hangUp(customer);
      expect((await record(id)).attributes).toEqual({ ...attributes, "transferred-by": "alice" });
      expect(String((await as.admin.get("/voiceconfig/calllogs.csv")).body)).toContain('""ticket"":""4712""');
    });

    it("may be 64 of 1 KB each, also after a restart, and no more", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const full = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`key${at}`, "\\".repeat(1024)]));
      ok(await as.alice.patch(path(id), full));
      refused(await as.alice.patch(path(id), { more: "1" }), 400, "InvalidParameter");
      refused(await as.alice.patch(path(id), { key0: "x".repeat(1025) }), 400, "InvalidParameter");
      ok(await as.alice.patch(path(id), { key0: null, more: "1" }));
      await stage().restartCallplane();
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      const rest = Object.fromEntries(Object.entries(full).slice(1));
      expect((await as.alice.call(id))?.attributes).toEqual({ ...rest, more: "1" });
      ok(await as.alice.patch(path(id), Object.fromEntries(Object.keys({ ...rest, more: "1" }).map((key) => [key, null]))));
      await stage().restartCallplane();
      await as.alice.sees(id, { state: "active", assignedTo: "1001", attributes: {} });
      ok(await as.alice.patch(path(id), { again: "1" }));
    });

    it("are the owner's and the supervisors' to change", async () => {
      const { as, stranger } = stage();
      const { id } = await talkingWith(stage(), "1001");
      ok(await as.carol.patch(path(id), { by: "carol" }));
      expect(await as.bob.patch(path(id), { by: "bob" })).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${id} belongs to 1001` } });
      refused(await stranger.patch(path(id), { by: "stranger" }), 404, "NotFound");
      expect((await as.alice.call(id))?.attributes).toEqual({ by: "carol" });
      const waiting = await waitingIn(stage(), "support");
      refused(await as.alice.patch(path(waiting.id), { by: "alice" }), 409, "Conflict");
      ok(await as.carol.patch(path(waiting.id), { by: "carol" }));
      ok(await as.alice.post(`/voicechannel/calls/${waiting.id}:pickup`));
      await as.alice.sees(waiting.id, { state: "active", attributes: { by: "carol" } });
    });

    it("come with an originated call", async () => {
      const { as } = stage();
      refused(await as.alice.post("/voicechannel/calls", { type: "client", to: "1002", attributes: { "bad name": "1" } }), 400, "InvalidParameter");
      const { body } = await as.alice.post("/voicechannel/calls", { type: "client", to: "1002", attributes: { campaign: "spring, 2026" } });
      const { id } = body as { id: string };
      expect((await as.alice.call(id))?.attributes).toEqual({ campaign: "spring, 2026" });
      await as.admin.sees(id, { state: "active" });
      // Who was called takes part, and owns nothing.
      expect((await as.bob.patch(path(id), { by: "bob" })).status).toBe(403);
      await stage().restartCallplane();
      await as.admin.sees(id, { state: "active", attributes: { campaign: "spring, 2026" } });
    });

    it("are what the dialplan sets on a caller's leg, until somebody changes them", async () => {
      const { as, lab } = stage();
      // A leg that hears music executes nothing else.
      const { id } = await talkingWith(stage(), "1001");
      const { port, password } = new URL(lab.eslUrl);
      const dialplan = await EslClient.authenticated(Number(port), decodeURIComponent(password));
      const set = (assignment: string): Promise<string> => dialplan.send(`sendmsg ${id}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: ${assignment}`);
      try {
        await set("callplane_attr_language=de");
        await set("callplane_attr_account=12 34");
        await as.carol.sees(id, { state: "active", attributes: { language: "de", account: "12 34" } });
        ok(await as.carol.patch(path(id), { language: null, account: "56" }));
        await stage().restartCallplane();
        await as.carol.sees(id, { state: "active", attributes: { account: "56" } });
        await set("another=1");
        await set("callplane_attr_tier=gold");
        await eventually("the last one to be seen", async () => (await as.carol.call(id))?.attributes["tier"] === "gold");
      } finally {
        dialplan.close();
      }
    });

    it("say nothing to the caller, and are none of what a caller sends", async () => {
      const { as, lab } = stage();
      const id = await lab.callIn({ from: newCustomer(), to: "1001", headers: { "X-callplane_attr_vip": "1", "X-Callplane-Attributes": "e30" } });
      await as.admin.sees(id, { state: "active", attributes: {} });
    });
  });
}
