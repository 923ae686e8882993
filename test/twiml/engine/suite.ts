/** What a program does with a caller; written once, for the simulated and the real switch. */
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { validateRequest } from "twilio/lib/webhooks/webhooks.js";
import { callSid, uuidOfCallSid } from "../../../src/sids.js";
import type { Lab } from "../../lab/types.js";
import { delay, eventually } from "../../lab/wait.js";
import { answeringTests } from "./answering.js";
import type { Answer } from "./program-server.js";
import { recordingTests } from "./recording.js";
import { ACCOUNT, admin, openProgramStage, type ProgramStage } from "./stage.js";

export interface ProgramLab extends Lab {
  readonly recordingsDir?: string;
  /** The caller presses keys. */
  press(party: string, digits: string): Promise<void>;
  /** The party, which is in a call, is silent from now on, or says its tone again. */
  hush(party: string, quiet: boolean): Promise<void>;
  /** The party, which is in a call, says now what it is to say. Only where somebody listens. */
  speaksUp?(party: string): Promise<void>;
}

export function programSuite(openLab: () => Promise<ProgramLab>, secondMs: number): void {
  let stage: ProgramStage;
  let lab: ProgramLab;
  beforeAll(async () => {
    lab = await openLab();
    stage = await openProgramStage(lab, secondMs);
  }, 60_000);
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  const stateOf = (id: string): string => stage.calls().legs.find(id)?.state ?? "gone";
  const gone = (id: string): Promise<unknown> => eventually(`${id} to have ended`, () => stage.ended(id) && stateOf(id) === "gone", { details: () => `${stateOf(id)}, log ${JSON.stringify(stage.log.of(1, callSid(id)))}` });
  const leg = (id: string) => stage.calls().scripts.leg(id);
  const notes = (id: string): readonly string[] => stage.log.of(1, callSid(id)).map(({ code, text }) => `${code} ${text}`);

  describe("a call that a program runs", () => {
    it("asks for its document with the call's parameters, signed, while the call still rings", async () => {
      stage.program("hello");
      const answered: boolean[] = [];
      stage.server.on("/hello", ({ form }) => {
        answered.push(form["CallStatus"] !== "ringing");
        return "<Say>Hello</Say><Hangup/>";
      });
      const id = await stage.callIn("hello", "+12125550001");
      const asked = await stage.server.next("/hello");
      expect(asked.form).toMatchObject({ CallSid: callSid(id), AccountSid: ACCOUNT.accountSid, From: "+12125550001", Caller: "+12125550001", Direction: "inbound", CallStatus: "ringing", ApiVersion: "2010-04-01" });
      expect(validateRequest(ACCOUNT.authToken, String(asked.headers["x-twilio-signature"]), stage.server.url("/hello"), { ...asked.form })).toBe(true);
      await gone(id);
      expect(answered).toEqual([false]);
      expect(stage.spoken).toEqual(["Hello"]);
    });

    it("is shown as scripted, and found by that state", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      await eventually("the state", () => stateOf(id) === "scripted" && leg(id)?.answered === true);
      expect(stage.calls().service.list(admin, { state: "scripted" }, {}).items).toMatchObject([{ id, state: "scripted" }]);
      expect(stage.calls().service.list(admin, { state: "parked" }, {}).items).toEqual([]);
    });

    it("ends when an administrator hangs it up", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      await eventually("the answer", () => leg(id)?.answered === true);
      await stage.calls().service.hangup(admin, id);
      await gone(id);
      await eventually("the program to end", () => stage.engine().size === 0);
    });

    it("is listened to by a supervisor, who can do no more while nobody talks", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      await eventually("the pause", () => leg(id)?.answered === true && stage.spoken.length === 1);
      const service = stage.calls().service;
      await expect(service.supervise(admin, id, { agent: "1003", mode: "whisper" })).rejects.toMatchObject({ code: "Conflict" });
      await service.supervise(admin, id, { agent: "1003", mode: "listen" });
      expect(service.get(admin, id).view).toMatchObject({ state: "scripted", supervision: [{ agent: "1003", mode: "listen" }] });
      await service.supervise(admin, id, { agent: "1003", mode: "off" });
      expect(stateOf(id)).toBe("scripted");
    });

    it("notes in its attributes what its document says of the caller, in Task and in a client's Parameters", async () => {
      stage.program("noted");
      const task = JSON.stringify({ account: "12345", vip: true, tags: ["a"], none: null, "bad name": "1" });
      stage.server.on("/noted", `<Dial timeout="1" action="/wait"><Client><Identity>1002</Identity><Parameter name="order" value="77 &amp; 78"/></Client></Dial>`);
      stage.server.on("/wait", `<Enqueue waitUrl="">anywhere<Task>${task}</Task></Enqueue>`);
      await lab.phone("1002", { kind: "busy" });
      try {
        const id = await stage.callIn("noted");
        const noted = () => stage.calls().service.list(admin, {}, {}).items.find((call) => call.id === id)?.attributes;
        await eventually("the attributes", () => noted()?.["account"] !== undefined);
        expect(noted()).toEqual({ order: "77 & 78", account: "12345", vip: "true", tags: '["a"]' });
        expect(notes(id).filter((note) => note.includes("attributes"))).toHaveLength(1);
        await stage.calls().service.hangup(admin, id);
        await gone(id);
      } finally {
        await lab.phone("1002", { kind: "answer", afterMs: 100 });
      }
    });

    it("cannot be moved by others meanwhile", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      await eventually("the answer", () => leg(id)?.answered === true);
      await expect(stage.calls().service.park(admin, id)).rejects.toMatchObject({ code: "Conflict" });
      expect(stateOf(id)).toBe("scripted");
    });

    it.each([["busy", "USER_BUSY", "busy"], ["rejected", "DECLINE", "no-answer"]] as const)("is not answered by a first pause, and refused without an answer by Reject, %s", async (reason, cause, status) => {
      stage.program("no", { statusCallback: { url: stage.server.url("/status"), method: "POST", events: ["completed"] } });
      stage.server.on("/no", `<Pause length="1"/><Reject reason="${reason}"/>`);
      const id = await stage.callIn("no");
      await stage.server.next("/no");
      const live = await eventually("the leg", () => leg(id));
      await gone(id);
      expect([live.answered, live.hangupCause]).toEqual([false, cause]);
      await eventually("the callback", () => stage.told.some(({ form }) => form.some(([name, value]) => name === "CallStatus" && value === status)));
    });

    it("counts no key of before it, such as one that is pressed while its document is asked for", async () => {
      stage.program("menu");
      let asked = false;
      const gate = new AbortController();
      stage.server.on("/menu", "<Say>Hello</Say><Redirect>/slow</Redirect>");
      stage.server.on("/slow", async () => {
        asked = true;
        await new Promise<void>((resolve) => gate.signal.addEventListener("abort", () => resolve()));
        return '<Gather numDigits="1" timeout="600" action="/chosen"/>';
      });
      stage.server.on("/chosen", "<Pause length=\"600\"/>");
      const from = "+12125550003";
      const id = await stage.callIn("menu", from);
      await eventually("the request", () => asked);
      const heard: string[] = [];
      const off = stage.calls().scripts.onLeg(id, (change) => void (change.type === "digit" && heard.push(change.digit)));
      await lab.press(from, "9");
      await eventually("the key to be heard", () => heard.length === 1);
      off();
      gate.abort();
      // A caller does not know when the menu begins.
      await eventually("a key to count", async () => {
        await lab.press(from, "1");
        return stage.server.to("/chosen").length > 0;
      });
      expect(stage.server.to("/chosen")[0]?.form["Digits"]).toBe("1");
    });

    it("hears what the caller presses while a prompt plays, which the first key stops", async () => {
      stage.program("menu");
      stage.server.on("/menu", "<Gather numDigits=\"4\" action=\"chosen\"><Play>/music-60000ms.wav</Play></Gather><Say>never</Say>");
      stage.server.on("/chosen", "<Pause length=\"600\"/>");
      const from = "+12125550002";
      const id = await stage.callIn("menu", from);
      await eventually("the prompt", () => stage.spoken.includes("music-60000ms.wav"));
      await eventually("the answer", () => leg(id)?.answered === true);
      await lab.press(from, "12");
      await lab.press(from, "*4");
      const asked = await stage.server.next("/chosen");
      expect(asked.form).toMatchObject({ Digits: "12*4", CallStatus: "in-progress", CallSid: callSid(id) });
      expect(stage.spoken).toEqual(["music-60000ms.wav"]);
    });

    it("takes what the caller says, whose first word stops the prompt", async () => {
      const wishes: object[] = [];
      stage.hears = async (_leg, wish) => {
        wishes.push(wish);
        wish.began();
        return { text: "Two tickets", confidence: 0.9 };
      };
      stage.program("talk");
      stage.server.on("/talk", '<Gather input="speech" action="said" speechTimeout="2" hints="tickets, trains"><Play>/music-60000ms.wav</Play></Gather><Say>never</Say>');
      stage.server.on("/said", "<Hangup/>");
      const id = await stage.callIn("talk");
      const { form } = await stage.server.next("/said");
      expect(form).toMatchObject({ SpeechResult: "Two tickets", Confidence: "0.9", Language: "en-US" });
      expect(wishes).toMatchObject([{ language: "en-US", hints: ["tickets", "trains"], endMs: 2000, maxMs: 60_000 }]);
      await gone(id);
    });

    it("takes a key from a caller whose words never end, and from one whom the recognizer cannot hear", async () => {
      let begin: () => void = () => undefined;
      stage.hears = (_leg, wish, signal) => {
        begin = wish.began;
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("It was called off."))));
      };
      stage.program("both");
      stage.server.on("/both", '<Gather input="dtmf speech" action="/key" numDigits="1" timeout="0" bargeIn="false"><Play>/music-500ms.wav</Play></Gather>');
      stage.server.on("/key", '<Gather input="dtmf speech" action="/second" numDigits="1" timeout="600"><Play>/music-400ms.wav</Play></Gather>');
      stage.server.on("/second", "<Hangup/>");
      const from = "+12125550008";
      const id = await stage.callIn("both", from);
      const isPlaying = (): boolean => stage.calls().audio.find(id)?.playing === true;
      await eventually("the prompt", isPlaying);
      begin();
      await eventually("the timeout after the prompt to be over, while the caller still speaks", () => !isPlaying());
      stage.hears = () => Promise.reject(new Error("The recognizer is away."));
      await lab.press(from, "1");
      // Not only when the time for the caller's words is over: that is a minute.
      expect(await Promise.race([stage.server.next("/key"), delay(30 * secondMs)])).toMatchObject({ form: { Digits: "1" } });
      await eventually("it to be noted", () => isPlaying() && notes(id).some((note) => note.includes("could not be recognized")));
      await eventually("the second prompt to be over", () => !isPlaying());
      await lab.press(from, "2");
      expect((await stage.server.next("/second")).form).toMatchObject({ Digits: "2" });
    });

    it("ends the input by the finishing key, which is no part of it, and goes on without any input", async () => {
      stage.program("pin");
      stage.server.on("/pin", "<Gather action=\"/pin2\" timeout=\"30\"><Say>Your number</Say></Gather>");
      stage.server.on("/pin2", "<Gather timeout=\"1\"/><Say>Nothing</Say><Pause length=\"600\"/>");
      const from = "+12125550003";
      await stage.callIn("pin", from);
      await eventually("the prompt", () => stage.spoken.length === 1);
      await lab.press(from, "42#");
      expect((await stage.server.next("/pin2")).form).toMatchObject({ Digits: "42", FinishedOnKey: "#" });
      await eventually("the next verb", () => stage.spoken.includes("Nothing"));
    });

    it("records the caller until a key, tells the action and the callback, and puts it into the book", async () => {
      stage.program("mail");
      stage.server.on("/mail", "<Record action=\"/done\" playBeep=\"false\" timeout=\"0\" finishOnKey=\"#\" recordingStatusCallback=\"/recorded\"/>");
      stage.server.on("/done", "<Hangup/>");
      const from = "+12125550004";
      const id = await stage.callIn("mail", from);
      await eventually("the recording", () => (leg(id)?.recordings.length ?? 0) > 0);
      await lab.press(from, "#");
      const { form } = await stage.server.next("/done");
      const [recording] = stage.recordings;
      expect(form).toMatchObject({ Digits: "#", RecordingSid: recording?.sid, RecordingUrl: `https://callplane.example/2010-04-01/Accounts/${ACCOUNT.accountSid}/Recordings/${recording?.sid ?? ""}` });
      expect(recording).toMatchObject({ callSid: callSid(id), callId: id, source: "RecordVerb", organizationId: 1 });
      const told = stage.told.find(({ url }) => url.endsWith("/recorded"));
      expect(Object.fromEntries(told?.form ?? [])).toMatchObject({ RecordingSid: recording?.sid, RecordingStatus: "completed", RecordingSource: "RecordVerb" });
      // One that is never answered does not hold up the call's own callbacks.
      expect(told?.lane).not.toBe(callSid(id));
      await gone(id);
    });

    it("tells the action of a recording whose caller has hung up", async () => {
      stage.program("mail");
      stage.server.on("/mail", "<Record action=\"/done\" playBeep=\"false\"/>");
      stage.server.on("/done", "<Say>never</Say>");
      const from = "+12125550005";
      const id = await stage.callIn("mail", from);
      await eventually("the recording", () => (leg(id)?.recordings.length ?? 0) > 0);
      await lab.hangUp(from);
      expect((await stage.server.next("/done")).form).toMatchObject({ Digits: "hangup", CallStatus: "completed" });
      await gone(id);
    });

    it("follows redirects with cookies, and stops a program that goes in circles", async () => {
      stage.program("circle");
      stage.server.on("/circle", ({ headers }) => ({ body: "<?xml version=\"1.0\"?><Response><Redirect>/circle</Redirect></Response>", headers: { "set-cookie": `n=${Number(/n=(\d+)/.exec(String(headers.cookie))?.[1] ?? "0") + 1}` } }));
      const id = await stage.callIn("circle");
      await gone(id);
      expect(stage.server.to("/circle").length).toBe(101);
      expect(stage.server.to("/circle").at(-1)?.headers.cookie).toBe("n=100");
      expect(notes(id).at(-1)).toMatch(/^11215 /);
      expect(stage.spoken).toEqual(["We are sorry, an application error has occurred. Goodbye."]);
    });

    it("asks the fallback when a document cannot be had, and tells it why", async () => {
      stage.program("broken", { fallback: { url: stage.server.url("/fallback"), method: "POST" } });
      stage.server.on("/broken", () => ({ status: 500, body: "no" }));
      stage.server.on("/fallback", "<Say>Fallback</Say>");
      const id = await stage.callIn("broken");
      expect((await stage.server.next("/fallback")).form).toMatchObject({ ErrorCode: "11217", ErrorUrl: stage.server.url("/broken"), CallSid: callSid(id) });
      await gone(id);
      expect(stage.spoken).toEqual(["Fallback"]);
    });

    it.each([["text/xml", "<Response><Say>", "12100"], ["text/xml", "  <?xml version=\"1.0\"?><Response/>", "12100"], ["application/json", "{}", "12300"], ["", "<Response/>", "12300"]])("apologizes and ends when the answer is %s %s", async (type, body, code) => {
      stage.program("bad");
      stage.server.on("/bad", () => ({ type, body }));
      const id = await stage.callIn("bad");
      await gone(id);
      expect(notes(id)[0]).toMatch(new RegExp(`^${code} `));
      expect(stage.spoken).toEqual(["We are sorry, an application error has occurred. Goodbye."]);
    });

    it("tells the fallback of whatever is no answer, within its limits, and notes it in the call's log", async () => {
      const nested = (depth: number): string => `<Response>${"<Gather>".repeat(depth)}${"</Gather>".repeat(depth)}</Response>`;
      const bad: Readonly<Record<string, readonly [code: string, answer: () => Answer | Promise<Answer>]>> = {
        html: ["12100", () => ({ type: "text/html", body: "<!doctype html><html><body><br></body></html>" })],
        entities: ["12100", () => ({ body: '<!DOCTYPE Response [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Response><Say>&b;</Say></Response>' })],
        deep: ["12100", () => ({ body: nested(100) })],
        long: ["11200", () => ({ body: `<Response><Say>${"a".repeat(2_200_000)}</Say></Response>` })],
        bomb: ["11200", () => ({ body: gzipSync(Buffer.alloc(20_000_000)), headers: { "content-encoding": "gzip" } })],
        closes: ["11200", () => ({ body: "", closes: true })],
        // By the URL's own limit of time.
        hangs: ["11203", () => new Promise<Answer>(() => undefined)],
      };
      const callers = await Promise.all(
        Object.entries(bad).map(async ([name, [code, answer]]) => {
          stage.program(name, { document: { url: stage.server.url(name === "hangs" ? "/hangs#tt=500" : `/${name}`), method: "POST" }, fallback: { url: stage.server.url(`/fallback-${name}`), method: "POST" } });
          stage.server.on(`/${name}`, answer);
          stage.server.on(`/fallback-${name}`, `<Say>Instead of ${name}</Say>`);
          return { name, code, id: await stage.callIn(name) };
        }),
      );
      for (const { name, code, id } of callers) {
        expect([name, (await stage.server.next(`/fallback-${name}`)).form["ErrorCode"]]).toEqual([name, code]);
        await gone(id);
        expect([name, notes(id)]).toEqual([name, [expect.stringMatching(new RegExp(`^${code} `))]]);
      }
      expect([...stage.spoken].sort()).toEqual(Object.keys(bad).map((name) => `Instead of ${name}`).sort());
    });

    it("ends when its program cannot begin", async () => {
      stage.book.isAway = true;
      stage.program("away");
      await gone(await stage.callIn("away"));
      expect(stage.spoken).toEqual([]);
    });

    it("sends the caller to the line's department when the program fails", async () => {
      stage.program("dept", { department: "support" });
      const id = await stage.callIn("dept");
      await eventually("the caller to wait", () => stateOf(id) === "queued");
      expect(stage.calls().legs.find(id)).toMatchObject({ queue: "support" });
    });

    it("skips what is unknown with a note, and a sound that cannot be had", async () => {
      stage.program("odd");
      stage.server.on("/odd", "<Dance/><Play>/missing</Play><Say>On</Say>");
      const id = await stage.callIn("odd");
      await gone(id);
      expect(notes(id).map((note) => note.split(" ")[0])).toEqual(["12200", "11200"]);
      expect(stage.spoken).toEqual(["On"]);
    });

    it("reads plain text aloud and plays audio", async () => {
      stage.program("text");
      stage.server.on("/text", () => ({ type: "text/plain; charset=utf-8", body: "Guten Tag, Müller" }));
      const id = await stage.callIn("text");
      await gone(id);
      stage.program("audio-100ms.wav");
      stage.server.on("/audio-100ms.wav", () => ({ type: "audio/wav", body: "" }));
      await gone(await stage.callIn("audio-100ms.wav"));
      expect(stage.spoken).toEqual(["Guten Tag, Müller", "audio-100ms.wav"]);
    });
  });

  describe("callbacks about a call", () => {
    it("tell its end once, as completed when it was answered, and canceled when the caller gave up before", async () => {
      const statusCallback = { url: "https://server.example/status", method: "POST", events: ["completed"] } as const;
      stage.program("hello", { statusCallback });
      stage.server.on("/hello", "<Say>Hello</Say>");
      const id = await stage.callIn("hello");
      await gone(id);
      stage.program("wait", { statusCallback });
      stage.server.on("/wait", "<Pause length=\"600\"/>");
      const from = "+12125550006";
      const second = await stage.callIn("wait", from);
      await stage.server.next("/wait");
      await lab.hangUp(from);
      await gone(second);
      const ends = await eventually("both ends", () => (stage.told.length === 2 ? stage.told.map(({ form }) => Object.fromEntries(form)) : null));
      expect(ends).toMatchObject([
        { CallSid: callSid(id), CallStatus: "completed", CallbackSource: "call-progress-events", SequenceNumber: "0" },
        { CallSid: callSid(second), CallStatus: "canceled", CallDuration: "0" },
      ]);
    });
  });

  describe("a live update", () => {
    it("replaces the document, whatever verb runs", async () => {
      stage.program("long");
      stage.server.on("/long", "<Play>/music-60000ms.wav</Play>");
      stage.server.on("/other", "<Say>Other</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      await eventually("the music", () => leg(id)?.answered === true && stage.spoken.length === 1);
      await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
      await eventually("the other document", () => stage.spoken.includes("Other"));
      expect(stateOf(id)).toBe("scripted");
      await stage.engine().update(1, callSid(id), { status: "completed" });
      await gone(id);
    });

    it("keeps what was recorded until then, and tells its callback", async () => {
      stage.program("mail");
      stage.server.on("/mail", '<Record action="/done" playBeep="false" timeout="0" recordingStatusCallback="/recorded"/>');
      stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
      const id = await stage.callIn("mail");
      await eventually("the recording", () => (leg(id)?.recordings.length ?? 0) > 0);
      await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
      await eventually("the other document", () => stage.spoken.includes("Other"));
      expect(stage.recordings).toMatchObject([{ callSid: callSid(id), source: "RecordVerb" }]);
      expect(stage.told.map(({ url }) => url)).toEqual([stage.server.url("/recorded")]);
      expect(stage.server.to("/done")).toEqual([]);
    });

    it("is refused for a call that there is not, another organization's, or one that has not been answered", async () => {
      stage.program("wait");
      stage.server.on("/wait", "<Pause length=\"600\"/>");
      const id = await stage.callIn("wait");
      await stage.server.next("/wait");
      const document = { url: stage.server.url("/other"), method: "POST" } as const;
      await expect(stage.engine().update(1, `CA${"0".repeat(32)}`, { document })).rejects.toMatchObject({ code: "NotFound" });
      await expect(stage.engine().update(2, callSid(id), { document })).rejects.toMatchObject({ code: "NotFound" });
      await expect(stage.engine().update(1, callSid(id), { document })).rejects.toMatchObject({ code: "Conflict" });
      await expect(stage.engine().update(1, callSid(id), { document: { twiml: "<Response>" } })).rejects.toThrow();
    });
  });

  it("gives a call whose program has failed another document, while the caller is told so", async () => {
    stage.program("broken");
    const id = await stage.callIn("broken");
    await eventually("the apology", () => stage.spoken.length === 1 && leg(id)?.answered === true);
    stage.server.on("/other", '<Say>Other</Say><Pause length="600"/>');
    await stage.engine().update(1, callSid(id), { document: { url: stage.server.url("/other"), method: "POST" } });
    await eventually("the other document", () => stage.spoken.includes("Other"));
    expect(stateOf(id)).toBe("scripted");
  });

  describe("two programs of one call", () => {
    it("run beside each other after a live update of the leg that was dialled", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      stage.server.on("/other", "<Say>Other</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      const parent = await eventually("the caller's leg", () => (leg(id)?.answered === true ? leg(id) : undefined));
      await lab.phone("1001", { kind: "answer" });
      const child = stage.calls().children.dial(parent, { client: "1001" }, { ringS: 3, callerId: null, program: "party", by: { name: "test" } }, new AbortController().signal);
      const answered = await child.answered;
      await stage.engine().update(1, callSid(answered.uuid), { document: { url: stage.server.url("/other"), method: "POST" } });
      await eventually("the other document", () => stage.spoken.includes("Other"));
      expect((await stage.server.next("/other")).form).toMatchObject({ CallSid: callSid(answered.uuid), CallStatus: "in-progress", Direction: "outbound-dial" });
      expect(stage.engine().size).toBe(2);
      await stage.engine().update(1, callSid(answered.uuid), { status: "completed" });
      await eventually("one program to be left", () => stage.engine().size === 1);
      expect(stateOf(id)).toBe("scripted");
    });

    it("are not two of one leg when two updates come at once: the last one counts", async () => {
      stage.program("long");
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      stage.server.on("/first", "<Say>First</Say><Hangup/>");
      stage.server.on("/last", "<Say>Last</Say><Pause length=\"600\"/>");
      const id = await stage.callIn("long");
      const parent = await eventually("the caller's leg", () => (leg(id)?.answered === true ? leg(id) : undefined));
      await lab.phone("1001", { kind: "answer" });
      const child = await stage.calls().children.dial(parent, { client: "1001" }, { ringS: 3, callerId: null, program: "party", by: { name: "test" } }, new AbortController().signal).answered;
      await Promise.all(["/first", "/last"].map((path) => stage.engine().update(1, callSid(child.uuid), { document: { url: stage.server.url(path), method: "POST" } })));
      await eventually("the last document", () => stage.spoken.includes("Last"));
      expect([stage.engine().size, child.hungUp]).toEqual([2, false]);
    });
  });

  answeringTests(() => stage);
  recordingTests(() => stage);

  describe("a call that the API makes", () => {
    const place = (to: string, verbs: string, target: { readonly client: string } | { readonly number: string } = { number: to }, timeoutS = 3): Promise<{ readonly callSid: string }> =>
      stage.engine().place(1, {
        target, from: "+12125550199", to, timeoutS, timeLimitS: null, sendDigits: null, by: "api",
        start: { name: "api", document: { twiml: `<Response>${verbs}</Response>` }, fallback: null, department: null, statusCallback: { url: "https://server.example/status", method: "POST", events: ["initiated", "ringing", "answered", "completed"] } },
      });
    const told = (sid: string): readonly (string | undefined)[] => stage.told.filter(({ lane }) => lane === sid).map(({ form }) => Object.fromEntries(form)["CallStatus"]);

    it("runs its document when it is answered, and tells its progress", async () => {
      await lab.trunk("+15550000011", { kind: "answer" });
      const { callSid: sid } = await place("+15550000011", "<Say>Hello</Say>");
      await eventually("the end", () => told(sid).includes("completed"));
      expect(told(sid)).toEqual(["initiated", "ringing", "in-progress", "completed"]);
      expect(stage.spoken).toEqual(["Hello"]);
      const forms = stage.told.map(({ form }) => Object.fromEntries(form));
      expect(forms.map((form) => form["SequenceNumber"])).toEqual(["0", "1", "2", "3"]);
      expect(forms[0]).toMatchObject({ Direction: "outbound-api", To: "+15550000011", From: "+12125550199" });
    });

    it("rings on when Callplane is started again, and runs its document when it is answered then", async () => {
      await lab.phone("1004", { kind: "no-answer" });
      const { callSid: sid } = await place("client:1004", "<Say>Hello</Say>", { client: "1004" }, 60);
      await eventually("the ringing", () => told(sid).includes("ringing"));
      await stage.restart();
      await lab.answer("1004");
      await eventually("the end", () => told(sid).includes("completed"), { details: () => `told ${told(sid).join()}; legs ${[...stage.calls().legs.all()].flatMap(({ legs }) => legs).map(({ uuid, answered, parked, program, columns }) => [uuid, answered, parked, program, columns.direction].join(" ")).join("; ")}; programs ${stage.engine().size}` });
      expect(told(sid)).toEqual(["initiated", "ringing", "in-progress", "completed"]);
      expect(stage.spoken).toEqual(["Hello"]);
    });

    it.each([["busy", "busy"], ["reject", "busy"]] as const)("ends as it should when the number is %s", async (kind, status) => {
      await lab.trunk("+15550000012", { kind });
      const { callSid: sid } = await place("+15550000012", "<Say>never</Say>");
      await eventually("the end", () => told(sid).includes(status), { details: () => told(sid).join() });
      expect(stage.spoken).toEqual([]);
    });

    it.each([
      ["FreeSWITCH has no such gateway", "+17775550014", { number: "+17775550014" }, "failed"],
      ["the phone is not registered", "client:1009", { client: "1009" }, "no-answer"],
    ] as const)("has ended when %s: that is told once, and kept", async (_what, to, target, status) => {
      const { callSid: sid } = await place(to, "<Say>never</Say>", target);
      await eventually("the end", () => told(sid).includes(status), { details: () => told(sid).join() });
      expect(told(sid)).toEqual(["initiated", status]);
      expect(stage.unmade).toMatchObject([{ uuid: uuidOfCallSid(sid), organizationId: 1, from: "+12125550199", to, status }]);
      expect([stage.engine().find(1, sid), stage.book.keeps(sid), stage.spoken]).toEqual([undefined, false, []]);
    });

    it("is kept as failed by the next process when FreeSWITCH knows nothing of it", async () => {
      await lab.phone("1004", { kind: "no-answer" });
      const { callSid: sid } = await place("client:1004", "<Say>never</Say>", { client: "1004" }, 60);
      await eventually("the ringing", () => told(sid).includes("ringing"));
      // Its phone knows that it rings, and has told so.
      const hungUp = (): Promise<boolean> => lab.hangUp("1004").then(() => true, () => false);
      await stage.kill(async () => void (await eventually("the phone to refuse", hungUp)));
      await eventually("the end", () => told(sid).includes("failed"), { details: () => told(sid).join() });
      expect(stage.unmade).toMatchObject([{ uuid: uuidOfCallSid(sid), status: "failed" }]);
    });

    it("is called off while it rings", async () => {
      await lab.trunk("+15550000013", { kind: "no-answer" });
      const { callSid: sid } = await place("+15550000013", "<Say>never</Say>");
      await eventually("the ringing", () => told(sid).includes("ringing"));
      await stage.engine().update(1, sid, { status: "canceled" });
      await eventually("the end", () => told(sid).length === 3);
      expect(told(sid)).toEqual(["initiated", "ringing", "canceled"]);
      await eventually("no leg to be left", () => [...stage.calls().legs.all()].length === 0);
    });
  });

  it("asks for its document when the end of the call is certain to be told, whatever happens to this process", async () => {
    stage.program("kept", { statusCallback: { url: "https://server.example/status", method: "POST", events: ["completed"] } });
    stage.book.takesMs = 100;
    let wasKept = false;
    stage.server.on("/kept", ({ form }) => {
      wasKept = stage.book.keeps(form["CallSid"] ?? "");
      return "<Hangup/>";
    });
    await stage.callIn("kept");
    await stage.server.next("/kept");
    expect(wasKept).toBe(true);
  });

  describe("after a restart of Callplane", () => {
    it("tells the end of a call that ended while nobody was there, once", async () => {
      stage.program("long", { statusCallback: { url: "https://server.example/status", method: "POST", events: ["completed"] } });
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      const from = "+12125550007";
      const id = await stage.callIn("long", from);
      await eventually("the pause", () => stage.spoken.length === 1 && leg(id)?.answered === true && stage.calls().counts.pendingStateWrites() === 0);
      await stage.restart(() => lab.hangUp(from));
      const [end] = await eventually("its end", () => (stage.told.length > 0 ? stage.told : null));
      expect(Object.fromEntries(end?.form ?? [])).toMatchObject({ CallSid: callSid(id), CallStatus: "completed" });
      await stage.restart();
      expect(stage.told).toHaveLength(1);
    });

    it("asks the fallback of an answered call's program", async () => {
      stage.program("long", { fallback: { url: stage.server.url("/fallback"), method: "POST" }, statusCallback: { url: "https://server.example/status", method: "POST", events: ["completed"] } });
      stage.server.on("/long", "<Say>Hello</Say><Pause length=\"600\"/>");
      stage.server.on("/fallback", "<Say>Again</Say><Pause length=\"1\"/>");
      const id = await stage.callIn("long");
      await eventually("the pause", () => stage.spoken.length === 1 && stateOf(id) === "scripted" && stage.calls().counts.pendingStateWrites() === 0);
      await stage.restart();
      await eventually("the fallback", () => stage.spoken.includes("Again"));
      expect(stage.server.to("/fallback")[0]?.form).toMatchObject({ ErrorCode: "31000", CallSid: callSid(id), CallStatus: "in-progress" });
      await gone(id);
      await eventually("its end to be told", () => stage.told.length === 1);
    });

    it("sends the caller to the department, or tells the caller and ends the call", async () => {
      stage.program("one", { department: "support" });
      stage.program("two");
      for (const name of ["/one", "/two"]) stage.server.on(name, "<Say>Hello</Say><Pause length=\"600\"/>");
      const [one, two] = [await stage.callIn("one"), await stage.callIn("two")];
      await eventually("the pauses", () => stage.spoken.length === 2 && stage.calls().counts.pendingStateWrites() === 0 && stateOf(one) === "scripted" && stateOf(two) === "scripted");
      await stage.restart();
      await eventually("the first to wait", () => stateOf(one) === "queued");
      await gone(two);
      expect(stage.spoken.at(-1)).toBe("We are sorry, an application error has occurred. Goodbye.");
    });

    it("begins the program of a caller who came while Callplane was down", async () => {
      stage.program("late");
      stage.server.on("/late", "<Say>Late</Say><Pause length=\"600\"/>");
      let id = "";
      await stage.restart(async () => {
        id = await stage.callIn("late");
        await eventually("the caller to be parked", () => true);
      });
      await eventually("the program", () => stage.spoken.includes("Late"));
      expect(stateOf(id)).toBe("scripted");
    });
  });
}
