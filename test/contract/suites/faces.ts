import { describe, expect, it } from "vitest";
import { eventually } from "../../lab/wait.js";
import type { Stage } from "../harness.js";
import { hears, newNumber, ok, talkingWith, waitingIn } from "./steps.js";

/** The other faces over the same core: seeds 002, 003 and 004. */
export function facesSuite(stage: () => Stage): void {
  describe("/call (seed 002)", () => {
    it("parks the current call, tells its state, and picks up the longest waiting", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      expect(await as.alice.get(`/call/state?call_id=${id}`)).toMatchObject({ status: 200, body: { call: { call_id: id, status: "answered", type: "cm_id" } } });
      expect(await as.alice.post("/call/park")).toMatchObject({ status: 200, body: { status: "on hold", description: `${id} was put on hold` } });
      await hears(lab, customer);
      expect(await as.bob.post("/call/park")).toMatchObject({ status: 404, body: { status: "not found", description: "No call available to put on hold" } });
      const waiting = await waitingIn(stage(), "support");
      expect(await as.bob.get("/call/queue")).toMatchObject({ status: 200 });
      expect((await as.bob.post("/call/pickup")).status).toBe(200);
      await as.bob.sees(waiting.id, { state: "active", assignedTo: "1002" });
      expect(await as.bob.get("/call/state?call_id=00000000-0000-4000-8000-000000000000")).toMatchObject({
        status: 404,
        body: { status: "not found", description: "00000000-0000-4000-8000-000000000000 does not exist." },
      });
    });

    it("joins the agent's outbound call with a parked one, and refuses an inbound one", async () => {
      const { lab, as } = stage();
      const parked = await talkingWith(stage(), "1001");
      expect(await as.alice.post("/call/park")).toMatchObject({ status: 200 });
      const inbound = await talkingWith(stage(), "1001");
      expect(await as.alice.get(`/call/transfer?source=${parked.id}`)).toMatchObject({ status: 400, body: { status: "bridge failed", description: "Cannot transfer to an inbound call." } });
      ok(await as.alice.post(`/voicechannel/calls/${inbound.id}:hangup`));
      const number = newNumber();
      const originated = await as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number });
      const { id } = originated.body as { id: string };
      await as.alice.sees(id, { state: "active" });
      const joined = await as.alice.get(`/call/transfer?source=${parked.id}`);
      expect(joined, JSON.stringify(joined.body)).toMatchObject({
        status: 200,
        body: { status: "success", source_call: { call_id: parked.id, status: "bridged", type: "cm_id" }, destination_call: { call_id: id, status: "bridged" } },
      });
      await hears(lab, parked.customer, number);
      await hears(lab, number, parked.customer);
    });

    it("joins a colleague whom she called with a parked call, and says so when there is nobody to join it with", async () => {
      const { lab, as } = stage();
      const parked = await talkingWith(stage(), "1001");
      expect(await as.alice.post("/call/park")).toMatchObject({ status: 200 });
      expect(await as.alice.get(`/call/transfer?source=${parked.id}`)).toMatchObject({ status: 400, body: { status: "bridge failed", description: "Bad destination" } });
      const received = await lab.dialFrom("1002", "1001");
      await as.alice.sees(received, { state: "active" });
      expect(await as.alice.get(`/call/transfer?source=${parked.id}`)).toMatchObject({ status: 400, body: { status: "bridge failed", description: "Cannot transfer to an inbound call." } });
      await lab.hangUp("1002");
      await as.alice.gone(received);
      const dialled = await lab.dialFrom("1001", "1002");
      await as.alice.sees(dialled, { state: "active" });
      expect((await as.alice.get(`/call/transfer?source=${parked.id}`)).status).toBe(200);
      await hears(lab, parked.customer, "1002");
      await as.bob.sees(parked.id, { state: "active", assignedTo: "1002" });
    });
  });

  describe("/api/v2/channels (seed 003)", () => {
    it("lists rows, holds, resumes, eavesdrops and hangs up", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      // Callplane's last write of the new call's state is still to come: it is executed on both legs, and so changes the rows (`application`).
      const list = await eventually("the list not to change for a moment", async () => {
        const now = await as.carol.get("/api/v2/channels");
        return (await as.carol.get("/api/v2/channels", { "if-none-match": now.headers.get("etag") ?? "" })).status === 304 ? now : null;
      });
      expect(list.body).toMatchObject({ status: "OK", data: { row_count: 2 } });
      const { rows } = (list.body as { data: { rows: Record<string, string>[] } }).data;
      expect(rows.map((row) => row.uuid)).toContain(id);
      expect(rows.every((row) => row.presence_data === "" && row.callstate === "ACTIVE")).toBe(true);
      const etag = list.headers.get("etag") ?? "";
      expect(await as.alice.put(`/api/v2/channels/${id}`, { state: "hold" })).toMatchObject({ status: 200, body: { status: "OK", info: "+OK Success\n" } });
      await hears(lab, customer);
      expect((await as.carol.get("/api/v2/channels", { "if-none-match": etag })).status).toBe(200);
      expect(await as.alice.put(`/api/v2/channels/${id}`, { state: "unhold" })).toMatchObject({ status: 200 });
      await hears(lab, customer, "1001");
      const spy = await as.carol.post(`/api/v2/channels/${id}/eavesdrop`, { user: "1003" });
      expect(spy.status).toBe(200);
      expect((spy.body as { info: string }).info).toMatch(/^\+OK [0-9a-f-]{36}\n$/);
      await hears(lab, "1003", "1001", customer);
      expect(await as.bob.delete(`/api/v2/channels/${id}`)).toMatchObject({ status: 403, body: { status: "forbidden", description: `Call|${id} belongs to 1001` } });
      expect(await as.alice.delete(`/api/v2/channels/${id}?cause=NO_SUCH_CAUSE`)).toMatchObject({ status: 400, body: { status: "error" } });
      expect(await as.alice.delete(`/api/v2/channels/${id}?cause=USER_BUSY`)).toMatchObject({ status: 200, body: { status: "OK", info: "+OK\n" } });
      await as.alice.gone(id);
    });

    it("originates with an auto-answer header", async () => {
      const { lab, as } = stage();
      const number = newNumber();
      const reply = await as.alice.post("/api/v2/channels", { calledId: number, callerId: `1001@${lab.domain}`, auto_answer_param: "sip_h_Call-Info=answer-after=0" });
      expect(reply.status).toBe(200);
      expect((reply.body as { info: string }).info).toMatch(/^\+OK [0-9a-f-]{36}\n$/);
      await hears(lab, "1001", number);
    });
  });

  describe("/v1/call (seed 004)", () => {
    it("lists, listens, whispers, barges on one leg, transfers the customer's leg and hangs up", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      expect(await as.carol.get("/v1/call")).toMatchObject({ status: 200, body: { total: 1, data: [{ call_id: id, direction: "inbound", source: `+${customer}` }] } });
      for (const [mode, customerHears] of [["listen", false], ["whisper", false], ["barge", true]] as const) {
        expect(await as.carol.post(`/v1/call/${id}/${mode}`, { ext: "1003" })).toMatchObject({ status: 200, body: { status: "success", call_id: id, ext: "1003" } });
        await hears(lab, customer, "1001", ...(customerHears ? ["1003"] : []));
      }
      expect(await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1009", legs: "aleg" })).toMatchObject({ status: 409, body: { status: "fail", error: "USER_NOT_REGISTERED" } });
      // bleg is the agent's here: moving it would drop the customer.
      expect((await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "bleg" })).status).toBe(409);
      expect(await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "aleg" })).toMatchObject({ status: 200, body: { status: "success", call_id: id, ext: "1002" } });
      await hears(lab, customer, "1002", "1003");
      expect(await as.bob.post(`/v1/call/${id}/hangup`)).toMatchObject({ status: 200, body: { status: "success", call_id: id } });
      await as.carol.gone(id);
    });

    it("drops the named leg in a park and lets the other wait; a later hold is not cut short by its limit", async () => {
      const { lab, as } = stage();
      const { id, customer } = await talkingWith(stage(), "1001");
      expect(await as.alice.post(`/v1/call/${id}/park`, { legs: "bleg" })).toMatchObject({ status: 200, body: { status: "success", call_id: id } });
      const call = await as.alice.sees(id, { state: "parked", assignedTo: "1001" });
      expect(call.legs.map((leg) => leg.role)).toEqual(["customer"]);
      expect(await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "aleg" })).toMatchObject({ status: 200 });
      await hears(lab, customer, "1002");
    });

    it("lets an agent wait for a transfer too, when the customer's leg is the one that is named", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      expect(await as.alice.post(`/v1/call/${id}/park`, { legs: "aleg" })).toMatchObject({ status: 200 });
      const waiting = await as.alice.sees(id, { state: "parked", assignedTo: "1001" });
      expect(waiting.legs.map((leg) => leg.agent)).toEqual(["1001"]);
      expect(await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "bleg" })).toMatchObject({ status: 200 });
      await hears(lab, "1001", "1002");
    });

    it("counts the legs of a call from who began it, inbound, outbound and between colleagues", async () => {
      const { lab, as } = stage();
      const number = newNumber();
      const { id } = (await as.alice.post("/voicechannel/calls", { type: "phonenumber", to: number })).body as { id: string };
      await as.alice.sees(id, { state: "active" });
      expect((await as.alice.get("/v1/call")).body).toMatchObject({ total: 1, data: [{ call_id: id, direction: "outbound", source: "1001", destination: number }] });
      expect(await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "aleg" })).toMatchObject({ status: 409, body: { status: "fail", error: "Conflict" } });
      expect((await as.alice.post(`/v1/call/${id}/transfer`, { ext: "1002", legs: "bleg" })).status).toBe(200);
      await hears(lab, number, "1002");
      expect((await as.bob.post(`/v1/call/${id}/hangup`)).status).toBe(200);
      const internal = await lab.dialFrom("1001", "1002");
      await as.alice.sees(internal, { state: "active" });
      expect((await as.alice.post(`/v1/call/${internal}/transfer`, { ext: "1004", legs: "aleg" })).status).toBe(200);
      await hears(lab, "1001", "1004");
      await as.dave.sees(internal, { state: "active", assignedTo: "1004" });
    });
  });
}
