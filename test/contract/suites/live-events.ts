import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Client, Stage } from "../harness.js";
import { Follower } from "./follower.js";
import type { CallEnd } from "../../../src/calls/index.js";
import { eventually } from "../../lab/wait.js";
import { legOf, newCustomer, newNumber, ok, refused, shownAs, talkingWith, waitingIn } from "./steps.js";

export function liveEventsSuite(stage: () => Stage): void {
  describe("live events", () => {
    const open: Follower[] = [];
    const follow = async (client: Client, lastEventId?: string): Promise<Follower> => {
      const follower = new Follower();
      open.push(follower);
      return follower.open(client, lastEventId);
    };
    afterEach(() => {
      for (const follower of open.splice(0)) follower.close();
    });

    it("tell a failed transfer with its reason and the call back with the agent", async () => {
      const { lab, as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const alice = await follow(as.alice);
      await alice.sees("the snapshot", ({ type }) => type === "snapshot");
      await lab.phone("1002", { kind: "busy" });
      try {
        refused(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), 409, "USER_BUSY");
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      const failed = await alice.sees("the failure", ({ type }) => type === "call.transfer.failed");
      expect(failed.data).toMatchObject({ code: "USER_BUSY", target: "1002", call: { id, state: "active", assignedTo: "1001" } });
    });

    it("show a caller's name, and show name and number to the phone that rings", async () => {
      const { lab, as } = stage();
      const from = newCustomer();
      const id = await lab.callIn({ from, to: "1001", name: "Jürgen Müller" });
      await as.admin.sees(id, { state: "active", assignedTo: "1001", fromName: "Jürgen Müller" });
      expect((await as.admin.call(id))?.legs.map(({ agent, name }) => [agent, name])).toEqual(expect.arrayContaining([[null, "Jürgen Müller"], ["1001", null]]));
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      const { data } = (await as.admin.get("/api/v2/channels")).body as { readonly data: { readonly rows: readonly Record<string, string>[] } };
      expect(data.rows.find(({ presence_id }) => presence_id?.startsWith("1002@") === true)).toMatchObject({ initial_cid_name: "Jürgen Müller", initial_cid_num: shownAs(from) });
      ok(await as.bob.post(`/voicechannel/calls/${id}:hold`));
      await stage().restartCallplane();
      await as.admin.sees(id, { state: "held", assignedTo: "1002", fromName: "Jürgen Müller", from: shownAs(from) });
      await stage().clear();
    });

    it("say why a call ended, by whom, and how long it was, as its record does", async () => {
      const { lab, as } = stage();
      const admin = await follow(as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const ends = async (id: string, expected: Partial<CallEnd>): Promise<CallEnd | undefined> => {
        const { data } = await admin.sees("the end", ({ type, data: told }) => type === "call.ended" && told.call?.id === id);
        expect(data.ended).toMatchObject(expected);
        const record = await eventually("its record", async () => {
          const body = (await as.admin.get(`/voiceconfig/calllogs/${id}`)).body as { readonly endedAt?: string | null };
          return (body.endedAt ?? null) === null ? null : body;
        });
        expect(record).toMatchObject({ hangupCause: data.ended?.cause, hungUpBy: data.ended?.by });
        return data.ended;
      };
      const originated = async (who: Client, type: string, to: string): Promise<string> => ((await who.post("/voicechannel/calls", { type, to })).body as { id: string }).id;
      // A busy number, and a busy colleague. Each agent hears the tone of it for six seconds.
      const number = newNumber();
      await lab.trunk(number, { kind: "busy" });
      await lab.phone("1002", { kind: "busy" });
      try {
        const [outside, colleague] = [await originated(as.alice, "phonenumber", number), await originated(as.dave, "client", "1002")];
        await ends(outside, { cause: "USER_BUSY", talkMs: 0, waitMs: 0, holdMs: 0 });
        await ends(colleague, { cause: "USER_BUSY", talkMs: 0 });
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      // The customer hangs up while on hold, having waited and talked.
      const held = await waitingIn(stage(), "support");
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:pickup`));
      await as.admin.sees(held.id, { state: "active" });
      ok(await as.alice.post(`/voicechannel/calls/${held.id}:hold`));
      await lab.hangUp(held.customer);
      const lengths = await ends(held.id, { cause: "NORMAL_CLEARING", by: "customer" });
      for (const length of [lengths?.waitMs, lengths?.talkMs, lengths?.holdMs]) expect(length).toBeGreaterThan(0);
      // The agent hangs up on Callplane, and by the phone.
      const asked = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${asked.id}:hangup`));
      await ends(asked.id, { cause: "NORMAL_CLEARING", by: "agent", waitMs: 0, holdMs: 0 });
      const { id } = await talkingWith(stage(), "1001");
      await lab.hangUp("1001");
      await ends(id, { cause: "NORMAL_CLEARING", by: "agent" });
    });

    it("tell a call's beginning first and complete, each act once, and nothing after the end", async () => {
      const { lab, as } = stage();
      const admin = await follow(as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const ofCall = (id: string) => admin.told.filter(({ type, data }) => type.startsWith("call.") && data.call?.id === id);
      const { id, customer } = await talkingWith(stage(), "1001");
      await admin.sees("the call", ({ data }) => data.call?.id === id && data.call.assignedTo === "1001");
      expect(ofCall(id)[0]).toMatchObject({ type: "call.created", data: { call: { state: "ringing", direction: "inbound", from: shownAs(customer), legs: [{ role: "customer" }] } } });
      const act = async (name: string, expected: readonly string[], body?: object): Promise<void> => {
        const before = ofCall(id).length;
        const { status } = await as.alice.post(`/voicechannel/calls/${id}:${name}`, body);
        expect([name, status]).toEqual([name, { consult: 201, complete: 204 }[name] ?? 200]);
        await admin.sees(`the end of ${name}`, () => ofCall(id).length >= before + expected.length);
        expect([name, ...ofCall(id).slice(before).map(({ type, data }) => `${type} ${data.call?.state}`)]).toEqual([name, ...expected.map((state) => `call.updated ${state}`)]);
      };
      await act("hold", ["held"]);
      await act("resume", ["active"]);
      await act("mute", ["active"]);
      await act("unmute", ["active"]);
      // On hold with nobody yet, with a phone that rings, and with somebody to talk to.
      await act("consult", ["held", "held", "held"], { type: "client", to: "1002" });
      await act("cancel", ["active"]);
      await act("consult", ["held", "held", "held"], { type: "client", to: "1002" });
      await act("complete", ["active"]);
      expect((await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" })).status).toBe(200);
      await lab.hangUp(customer);
      await admin.sees("the end", ({ type, data }) => type === "call.ended" && data.call?.id === id);
      // What follows proves that nothing came after it.
      const later = await talkingWith(stage(), "1001");
      await admin.sees("another call", ({ data }) => data.call?.id === later.id && data.call.state === "active");
      expect(ofCall(id).slice(-2).map(({ type }) => type)).toEqual(["call.supervision.ended", "call.ended"]);
    });

    it("write both numbers as people do, and name the agent who makes a call as the directory does", async () => {
      const { lab, as } = stage();
      const { name } = (await as.admin.get("/voicechannel/agents/1001")).body as { readonly name: string };
      const internal = await lab.dialFrom("1001", "1002");
      expect(await as.admin.sees(internal, { state: "active" })).toMatchObject({ direction: "internal", fromName: name, fromText: "1001", toText: "1002" });
      await stage().clear();
      const made = (await as.alice.post("/voicechannel/calls", { type: "phonenumber", to: "+12125550199" })).body as { readonly id: string };
      expect(await as.admin.sees(made.id, { direction: "outbound" })).toMatchObject({ fromName: name, to: "+12125550199", toText: "(212) 555-0199" });
      await stage().clear();
    });

    it("show what is done with a call and since when, also right after a restart", async () => {
      const { lab, as } = stage();
      const admin = await follow(as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const { id, customer } = await talkingWith(stage(), "1001");
      const told = (prefix: string): readonly string[] => admin.told.filter(({ type, data }) => type.startsWith(prefix) && (data.call?.id ?? data.recording?.callId) === id).map(({ type }) => type);
      const asWritten = `(${customer.slice(1, 4)}) ${customer.slice(4, 7)}-${customer.slice(7)}`;
      const talking = await as.admin.sees(id, { state: "active" });
      expect(talking.legs.find(({ role }) => role === "customer")).toMatchObject({ numberText: asWritten });
      expect((await as.admin.get(`/voiceconfig/calllogs/${id}`)).body).toMatchObject({ fromText: asWritten, toText: talking.to });
      expect(talking).toMatchObject({ fromText: asWritten, toText: talking.to, previousAgents: [], recordingState: "off", consult: null, transfer: null, queuedAt: null, position: null, priority: null, offeredTo: [] });
      for (const action of ["start", "pause"]) expect((await as.alice.post(`/voicechannel/calls/${id}:record`, { action })).status).toBeLessThan(300);
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      expect((await as.bob.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1004" })).status).toBe(201);
      const before = await as.admin.sees(id, { state: "held", recordingState: "paused", previousAgents: ["1001"], assignedTo: "1002" });
      expect(before.consult).toMatchObject({ to: "1004", agent: "1004", state: "active", leg: legOf(before, "1004").id });
      // The clock of FreeSWITCH's events has microseconds, and that of what Callplane does milliseconds.
      expect(Math.abs(new Date(before.stateSince).getTime() - new Date(before.consult?.since ?? 0).getTime())).toBeLessThan(10_000);
      await stage().restartCallplane();
      expect(await as.admin.sees(id, { state: "held", recordingState: "paused" })).toMatchObject({ stateSince: before.stateSince, previousAgents: ["1001"], fromText: before.fromText, consult: { to: "1004", agent: "1004", state: "active" } });
      ok(await as.bob.post(`/voicechannel/calls/${id}:complete`), 204);
      expect(await as.admin.sees(id, { state: "active", assignedTo: "1004" })).toMatchObject({ previousAgents: ["1001", "1002"], consult: null });
      expect(told("consult.")).toEqual(["consult.started", "consult.answered"]);
      expect(told("recording.")).toEqual(["recording.started", "recording.paused"]);
      await lab.hangUp(customer);
    });

    it("show a transfer under way, and that it is over", async () => {
      const { lab, as } = stage();
      const admin = await follow(as.admin);
      const { id } = await talkingWith(stage(), "1001");
      await lab.phone("1002", { kind: "answer", afterMs: 1000 });
      try {
        ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
      await as.admin.sees(id, { state: "active", assignedTo: "1002", transfer: null });
      const shown = admin.told.flatMap(({ data }) => (data.call?.id === id && data.call.transfer !== null ? [data.call.transfer] : []));
      expect(shown.length).toBeGreaterThan(0);
      for (const transfer of shown) expect(transfer).toMatchObject({ type: "client", to: "1002" });
    });

    it("show callers their places in the line, and who moves up", async () => {
      const { lab, as } = stage();
      const admin = await follow(as.admin);
      await admin.sees("the snapshot", ({ type }) => type === "snapshot");
      const first = await waitingIn(stage(), "support");
      const second = await waitingIn(stage(), "support");
      const shown = await as.admin.sees(first.id, { position: 1, priority: 0 });
      const listed = z.object({ items: z.array(z.object({ entries: z.array(z.object({ callId: z.string(), fromText: z.string() })) })) }).parse((await as.admin.get("/voicechannel/queues")).body);
      expect(listed.items.flatMap(({ entries }) => entries)).toContainEqual({ callId: first.id, fromText: shown.fromText });
      const waits = await as.admin.sees(second.id, { position: 2 });
      expect(waits).toMatchObject({ stateSince: waits.queuedAt, offeredTo: [] });
      await lab.hangUp(first.customer);
      await as.admin.sees(second.id, { position: 1 });
      await admin.sees("the caller to move up", ({ data }) => data.call?.id === second.id && data.call.position === 1);
      await stage().restartCallplane();
      await as.admin.sees(second.id, { state: "queued", position: 1, priority: 0, queuedAt: waits.queuedAt });
    });

    it("tell the agent who hands a call over why it is gone and who has it, and that a consultation is completed", async () => {
      const { as } = stage();
      const alice = await follow(as.alice);
      await alice.sees("the snapshot", ({ type }) => type === "snapshot");
      const gone = async (id: string) => (await alice.sees("the call to go", ({ type, data }) => type === "call.removed" && data.callId === id)).data;
      const told = async (id: string): Promise<readonly string[]> => (await gone(id), alice.told.filter(({ data }) => data.call?.id === id || data.callId === id).map(({ type }) => type).slice(-2));

      const { id: transferred } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${transferred}:transfer`, { type: "client", to: "1002" }));
      expect(await gone(transferred)).toEqual({ callId: transferred, reason: "transferred", to: { type: "client", to: "1002" } });

      const { id: queued } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${queued}:transfer`, { type: "department", to: "support" }));
      // It waits there, and alice sees who waits.
      await as.alice.sees(queued, { state: "queued" });
      ok(await as.dave.post(`/voicechannel/calls/${queued}:pickup`));
      expect(await gone(queued)).toEqual({ callId: queued, reason: "taken", to: { type: "client", to: "1004" } });

      const { id: consulted } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${consulted}:consult`, { type: "phonenumber", to: newNumber() }), 201);
      ok(await as.alice.post(`/voicechannel/calls/${consulted}:complete`), 204);
      expect(await told(consulted)).toEqual(["consult.completed", "call.removed"]);
      expect(await gone(consulted)).toMatchObject({ reason: "transferred", to: { type: "phonenumber" } });

      const { id: parked } = await talkingWith(stage(), "1001");
      ok(await as.alice.post(`/voicechannel/calls/${parked}:park`));
      ok(await as.carol.post(`/voicechannel/calls/${parked}:pickup`));
      expect(await gone(parked)).toEqual({ callId: parked, reason: "pickedUp", to: { type: "client", to: "1003" } });
      await stage().clear();
    });

    it("tell the record of a call, its outcome and its note to every agent whose list shows it, once they are stored", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const seeing = await Promise.all([as.alice, as.bob, as.carol, as.admin].map((client) => follow(client)));
      const dave = await follow(as.dave);
      for (const follower of [...seeing, dave]) await follower.sees("the snapshot", ({ type }) => type === "snapshot");
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      ok(await as.alice.post(`/voicechannel/calls/${id}:disposition`, { code: "sold", note: "two" }));
      ok(await as.bob.post(`/voicechannel/calls/${id}:hangup`));
      for (const follower of seeing) {
        expect((await follower.sees("the outcome", ({ type }) => type === "calllog.updated")).data).toEqual({ id, callId: id, disposition: "sold", note: "two", by: "alice" });
        expect((await follower.sees("the finished record", ({ type }) => type === "calllog.completed")).data).toEqual({ id });
      }
      const written = await as.carol.put(`/voiceconfig/calllogs/${id}`, { note: "three" });
      ok(written);
      // What is so already is no change.
      ok(await as.carol.put(`/voiceconfig/calllogs/${id}`, { note: "three" }));
      ok(await as.admin.delete(`/voiceconfig/calllogs/${id}`));
      for (const follower of seeing) {
        await follower.sees("the removal", ({ type, data }) => type === "calllog.removed" && data.id === id);
        expect(follower.told.filter(({ type }) => type.startsWith("calllog.")).map(({ type, data }) => [type, data.note ?? null, data.by ?? null]).sort()).toEqual([
          ["calllog.completed", null, null], ["calllog.removed", null, "admin"], ["calllog.updated", "three", "carol"], ["calllog.updated", "two", "alice"],
        ]);
      }
      // Who comes to wait proves that nothing came before it.
      const waiting = await waitingIn(stage(), "support");
      await dave.sees("who waits", ({ type, data }) => type === "queue.joined" && data.callId === waiting.id);
      expect(dave.types.filter((type) => type.startsWith("calllog."))).toEqual([]);
    });

    it("show a supervision to the supervisor and nothing of it to the agent", async () => {
      const { as } = stage();
      const { id } = await talkingWith(stage(), "1001");
      const [alice, carol] = [await follow(as.alice), await follow(as.carol)];
      for (const follower of [alice, carol]) await follower.sees("the snapshot", ({ type }) => type === "snapshot");
      for (const mode of ["listen", "barge", "off"]) ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode }));
      await carol.sees("the end", ({ type }) => type === "call.supervision.ended");
      expect(carol.told.filter(({ type }) => type.startsWith("call.supervision.")).map(({ type, data }) => [type, data.mode])).toEqual([
        ["call.supervision.started", "listen"],
        ["call.supervision.switched", "barge"],
        ["call.supervision.ended", "barge"],
      ]);
      // What follows proves that nothing came before it.
      ok(await as.alice.post(`/voicechannel/calls/${id}:hold`));
      await alice.sees("the hold", ({ data }) => data.call?.state === "held");
      expect(alice.types.some((type) => type.startsWith("call.supervision."))).toBe(false);
      expect(alice.told.every(({ data }) => (data.call?.supervision ?? []).length === 0)).toBe(true);
    });

    it("show an agent her own calls and who waits, take a call away that goes to a colleague, and go on where a reader left", async () => {
      const { as } = stage();
      const alice = await follow(as.alice);
      const snapshot = await alice.sees("the snapshot", ({ type }) => type === "snapshot");
      const foreign = await talkingWith(stage(), "1004");
      const { id } = await talkingWith(stage(), "1001");
      const waiting = await waitingIn(stage(), "support");
      await alice.sees("who waits", ({ type, data }) => type === "queue.joined" && data.callId === waiting.id);
      await alice.sees("her call", ({ data }) => data.call?.id === id && data.call.assignedTo === "1001");
      ok(await as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
      await alice.sees("her call to go", ({ type, data }) => type === "call.removed" && data.callId === id);
      expect(alice.told.some(({ data }) => data.call?.id === foreign.id)).toBe(false);
      const numbers = alice.told.flatMap(({ id: eventId }) => (eventId === null ? [] : Number(eventId.split("-")[1])));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      const again = await follow(as.alice, snapshot.id ?? "");
      await again.sees("what was missed", ({ type, data }) => type === "call.removed" && data.callId === id);
      expect(again.types).not.toContain("snapshot");
      const anew = await follow(as.alice, "0-1");
      await anew.sees("a snapshot for an unknown place", ({ type }) => type === "snapshot");
    });
  });
}
