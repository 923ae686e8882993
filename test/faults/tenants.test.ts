import { describe, expect, it } from "vitest";
import type { Client } from "../contract/harness.js";
import { hears, newCustomer, ok, talkingWith, waitingIn, shownAs } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { EslClient } from "../simulator/esl-client.js";
import { inWorld, legsAtSwitch, QUICK, stateWritten, type World, PATIENT } from "./world.js";

const calls = (id: string, operation: string): string => `/voicechannel/calls/${id}:${operation}`;
const NEVER = "00000000-0000-4000-8000-000000000000";

/** Somebody else's client of the same FreeSWITCH. */
async function foreigner({ lab }: World): Promise<EslClient> {
  return EslClient.authenticated(lab.simulator.port, "lab secret%@:");
}

/** Two phones of the other organization talk; gives the call's id. */
async function otherTenantTalks({ lab, stage }: World): Promise<string> {
  for (const extension of ["1001", "1002"]) lab.simulator.addPhone({ extension, domain: "other.example" });
  const id = lab.simulator.dialFrom("1001", "1002", "other.example");
  await stage.stranger.sees(id, { state: "active" });
  return id;
}

async function claim(client: EslClient, uuid: string, state: object): Promise<void> {
  expect(await client.send(`api uuid_setvar ${uuid} presence_data ${JSON.stringify(state)}`)).toContain("+OK");
  expect(await client.send(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: x=1\nasync: true`)).toContain("+OK");
}

async function incidents({ stage }: World, kind: string): Promise<number> {
  const metrics = String((await stage.root.get("/metrics")).body);
  return Number(new RegExp(`^callplane_incidents_total\\{kind="${kind}"\\} (\\d+)$`, "m").exec(metrics)?.[1] ?? 0);
}

describe.concurrent("another organization", PATIENT, () => {
  it("does not get at a call by what it writes on its own channels", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as, stranger, root } = stage;
      const mine = await talkingWith(stage, "1001");
      const theirs = await otherTenantTalks(world);
      const organization = (await as.alice.get("/me")).body as { organization: { id: number } };
      const client = await foreigner(world);
      const leg = (await root.call(theirs))?.legs.find(({ id }) => id !== theirs)?.id ?? NEVER;
      await stateWritten(world);
      await stage.stopCallplane();
      // One claims the call, the other the organization itself.
      await claim(client, theirs, { v: 1, c: mine.id, o: organization.organization.id, r: "agent", a: "1001" });
      await claim(client, leg, { v: 1, c: mine.id, r: "customer" });
      await stage.startAgain();
      await stranger.sees(theirs, { direction: "internal" });
      const seen = await as.admin.sees(mine.id, { state: "active", assignedTo: "1001" });
      expect(seen.legs.map(({ number }) => number).sort()).toEqual(["1001", shownAs(mine.customer)].sort());
      expect((await as.alice.calls()).map(({ id }) => id)).toEqual([mine.id]);
      expect(JSON.stringify((await as.admin.get("/api/v2/channels")).body)).not.toContain("other.example");
      expect(JSON.stringify((await stranger.get("/api/v2/channels")).body)).not.toContain(mine.customer);
      for (const [path, who] of [[theirs, as.admin], [leg, as.admin], [mine.id, stranger]] as const) expect((await who.get(`/voicechannel/calls/${path}`)).status).toBe(404);
      expect(await incidents(world, "presence_data_unreadable")).toBeGreaterThan(0);
      await hears(lab, mine.customer, "1001");
    }));

  it("keeps its call to itself when a dialplan joins the two, and agents of the same id are not mixed up", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { as, stranger } = stage;
      const mine = await waitingIn(stage, "support");
      const theirs = await otherTenantTalks(world);
      const client = await foreigner(world);
      expect(await client.send(`api uuid_bridge ${mine.id} ${theirs}`)).toContain("+OK");
      await eventually("the two to talk", () => lab.simulator.channel(mine.id)?.bridgedTo === theirs);
      await as.admin.sees(mine.id, { state: "active" });
      await stranger.sees(theirs, { state: "active" });
      for (const who of [as.alice, as.admin]) {
        const text = JSON.stringify([(await who.get("/voicechannel/calls")).body, (await who.get("/call/list")).body, (await who.get("/v1/call")).body]);
        expect(text).not.toMatch(/other\.example/);
        expect(text).not.toContain(theirs);
        expect((await who.get("/api/v2/channels?fields=uuid")).body).toMatchObject({ data: { rows: who === as.admin ? [{ uuid: mine.id }] : [] } });
      }
      // alice is 1001 too.
      expect((await as.alice.get(`/voicechannel/calls/${theirs}`)).status).toBe(404);
      expect((await as.alice.post(calls(theirs, "hangup"))).status).toBe(404);
      expect((await as.alice.post(calls(mine.id, "mute"))).status).toBe(409);
      expect(JSON.stringify((await stranger.get("/voicechannel/calls")).body)).not.toContain(mine.customer);
      expect(await stage.root.post(calls(mine.id, "bridge"), { with: theirs })).toMatchObject({ status: 409 });
    }));

  it("is told of neither calls, agents, queues nor events, and may name none of them", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { as, stranger } = stage;
      const stream = new AbortController();
      const events = await fetch(`${stage.url()}/events`, { headers: { authorization: `Bearer ${stranger.token}` }, signal: stream.signal });
      let heard = "";
      const reading = events.body?.pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (heard += Buffer.from(chunk).toString()) })).catch(() => undefined);
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await as.alice.post(calls(id, "hold")));
      const leg = (await as.alice.call(id))?.legs[1]?.id ?? NEVER;
      for (const uuid of [id, leg]) {
        for (const [method, path, body] of [
          ["post", calls(uuid, "hold"), {}], ["post", calls(uuid, "transfer"), { type: "client", to: "1001" }], ["post", calls(uuid, "supervise"), { mode: "listen", agent: "1001" }], ["post", calls(uuid, "record"), { action: "start" }],
          ["post", calls(uuid, "dtmf"), { digits: "1" }], ["post", calls(uuid, "pickup"), {}], ["post", "/call/hangup", { call_id: uuid }], ["post", `/v1/call/${uuid}/listen`, {}], ["post", `/api/v2/channels/${uuid}/eavesdrop`, { user: "1001" }],
        ] as const) {
          expect({ path, status: (await stranger[method](path, body)).status }).toEqual({ path, status: 404 });
        }
        expect((await stranger.delete(`/api/v2/channels/${uuid}`)).status).toBe(404);
        expect((await stranger.put(`/api/v2/channels/${uuid}`, { state: "hold" })).status).toBe(404);
      }
      for (const path of ["/voicechannel/agents/1001", `/voicechannel/calls?domain=${world.lab.domain}`, `/api/v2/channels?domain=${world.lab.domain}`]) expect({ path, status: (await stranger.get(path)).status }).toEqual({ path, status: 404 });
      expect((await stranger.get("/voicechannel/calls")).body).toMatchObject({ items: [], total: 0 });
      expect((await stranger.get(`/voicechannel/calls?number=${customer}`)).body).toMatchObject({ total: 0 });
      ok(await as.alice.post(calls(id, "hangup")));
      await as.admin.gone(id);
      stream.abort();
      await reading;
      expect(heard).not.toBe("");
      expect(heard).not.toContain(id);
      expect(heard).not.toContain(customer);
    }));

  it("or none at all: such a call is root's alone, who can end it but has no phone to ring for it", async () =>
    inWorld(async ({ lab, stage }) => {
      for (const extension of ["2001", "2002"]) lab.simulator.addPhone({ extension, domain: "nowhere.example" });
      const id = lab.simulator.dialFrom("2001", "2002", "nowhere.example");
      await stage.root.sees(id, { state: "active" });
      for (const who of [stage.as.admin, stage.as.alice, stage.stranger]) expect((await who.get(`/voicechannel/calls/${id}`)).status).toBe(404);
      for (const [operation, body] of [["transfer", { type: "client", to: "1001" }], ["consult", { type: "client", to: "1001" }], ["conference", { add: { type: "client", to: "1001" } }]] as const) {
        expect(await stage.root.post(calls(id, operation), body)).toMatchObject({ status: 409, body: { error: "Conflict" } });
      }
      ok(await stage.root.post(calls(id, "hold")));
      ok(await stage.root.post(calls(id, "resume")));
      ok(await stage.root.post(calls(id, "hangup")));
    }));
});

describe.concurrent("supervision", PATIENT, () => {
  it("is never shown to an agent: not in a list, a row, a number of them, an event or a refusal", async () =>
    inWorld(async ({ lab, stage }) => {
      const { as } = stage;
      // A number in which no extension is hidden.
      const id = await lab.callIn({ from: "15559870000", to: "1001" });
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      const stream = new AbortController();
      const events = await fetch(`${stage.url()}/events`, { headers: { authorization: `Bearer ${as.alice.token}` }, signal: stream.signal });
      let heard = "";
      const reading = events.body?.pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (heard += Buffer.from(chunk).toString()) })).catch(() => undefined);
      await eventually("the snapshot", () => heard.includes(id));
      ok(await as.carol.post(calls(id, "supervise"), { mode: "listen" }));
      const spy = (await as.carol.call(id))?.legs.find(({ role }) => role === "supervisor")?.id ?? NEVER;
      expect(spy).not.toBe(NEVER);
      const shown = async (who: Client): Promise<string> => {
        const bodies = await Promise.all(["/voicechannel/calls", `/voicechannel/calls/${id}`, "/api/v2/channels", "/v1/call", "/call/list", `/call/state?call_id=${id}`, "/voicechannel/queues"].map(async (path) => (await who.get(path)).body));
        return JSON.stringify(bodies);
      };
      for (const mode of ["whisper", "barge"]) {
        ok(await as.carol.post(calls(id, "supervise"), { mode }));
        const text = await shown(as.alice);
        expect(text).not.toContain(spy);
        expect(text).not.toMatch(/"1003"|1003@/);
        expect(text).not.toContain("eavesdrop");
        expect((await as.alice.get("/api/v2/channels")).body).toMatchObject({ data: { row_count: 2 } });
        expect(await shown(as.carol)).toContain(spy);
      }
      for (const reply of [await as.alice.get(`/voicechannel/calls/${spy}`), await as.alice.post(calls(spy, "hangup")), await as.alice.delete(`/api/v2/channels/${spy}`), await as.alice.put(`/api/v2/channels/${spy}`, { state: "hold" })]) {
        expect({ status: reply.status, same: JSON.stringify(reply.body).replaceAll(spy, NEVER) }).toEqual({ status: 404, same: expect.stringMatching(/NotFound/) as unknown });
      }
      for (const operation of ["supervise", "listen"]) expect((await as.alice.post(operation === "supervise" ? calls(id, operation) : `/v1/call/${id}/listen`, {})).status).toBe(403);
      ok(await as.carol.post(calls(id, "supervise"), { mode: "off" }));
      ok(await as.alice.post(calls(id, "hangup")));
      await eventually("the end of the call to be told", () => heard.includes("call.ended"), { details: () => heard });
      stream.abort();
      await reading;
      expect(heard).not.toContain(spy);
      // The directory tells every colleague's status, which a supervision does not change.
      const [directory, others] = [true, false].map((isDirectory) => heard.split("\n\n").filter((event) => event.includes("event: directory.presence") === isDirectory).join("\n"));
      expect(others).not.toMatch(/call\.supervision|"1003"/);
      expect(directory).not.toMatch(/"1003"[^{]*\{"status":"inCall"/);
    }));

  it("ends when its call has ended while nobody was there, and when the supervisor gets the call herself", async () =>
    inWorld(async ({ lab, stage }) => {
      const { as } = stage;
      const gone = await talkingWith(stage, "1001");
      ok(await as.carol.post(calls(gone.id, "supervise"), { mode: "listen" }));
      const legs = (): string[] => lab.simulator.channels().map(({ party }) => party).sort();
      await stage.stopCallplane();
      await lab.hangUp(gone.customer);
      await lab.hangUp("1001");
      await eventually("the supervisor to be alone", () => legs().join() === "1003");
      await stage.startAgain();
      await eventually("her phone to be free", () => legs().length === 0);

      const { id, customer } = await talkingWith(stage, "1001");
      ok(await as.carol.post(calls(id, "supervise"), { mode: "whisper" }));
      ok(await as.alice.post(calls(id, "transfer"), { type: "client", to: "1004" }));
      await hears(lab, "1004", customer, "1003");
      ok(await as.dave.post(calls(id, "transfer"), { type: "client", to: "1005" }));
      ok(await as.erin.post(calls(id, "supervise"), { mode: "off" }));
      ok(await as.carol.post(calls(id, "hangup")));
      await eventually("every phone to be free", () => legs().length === 0);
    }, {}, { switchTiming: QUICK }));
});

describe.concurrent("a caller in park with a limit", PATIENT, () => {
  it("is not ended because Callplane stops while it rings for her", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const { id, customer } = await talkingWith(stage, "1001");
        await lab.phone("1001", { kind: "no-answer" });
        ok(await as.alice.post(calls(id, "park")));
        await as.admin.sees(id, { ringing: ["1001"] });
        await stage.stopCallplane();
        await legsAtSwitch(world, customer);
        await lab.phone("1001", { kind: "answer", afterMs: 20 });
        await stage.startAgain();
        await as.alice.sees(id, { state: "active", assignedTo: "1001" });
        await hears(lab, customer, "1001");
      },
      { PARK_RETURN_S: "1", RING_TIMEOUT_S: "20" },
    ));

  it("nor because FreeSWITCH does not confirm the bridge", async () =>
    inWorld(
      async (world) => {
        const { lab, stage } = world;
        const { as } = stage;
        const { id, customer } = await talkingWith(stage, "1001");
        const confirmAgain = lab.simulator.fault({ kind: "never-confirm", command: "uuid_bridge" });
        ok(await as.alice.post(calls(id, "park")));
        await eventually("the parker to be rung and let go of again", async () => lab.tap.commands().some((line) => line.startsWith("api uuid_bridge")));
        await legsAtSwitch(world, customer);
        confirmAgain();
        await as.alice.sees(id, { state: "active", assignedTo: "1001" });
        await hears(lab, customer, "1001");
      },
      { PARK_RETURN_S: "1" },
    ));
});

describe.concurrent("a transfer between colleagues", PATIENT, () => {
  it("gives the call to the one who got it", async () =>
    inWorld(async ({ lab, stage }) => {
      const { as } = stage;
      const id = await lab.dialFrom("1001", "1002");
      await as.alice.sees(id, { state: "active", assignedTo: "1001" });
      ok(await as.alice.post(calls(id, "transfer"), { type: "client", to: "1004" }));
      await as.admin.sees(id, { state: "active", assignedTo: "1004" });
      expect((await as.alice.post(calls(id, "hold"))).status).toBe(403);
      ok(await as.dave.post(calls(id, "hold")));
      await lab.hangUp(newCustomer());
    }));
});
