/** What `<Dial>` of numbers, clients and SIP addresses does with caller and callee; written once, for the simulated and the real switch. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { eventually } from "../../lab/wait.js";
import { openProgramStage, type ProgramStage } from "./stage.js";
import type { ProgramLab } from "./suite.js";

const STATUS = "https://server.example/status";

export function dialSuite(openLab: () => Promise<ProgramLab>, secondMs: number): void {
  let stage: ProgramStage;
  let lab: ProgramLab;
  beforeAll(async () => {
    lab = await openLab();
    stage = await openProgramStage(lab, secondMs);
  }, 60_000);
  beforeEach(async () => {
    for (const extension of ["1001", "1002", "1003"]) await lab.phone(extension, { kind: "answer" });
    for (const number of ["+15550000021", "+15550000022"]) await lab.trunk(number, { kind: "answer" });
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  let numbers = 100;
  const callers = (): string => `+1212555${String(++numbers).padStart(4, "0")}`;
  const leg = (id: string) => stage.calls().scripts.leg(id);
  const notes = (id: string): readonly string[] => stage.log.of(1, callSid(id)).map(({ code, text }) => `${code} ${text}`);
  /** A caller of a program with this document, whose `/after` says what became of it and waits. */
  const caller = async (verbs: string, from = callers()): Promise<{ readonly id: string; readonly from: string }> => {
    stage.program("dial");
    stage.server.on("/dial", verbs);
    stage.server.on("/after", "<Say>After</Say><Pause length=\"600\"/>");
    return { id: await stage.callIn("dial", from), from };
  };
  const after = async (): Promise<Readonly<Record<string, string>>> => (await stage.server.next("/after")).form;
  const hear = (one: string, other: string): Promise<unknown> =>
    eventually(`${one} and ${other} to talk`, async () => (await lab.hears(one)).has(other) && (await lab.hears(other)).has(one));
  const statuses = (): Readonly<Record<string, readonly string[]>> => {
    const byParty: Record<string, string[]> = {};
    for (const { url, form } of stage.told) {
      const { To, CallStatus } = Object.fromEntries(form);
      if (url === STATUS) (byParty[To ?? ""] ??= []).push(CallStatus ?? "");
    }
    return byParty;
  };
  const callbacks = `statusCallback="${STATUS}" statusCallbackEvent="initiated ringing answered completed"`;

  it("connects the caller with a number, and tells the action when the callee has hung up", async () => {
    const { id, from } = await caller(`<Dial action="/after"><Number ${callbacks}>+15550000021</Number></Dial><Say>never</Say>`);
    await hear(from, "+15550000021");
    await lab.hangUp("+15550000021");
    const told = await after();
    expect(told).toMatchObject({ DialCallStatus: "completed", DialBridged: "true", CallSid: callSid(id), CallStatus: "in-progress" });
    expect(told["DialCallDuration"]).toMatch(/^\d+$/);
    await eventually("what comes after", () => stage.spoken.includes("After"));
    expect(stage.spoken).not.toContain("never");
    await eventually("the callee's end to be told", () => statuses()["+15550000021"]?.includes("completed"));
    expect(statuses()).toEqual({ "+15550000021": ["initiated", "ringing", "in-progress", "completed"] });
    const forms = stage.told.map(({ form }) => Object.fromEntries(form));
    expect(forms[0]).toMatchObject({ ParentCallSid: callSid(id), Direction: "outbound-dial", From: from, CallSid: told["DialCallSid"], SequenceNumber: "0" });
    expect(new Set(forms.map((form) => form["CallSid"])).size).toBe(1);
  });

  it("goes on with the next verb where there is no action", async () => {
    const { from } = await caller('<Dial><Client>1001</Client></Dial><Say>Next</Say><Pause length="600"/>');
    await hear(from, "1001");
    await lab.hangUp("1001");
    await eventually("the next verb", () => stage.spoken.includes("Next"));
  });

  it.each([
    ["busy", "busy"],
    ["reject", "busy"],
    ["no-answer", "no-answer"],
  ] as const)("tells the action that a number was %s", async (kind, status) => {
    await lab.trunk("+15550000021", { kind });
    await caller(`<Dial action="/after" timeout="5"><Number ${callbacks}>+15550000021</Number></Dial>`);
    expect(await after()).toMatchObject({ DialCallStatus: status, DialBridged: "false" });
    expect(statuses()["+15550000021"]?.filter((word) => !["initiated", "ringing"].includes(word))).toEqual([status]);
  });

  it("goes on at once with nobody, with whom it may not call, and with an agent without a phone", async () => {
    stage.server.on("/second", '<Dial action="/third"><Number>12</Number></Dial>');
    stage.server.on("/third", '<Dial action="/fourth"><Sip>sip:anybody@example.com</Sip></Dial>');
    stage.server.on("/fourth", `<Dial timeout="5" action="/after"><Client ${callbacks}>1009</Client></Dial>`);
    const { id } = await caller(`<Dial action="/second"/>`);
    await after();
    const told = ["/second", "/third", "/fourth", "/after"].map((path) => stage.server.to(path)[0]?.form["DialCallStatus"]);
    expect(told.slice(0, 3)).toEqual(["failed", "failed", "failed"]);
    expect(["no-answer", "failed"]).toContain(told[3]);
    expect(notes(id).map((note) => note.split(" ")[0])).toEqual(["13224", "13224", "13224"]);
    expect(statuses()["client:1009"]?.length).toBe(2);
  });

  it("rings several at once, connects the first that answers, and ends the others as canceled", async () => {
    await lab.phone("1002", { kind: "no-answer" });
    await lab.phone("1001", { kind: "answer", afterMs: 200 });
    const { from } = await caller(`<Dial action="/after"><Client ${callbacks}>1001</Client><Client ${callbacks}>1002</Client></Dial>`);
    await hear(from, "1001");
    await eventually("the other's end to be told", () => statuses()["client:1002"]?.includes("canceled"));
    await lab.hangUp("1001");
    expect(await after()).toMatchObject({ DialCallStatus: "completed" });
    await eventually("the winner's end to be told", () => statuses()["client:1001"]?.includes("completed"));
    expect(statuses()["client:1001"]?.filter((word) => word === "completed")).toHaveLength(1);
    expect(statuses()["client:1002"]?.filter((word) => word === "canceled")).toHaveLength(1);
  });

  it("rings one after another where it is asked to", async () => {
    await lab.phone("1001", { kind: "busy" });
    const { from } = await caller(`<Dial sequential="true"><Client ${callbacks}>1001</Client><Client ${callbacks}>1002</Client></Dial>`);
    await hear(from, "1002");
    expect(statuses()["client:1001"]).toContain("busy");
    const order = stage.told.map(({ form }) => Object.fromEntries(form)).map(({ To, CallStatus }) => `${To ?? ""} ${CallStatus ?? ""}`);
    expect(order.indexOf("client:1001 busy")).toBeLessThan(order.indexOf("client:1002 initiated"));
  });

  describe("with a database that takes its time", () => {
    /** Whether a party's end is told even if the process is killed now. */
    const isCertain = (sid = "", end = "busy"): boolean => stage.book.keeps(sid) || stage.told.map(({ form }) => Object.fromEntries(form)).some(({ CallSid, CallStatus }) => CallSid === sid && CallStatus === end);

    it("names a party to its document and to the action only when its end is certain to be told", async () => {
      const certain: boolean[] = [];
      stage.book.takesMs = 100;
      const { from } = await caller(`<Dial action="/later"><Client url="/whisper" ${callbacks}>1001</Client></Dial>`);
      stage.server.on("/whisper", ({ form }) => {
        certain.push(isCertain(form["CallSid"]));
        return '<Pause length="0"/>';
      });
      stage.server.on("/later", `<Dial action="/last"><Number ${callbacks}>+15550000021</Number></Dial>`);
      stage.server.on("/last", ({ form }) => {
        certain.push(isCertain(form["DialCallSid"]));
        return '<Pause length="600"/>';
      });
      await lab.trunk("+15550000021", { kind: "busy" });
      await hear(from, "1001");
      await lab.hangUp("1001");
      expect((await stage.server.next("/last")).form).toMatchObject({ DialCallStatus: "busy" });
      expect(certain).toEqual([true, true]);
    });

    it("names a party whose ringing was called off with the caller's end no sooner", async () => {
      let isNamedSafely = false;
      stage.book.takesMs = 100;
      await lab.phone("1001", { kind: "no-answer" });
      const { from } = await caller(`<Dial action="/gone"><Client ${callbacks}>1001</Client></Dial>`);
      stage.server.on("/gone", ({ form }) => {
        isNamedSafely = isCertain(form["DialCallSid"], "canceled");
        return "";
      });
      await eventually("the ringing", () => [...stage.calls().legs.all()].flatMap(({ legs }) => legs).length === 2);
      await lab.hangUp(from);
      await stage.server.next("/gone");
      expect(isNamedSafely).toBe(true);
    });
  });

  it("runs the noun's document on the callee before the two are connected", async () => {
    const { id, from } = await caller('<Dial action="/after"><Client url="/whisper">1001</Client></Dial>');
    stage.server.on("/whisper", '<Gather numDigits="1" action="/chosen" timeout="60"><Say>A caller</Say></Gather><Hangup/>');
    stage.server.on("/chosen", "<Say>Connecting</Say>");
    await eventually("the whisper", () => stage.spoken.includes("A caller"));
    expect((await stage.server.next("/whisper")).form).toMatchObject({ ParentCallSid: callSid(id), Direction: "outbound-dial", To: "client:1001", CallStatus: "in-progress" });
    expect((await lab.hears(from)).has("1001")).toBe(false);
    await lab.press("1001", "1");
    await hear(from, "1001");
    expect(stage.server.to("/chosen")[0]?.form).toMatchObject({ Digits: "1" });
  });

  it("does not connect a callee whose document hangs up, and goes on with the caller", async () => {
    await caller('<Dial action="/after"><Client url="/whisper">1001</Client></Dial>');
    stage.server.on("/whisper", "<Say>No</Say><Hangup/>");
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "false" });
    await eventually("the callee's leg to have ended", () => [...stage.calls().legs.all()].flatMap(({ legs }) => legs).length === 1);
  });

  it("lets the caller hear the own network's ringing until the callee answers, where it is asked to", async () => {
    await lab.phone("1001", { kind: "no-answer" });
    const { id } = await caller('<Dial answerOnBridge="true" timeout="600"><Client>1001</Client></Dial>');
    await eventually("the phone to ring", () => stage.calls().legs.find(id)?.ringing.includes("1001"));
    expect(leg(id)?.answered).toBe(false);
  });

  it("answers the caller when the callee has answered", async () => {
    const { id, from } = await caller('<Dial answerOnBridge="true"><Client>1001</Client></Dial>');
    await hear(from, "1001");
    expect(leg(id)?.answered).toBe(true);
  });

  it("calls off who rings when the caller hangs up, and still tells the action", async () => {
    await lab.phone("1001", { kind: "no-answer" });
    const { id, from } = await caller(`<Dial action="/after" timeout="600"><Client ${callbacks}>1001</Client></Dial>`);
    await eventually("the phone to ring", () => stage.calls().legs.find(id)?.ringing.includes("1001"));
    await lab.hangUp(from);
    expect(await after()).toMatchObject({ DialCallStatus: "canceled", CallStatus: "completed" });
    await eventually("no leg to be left", () => [...stage.calls().legs.all()].length === 0);
    expect(statuses()["client:1001"]?.at(-1)).toBe("canceled");
  });

  it("ends the callee by the caller's star, and by the time limit", async () => {
    const { from } = await caller('<Dial hangupOnStar="true" action="/second"><Client>1001</Client></Dial>');
    stage.server.on("/second", '<Dial timeLimit="1" action="/after"><Client>1002</Client></Dial>');
    await hear(from, "1001");
    await lab.press(from, "1*");
    expect((await stage.server.next("/second")).form).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
  });

  it("records the conversation, and tells the action and the callback where it is", async () => {
    const { id, from } = await caller('<Dial record="record-from-answer-dual" recordingStatusCallback="/recorded" action="/after"><Client>1001</Client></Dial>');
    await hear(from, "1001");
    await eventually("the recording", () => (leg(id)?.recordings.length ?? 0) > 0);
    await lab.hangUp("1001");
    const told = await after();
    expect(stage.recordings).toMatchObject([{ source: "DialVerb", channels: 2, callSid: callSid(id) }]);
    expect(told).toMatchObject({ RecordingSid: stage.recordings[0]?.sid });
    expect(stage.told.filter(({ url }) => url.endsWith("/recorded")).map(({ form }) => Object.fromEntries(form))).toMatchObject([{ RecordingSource: "DialVerb", RecordingChannels: "2", RecordingStatus: "completed" }]);
  });

  it("refuses a Dial within the callee's document, and shows no number that is not the organization's", async () => {
    const { id, from } = await caller('<Dial callerId="+13105550000" action="/second"><Number>+15550000021</Number></Dial>');
    stage.server.on("/second", '<Dial callerId="+12125550199"><Client url="/whisper">1001</Client></Dial>');
    stage.server.on("/whisper", "<Dial>+15550000022</Dial>");
    await hear(from, "1001");
    expect(stage.server.to("/second")[0]?.form).toMatchObject({ DialCallStatus: "failed" });
    expect(notes(id).map((note) => note.split(" ")[0])).toContain("13214");
  });

  it("calls nobody in vain for an address that is none: a callback is left out, a badly written SIP address is nobody's", async () => {
    const document = { twiml: `<Response><Dial><Client statusCallback="/status">1001</Client><Sip statusCallback="/status">sip:10%zz@${lab.domain}</Sip></Dial></Response>` };
    stage.program("inline", { document });
    const from = callers();
    const id = await stage.callIn("inline", from);
    await hear(from, "1001");
    expect(notes(id).map((note) => note.split(" ")[0])).toEqual(["11100", "13224"]);
  });

  it("connects by a live update with another document while it rings", async () => {
    await lab.phone("1001", { kind: "no-answer" });
    const { id } = await caller('<Dial timeout="600"><Client>1001</Client></Dial>');
    await eventually("the phone to ring", () => stage.calls().legs.find(id)?.ringing.includes("1001"));
    stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
    await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
    await eventually("the other document", () => stage.spoken.includes("Other"));
    await eventually("the phone to have stopped", () => stage.calls().legs.find(id)?.ringing.length === 0);
  });

  it("keeps the recording of a conversation that an update ends", async () => {
    const { id, from } = await caller('<Dial record="record-from-answer" recordingStatusCallback="/recorded" action="/after"><Client>1001</Client></Dial>');
    await hear(from, "1001");
    await eventually("the recording", () => (leg(id)?.recordings.length ?? 0) > 0);
    stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
    await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
    await eventually("the other document", () => stage.spoken.includes("Other"));
    expect(stage.recordings).toMatchObject([{ callSid: callSid(id), source: "DialVerb" }]);
    expect([stage.told.map(({ url }) => url), leg(id)?.recordings]).toEqual([[stage.server.url("/recorded")], []]);
  });

  it("gives who was dialled another document, and goes on with the caller", async () => {
    const { id, from } = await caller('<Dial action="/after"><Client>1001</Client></Dial>');
    await hear(from, "1001");
    const callee = [...stage.calls().legs.all()].flatMap(({ legs }) => legs).find(({ uuid }) => uuid !== id);
    stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
    await stage.engine().update(1, callSid(callee?.uuid ?? ""), { document: { url: stage.server.url("/other"), method: "POST" } });
    expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "true" });
    await eventually("both to go on", () => stage.spoken.includes("Other") && stage.spoken.includes("After"));
    expect([leg(id)?.hungUp, callee?.hungUp]).toEqual([false, false]);
  });

  it("lets who was dialled go on whom another program has taken before FreeSWITCH told that the two are joined", async () => {
    const { id, from } = await caller('<Dial action="/after" hangupOnStar="true"><Client>1001</Client></Dial>');
    // Noted last before FreeSWITCH is asked to join them, which takes a few turns of the event loop.
    while (leg(id)?.hangupOnStar !== true) await new Promise((resolve) => setImmediate(resolve));
    const callee = [...stage.calls().legs.all()].flatMap(({ legs }) => legs).find(({ uuid }) => uuid !== id);
    if (callee === undefined) throw new Error("Nobody was called.");
    stage.calls().scripts.mark(callee, "api");
    await hear(from, "1001");
    await stage.calls().children.takeOut(callee, new AbortController().signal);
    await after();
    await eventually("the caller to go on", () => stage.spoken.includes("After"));
    expect([leg(id)?.hungUp, callee.hungUp]).toEqual([false, false]);
  });

  describe("an update while the callee's own document plays", () => {
    const whispered = async (): Promise<{ readonly id: string; readonly callee: string }> => {
      const { id } = await caller('<Dial action="/after"><Client url="/whisper">1001</Client></Dial>');
      stage.server.on("/whisper", '<Play>/music-60000ms.wav</Play><Say>Whispered</Say><Redirect>/more</Redirect>');
      stage.server.on("/more", "<Say>More</Say>");
      await eventually("the whisper", () => stage.spoken.includes("music-60000ms.wav"));
      const callee = [...stage.calls().legs.all()].flatMap(({ legs }) => legs).find(({ uuid }) => uuid !== id);
      if (callee === undefined) throw new Error("Nobody was called.");
      await eventually("the callee to hear it", () => stage.calls().audio.find(callee.uuid)?.playing !== false);
      stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
      return { id, callee: callee.uuid };
    };
    const update = (uuid: string): Promise<void> => stage.engine().update(1, callSid(uuid), { document: { url: stage.server.url("/other"), method: "POST" } });

    it("of the caller ends the callee's leg", async () => {
      const { id, callee } = await whispered();
      await update(id);
      await eventually("the other document", () => stage.spoken.includes("Other"));
      await eventually("the callee's leg to have ended", () => leg(callee)?.hungUp !== false);
      expect([stage.spoken, stage.server.to("/more"), stage.server.to("/after")]).toEqual([["music-60000ms.wav", "Other"], [], []]);
    });

    it("of the callee ends that document, and the caller goes on without the callee", async () => {
      const { callee } = await whispered();
      await update(callee);
      expect(await after()).toMatchObject({ DialCallStatus: "completed", DialBridged: "false" });
      await eventually("both to go on", () => stage.spoken.includes("Other") && stage.spoken.includes("After"));
      expect(stage.server.to("/other").map(({ form }) => form["CallSid"])).toEqual([callSid(callee)]);
      expect([[...stage.spoken].sort(), stage.server.to("/more"), leg(callee)?.hungUp]).toEqual([["After", "Other", "music-60000ms.wav"], [], false]);
    });
  });

  it("refers the caller to somebody else, as far as the organization may call them", async () => {
    const { id, from } = await caller('<Refer action="/second"><Sip>sip:1002@evil.example</Sip></Refer>');
    stage.server.on("/second", '<Refer action="/third"><Sip>sip:+4412@trunk.example</Sip></Refer>');
    stage.server.on("/third", `<Refer action="/after"><Sip>sip:1777@${lab.domain}</Sip></Refer>`);
    expect(await after()).toMatchObject({ ReferCallStatus: "failed", ReferSipResponseCode: "202", CallSid: callSid(id) });
    expect(["/second", "/third"].map((path) => stage.server.to(path)[0]?.form["ReferCallStatus"])).toEqual(["failed", "failed"]);
    await eventually("the next document", () => stage.spoken.includes("After"));
    if (lab.kind === "real") return;
    stage.server.on("/last", `<Refer action="/told"><Sip>sip:1002@${lab.domain}</Sip></Refer>`);
    await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/last"), method: "POST" } });
    expect((await stage.server.next("/told")).form).toMatchObject({ ReferCallStatus: "completed" });
    await eventually(`${from} to have left`, () => [...stage.calls().legs.all()].length === 0);
  });

  it("lets the two talk on when Callplane is started again, and asks the fallback afterwards, unless an update says otherwise", async () => {
    stage.program("kept", { fallback: { url: stage.server.url("/fallback"), method: "POST" } });
    stage.server.on("/kept", "<Dial><Client>1001</Client></Dial>");
    stage.server.on("/fallback", '<Say>Fallback</Say><Pause length="600"/>');
    const from = callers();
    await stage.callIn("kept", from);
    await hear(from, "1001");
    await eventually("the state to be written", () => stage.calls().counts.pendingStateWrites() === 0);
    stage.program("updated");
    stage.server.on("/updated", "<Dial><Client>1002</Client></Dial>");
    const second = callers();
    const other = await stage.callIn("updated", second);
    await hear(second, "1002");
    await eventually("the state to be written", () => stage.calls().counts.pendingStateWrites() === 0);
    await stage.restart();
    await hear(from, "1001");
    expect(stage.server.to("/fallback")).toEqual([]);
    await hear(second, "1002");
    stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
    await stage.engine().update(1, callSid(other), { document: { url: stage.server.url("/other"), method: "POST" } });
    await eventually("the document of the update", () => stage.spoken.includes("Other"));
    await lab.hangUp("1001");
    expect((await stage.server.next("/fallback")).form).toMatchObject({ ErrorCode: "31000", CallStatus: "in-progress" });
    await eventually("the fallback", () => stage.spoken.includes("Fallback"));
  });
}
