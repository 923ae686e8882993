/** A contact centre as its administrator makes it and its people use it, on a real FreeSWITCH: phones, a department, one whole call. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { finishedRecord } from "../call-logs/shown.js";
import type { Client } from "../contract/harness.js";
import { PASSWORD } from "../contract/harness.js";
import { newCustomer, newNumber, ok } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { eventually } from "../lab/wait.js";
import type { CallView } from "../../src/calls/types.js";
import { openCentre, SOUNDS, SUPPORT_LINE, type Centre } from "./stage.js";

describeReal("a contact centre on a real FreeSWITCH", await createProvisionedLab([]), suite);

const AGENTS = Array.from({ length: 20 }, (_, index) => String(2001 + index));

function suite(lab: ProvisionedLab): void {
  let centre: Centre;
  let admin: Client;
  let alice: Client;
  let bob: Client;
  let carol: Client;

  beforeAll(async () => {
    centre = await openCentre(lab);
    admin = centre.admin;
    ok(await admin.put("/voiceconfig/departments/support", { recorded: true, greeting: "tone_stream://%(300,0,440)", dispositions: ["sold", "lost"] }));
    ok(await admin.post("/voiceconfig/departments", { name: "sales", ringTimeoutS: 5 }), 201);
    const people: Record<string, object> = {
      "2001": { username: "alice", password: PASSWORD, departments: ["support"] },
      "2002": { username: "bob", password: PASSWORD, departments: ["sales"] },
      "2003": { username: "carol", password: PASSWORD, role: "supervisor", departments: [] },
    };
    await centre.hire(...AGENTS.map((extension) => ({ extension, name: `Agent ${extension}`, ...people[extension] })));
    [alice, bob, carol] = [await centre.login("alice"), await centre.login("bob"), await centre.login("carol")];
  });
  afterEach(async () => {
    await lab.parties.hangUpAll();
    await eventually("every call to have ended", async () => (await admin.calls()).length === 0);
  });
  afterAll(async () => {
    await centre.close();
    await lab.close();
  });

  /** The one live call that a number has. */
  const callOf = (number: string): Promise<CallView> => eventually(`a call from ${number}`, async () => (await admin.calls(`?number=${encodeURIComponent(number)}`))[0]);
  const waiting = async (customer = newCustomer()): Promise<{ readonly id: string; readonly customer: string }> => {
    void lab.callIn(customer, SUPPORT_LINE);
    const { id } = await callOf(customer);
    await admin.sees(id, { state: "queued", department: "support" });
    return { id, customer };
  };

  it("registers twenty phones by the credentials that the API gave, shows where they are, and refuses a wrong password and a deleted agent", async () => {
    expect(await Promise.all(AGENTS.map((extension) => lab.register(extension)))).toEqual(AGENTS.map(() => "REGED"));
    await eventually("Callplane to know every phone", async () => {
      const { items } = (await admin.get("/voicechannel/agents?limit=50")).body as { items: { id: string; phones: unknown[] }[] };
      return items.filter(({ phones }) => phones.length === 1).length === AGENTS.length;
    });

    await lab.enrol({ name: "2020-wrong", user: "2020", domain: "centre.callplane.test", password: "guessed" });
    expect(await lab.register("2020-wrong")).toMatch(/^FAIL/);

    ok(await admin.delete("/voiceconfig/voiceagents/2020"));
    expect(await lab.register("2020")).toMatch(/^FAIL/);
    expect((await admin.get("/voiceconfig/voiceagents/2020")).status).toBe(404);
  });

  it("brings a caller of a department to its agent, on hold and back, to another department, under a supervisor's ears, recorded; and its record says all that", async () => {
    for (const [who, extension] of [[alice, "2001"], [bob, "2002"]] as const) ok(await who.post(`/voicechannel/agents/${extension}/status`, { status: "online" }));
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    const { id } = await callOf(customer);
    await alice.sees(id, { state: "active", assignedTo: "2001", department: "support", recording: true });
    await eventually("customer and alice to hear each other", async () => (await lab.parties.hears("2001")).parties.has(customer) && (await lab.parties.hears(customer)).parties.has("2001"));

    ok(await carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "listen" }));
    await eventually("carol to hear both", async () => {
      const { parties } = await lab.parties.hears("2003");
      return parties.has(customer) && parties.has("2001");
    });
    ok(await carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
    await eventually("alice alone to hear carol", async () => (await lab.parties.hears("2001")).parties.has("2003") && !(await lab.parties.hears(customer)).parties.has("2003"));

    ok(await alice.post(`/voicechannel/calls/${id}:hold`));
    await eventually("the customer to hear music, not alice", async () => {
      const heard = await lab.parties.hears(customer);
      return heard.other && !heard.parties.has("2001");
    });
    ok(await alice.post(`/voicechannel/calls/${id}:resume`));
    await alice.sees(id, { state: "active", assignedTo: "2001" });

    ok(await alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "sales" }));
    await bob.sees(id, { state: "active", assignedTo: "2002", department: "sales" });
    await eventually("customer and bob to hear each other", async () => (await lab.parties.hears("2002")).parties.has(customer) && (await lab.parties.hears(customer)).parties.has("2002"));
    await eventually("carol to follow the call to bob", async () => (await lab.parties.hears("2003")).parties.has("2002"));
    expect((await admin.call(id))?.supervision).toMatchObject([{ agent: "2003", mode: "whisper" }]);

    await lab.parties.hangUp(customer);
    await admin.gone(id);
    const record = await finishedRecord(id, admin);
    expect(record).toMatchObject({ direction: "inbound", from: `+${customer}`, to: SUPPORT_LINE, department: "sales", agent: "2002", status: "completed", hangupCause: "NORMAL_CLEARING", hungUpBy: "customer" });
    const told = record.timeline.map(({ type, agent, detail }) => [type, agent ?? detail["department"] ?? detail["action"]].filter((word) => typeof word === "string").join(" "));
    expect(told).toEqual(expect.arrayContaining(["queued support", "answered 2001", "recorded started", "supervised 2003", "held 2001", "resumed 2001", "transferred 2001", "queued sales", "answered 2002", "ended"]));
    expect(record.timeline.find(({ type }) => type === "transferred")?.detail).toMatchObject({ by: "alice", type: "department", to: "sales" });
    expect(record.timeline.filter(({ type }) => type === "supervised").map(({ detail }) => detail["mode"])).toEqual(expect.arrayContaining(["listen", "whisper"]));
    for (const ms of [record.waitMs, record.talkMs, record.holdMs]) expect(ms).toBeGreaterThan(0);
    expect(record.legs.map(({ role, agent }) => `${role} ${agent ?? "-"}`).sort()).toEqual(["agent 2001", "agent 2002", "customer -", "supervisor 2003"]);
    expect([...new Set(record.legs.map(({ source }) => source))]).toEqual(["cdr"]);

    const recording = record.recordings[0];
    if (recording === undefined) throw new Error("no recording");
    expect(recording.startedBy).toBe("policy");
    const part = await admin.get(`/voiceconfig/recordings/${recording.id}/content`, { range: "bytes=0-3" });
    expect([part.status, part.body]).toEqual([206, "RIFF"]);
    expect((await bob.get(`/voiceconfig/recordings/${recording.id}/content`)).status).toBe(200);
    expect((await admin.get(`/audit?target=${id}`)).body).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ actor: "carol", action: "supervision.start" })]) as unknown });
  });

  it("calls a caller back who asked for it by a key, when an agent has time for her", async () => {
    ok(await admin.put("/voiceconfig/departments/support", { callbackKey: "1", greeting: null, recorded: false }));
    ok(await alice.post("/voicechannel/agents/2001/status", { status: "away" }));
    const { id, customer } = await waiting(newNumber());
    await eventually("the key to be heard", async () => {
      // The caller is hung up on once the key is heard, which may be while it is pressed again.
      if (lab.parties.legs(customer) > 0) await lab.parties.press(customer, "1").catch(() => undefined);
      return (await admin.call(id)) === null;
    }, { everyMs: 500 });
    const queue = async (): Promise<unknown> => ((await admin.get("/voicechannel/queues")).body as { items: { name: string; figures: { callbacks: number } }[] }).items.find(({ name }) => name === "support")?.figures.callbacks;
    await eventually("her callback to wait", async () => (await queue()) === 1);
    ok(await alice.post("/voicechannel/agents/2001/status", { status: "online" }));
    await eventually("customer and alice to hear each other", async () => lab.parties.legs(customer) > 0 && (await lab.parties.hears(customer)).parties.has("2001") && (await lab.parties.hears("2001")).parties.has(customer));
    await eventually("the callback to be done", async () => (await queue()) === 0);
    const call = await callOf(customer);
    expect(call).toMatchObject({ direction: "outbound", assignedTo: "2001" });
    await lab.parties.hangUp(customer);
    await admin.gone(call.id);
  });

  it("plays the department's own music, tells the place in it again and again, and is silent once somebody talks", async () => {
    ok(await admin.put("/voiceconfig/departments/support", { callbackKey: null, music: `tone_stream://v=-16;%(1000,0,${SOUNDS.music});loops=-1`, announceEveryS: 5 }));
    ok(await alice.post("/voicechannel/agents/2001/status", { status: "away" }));
    const { id, customer } = await waiting();
    const hears = async (...expected: string[]): Promise<boolean> =>
      eventually(`the caller to hear ${expected.join(", ")}`, async () => JSON.stringify([...(await lab.parties.hears(customer, SOUNDS)).parties].sort()) === JSON.stringify(expected));
    await hears("music");
    for (let round = 0; round < 2; round++) {
      await hears("place");
      await hears("music");
    }
    ok(await alice.post("/voicechannel/agents/2001/status", { status: "online" }));
    await admin.sees(id, { state: "active", assignedTo: "2001" });
    await hears("2001");
  });

  it("asks a second Callplane where the first does not answer", async () => {
    const token = (await alice.post("/voicetwilio/token", {})).body as { sip: { user: string; domain: string; password: string } };
    await lab.enrol({ name: "2001-once", ...token.sip });
    await centre.stop();
    // The snapshot has no one-time passwords: only a Callplane that answers can let her in.
    expect(await lab.register("2001-once")).toMatch(/^FAIL/);
    await centre.start({ second: true });
    expect(await lab.register("2001-once")).toBe("REGED");
    // It would ring beside 2001's own phone.
    await lab.unregister("2001-once");
    await centre.stop();
    await centre.start();
  });

  it("lets callers wait while Callplane is away, and offers them when it is back; feature codes and phones go on, even over a restart of FreeSWITCH", async () => {
    ok(await admin.put("/voiceconfig/departments/support", { music: null, announceEveryS: null }));
    await centre.stop();
    const customer = newCustomer();
    void lab.callIn(customer, SUPPORT_LINE);
    await eventually("the caller to hear music", async () => (await lab.parties.hears(customer)).other);
    for (const code of ["*9664", "*9196"]) {
      expect(await lab.dial("2004", code)).toMatch(/^\+OK/);
      await eventually(`${code} to be heard`, async () => (await lab.parties.hears("2004")).other || (await lab.parties.hears("2004", { self: lab.parties.voice("2004") })).parties.has("self"));
      await lab.parties.hangUp("2004");
    }
    await centre.start();
    await alice.sees((await callOf(customer)).id, { state: "active", assignedTo: "2001" });
    await lab.parties.hangUpAll();

    await centre.stop();
    await lab.restart();
    expect(await lab.register("2001")).toBe("REGED");
    expect(await lab.register("2002")).toBe("REGED");
    expect(await lab.register("2020")).toMatch(/^FAIL/);
    expect(await lab.dial("2002", "2001")).toMatch(/^\+OK/);
    await eventually("bob and alice to hear each other", async () => (await lab.parties.hears("2001")).parties.has("2002"));
    await lab.parties.hangUpAll();
    const late = newCustomer();
    void lab.callIn(late, SUPPORT_LINE);
    await eventually("the caller to hear music", async () => (await lab.parties.hears(late)).other);
    await centre.start();
    await alice.sees((await callOf(late)).id, { state: "active", assignedTo: "2001" });
  });
}
