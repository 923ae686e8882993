/** What goes on of programs when Callplane is killed and started again; written once, for the simulated and the real switch. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { channelUuid, commands, variableName } from "../../../src/freeswitch/index.js";
import { callSid } from "../../../src/sids.js";
import { lengthMs } from "../../../src/speech/index.js";
import type { PlaceRequest } from "../../../src/twiml/placed-calls.js";
import { eventually } from "../../lab/wait.js";
import { joined, silence, speech } from "../../speech/sounds.js";
import { openProgramStage, type ProgramStage } from "./stage.js";
import type { ProgramLab } from "./suite.js";

const NUMBER = "+15550000061";
const STATUS = "https://server.example/status";

export function killedSuite(openLab: () => Promise<ProgramLab>, secondMs: number): void {
  let stage: ProgramStage;
  let lab: ProgramLab;
  beforeAll(async () => {
    lab = await openLab();
    stage = await openProgramStage(lab, secondMs);
  }, 60_000);
  beforeEach(async () => {
    await lab.phone("1001", { kind: "answer" });
    await lab.trunk(NUMBER, { kind: "answer" });
    for (const party of ["1001", NUMBER]) await lab.says(party, null);
    for (const path of ["/answered", "/fallback"]) stage.server.on(path, '<Pause length="6000"/>');
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });
  let numbers = 400;
  const callers = (): string => `+1212555${String(++numbers).padStart(4, "0")}`;
  const leg = (id: string) => stage.calls().scripts.leg(id);
  const told = (url: string): readonly Readonly<Record<string, string>>[] => stage.told.filter((each) => each.url === url).map(({ form }) => Object.fromEntries(form));
  const statuses = (): readonly (string | undefined)[] => told(STATUS).map(({ CallStatus }) => CallStatus);
  const written = (): Promise<unknown> => eventually("the state to be written", () => stage.calls().counts.pendingStateWrites() === 0);
  const hear = (one: string, other: string): Promise<unknown> => eventually(`${one} and ${other} to talk`, async () => (await lab.hears(one)).has(other) && (await lab.hears(other)).has(one));
  /** Seconds of a document that take so many of the clock. */
  const seconds = (clock: number): number => Math.round((clock * 1000) / secondMs);
  const place = (wish: Partial<PlaceRequest>): Promise<{ readonly callSid: string }> =>
    stage.engine().place(1, {
      target: { number: NUMBER }, from: "+12125550199", to: NUMBER, timeoutS: 30, timeLimitS: null, sendDigits: null, by: "api",
      start: { name: "api", document: { url: stage.server.url("/answered"), method: "POST" }, fallback: { url: stage.server.url("/fallback"), method: "POST" }, department: null, statusCallback: { url: STATUS, method: "POST", events: ["ringing", "answered", "completed"] } },
      ...wish,
    });
  /** A caller of a program with this document and a fallback. */
  const caller = async (verbs: string): Promise<{ readonly id: string; readonly from: string }> => {
    stage.program("kept", { fallback: { url: stage.server.url("/fallback"), method: "POST" } });
    stage.server.on("/kept", verbs);
    const from = callers();
    return { id: await stage.callIn("kept", from), from };
  };

  describe("a call of the API", () => {
    it("ends when its time is over", async () => {
      await place({ timeLimitS: seconds(3) });
      await stage.server.next("/answered");
      await stage.kill();
      await stage.server.next("/fallback");
      await eventually("its end", () => statuses().includes("completed"));
      expect(told(STATUS).at(-1)).toMatchObject({ CallStatus: "completed" });
    });

    it("sends its digits when it is answered while Callplane is away, and runs its document", async () => {
      await lab.phone("1001", { kind: "no-answer" });
      await place({ target: { client: "1001" }, to: "client:1001", sendDigits: "12" });
      await eventually("the ringing", () => statuses().includes("ringing"));
      await stage.kill(() => lab.answer("1001"));
      await stage.server.next("/answered");
      await eventually("the digits", () => lab.digits("1001") === "12", { details: () => lab.digits("1001") });
      expect(stage.server.to("/fallback")).toEqual([]);
    });
  });

  describe("a call that looks at who answers", () => {
    const settings = { mode: "start", timeoutMs: 60_000, speechThresholdMs: 900, speechEndThresholdMs: 60_000, silenceTimeoutMs: 60_000 } as const;
    const verdict = "https://server.example/verdict";

    it.each([[false, "/answered"], [true, "/fallback"]])("does not know, and runs its program: beside it %s, it asks for %s", async (beside, path) => {
      await lab.says(NUMBER, joined(speech(500), silence(60_000)));
      const { callSid: sid } = await place({ machine: { settings, beside, callback: beside ? { url: verdict, method: "POST" } : null } });
      await eventually("the answer", () => statuses().includes("in-progress"));
      if (beside) await stage.server.next("/answered");
      await written();
      await stage.kill();
      expect((await stage.server.next(path)).form).toMatchObject({ CallSid: sid, AnsweredBy: "unknown", CallStatus: "in-progress" });
      expect(told(verdict)).toMatchObject(beside ? [{ CallSid: sid, AnsweredBy: "unknown" }] : []);
      expect(stage.server.to("/answered").length).toBe(1);
      await stage.engine().update(1, sid, { status: "completed" });
      await eventually("its end", () => statuses().includes("completed"));
      expect(told(STATUS).at(-1)).toMatchObject({ AnsweredBy: "unknown" });
    });

    it("listens when it is answered later", async () => {
      await lab.phone("1001", { kind: "no-answer" });
      await lab.says("1001", joined(silence(200), speech(500)));
      const { callSid: sid } = await place({ target: { client: "1001" }, to: "client:1001", machine: { settings: { ...settings, timeoutMs: 4000, speechEndThresholdMs: 500, silenceTimeoutMs: 1200 }, beside: false, callback: null } });
      await eventually("the ringing", () => statuses().includes("ringing"));
      await stage.kill();
      await eventually("the call to be known", () => stage.engine().find(1, sid)?.status === "ringing");
      await lab.answer("1001");
      const { form } = await stage.server.next("/answered");
      expect(form).toMatchObject({ CallSid: sid, AnsweredBy: "human" });
      // It was listened to.
      expect(Number(form["MachineDetectionDuration"])).toBeGreaterThan(0);
    });

    it("of Dial tells its server that nobody knows, and the two talk on", async () => {
      await lab.says("1001", joined(speech(500), silence(60_000)));
      const { from } = await caller(`<Dial><Client machineDetection="Enable" machineDetectionSpeechEndThreshold="5000" machineDetectionTimeout="60" amdStatusCallback="${verdict}">1001</Client></Dial>`);
      await eventually("the two to talk", async () => (await lab.hears("1001")).has(from));
      await written();
      await stage.kill();
      await eventually("the verdict", () => told(verdict).length === 1);
      expect(told(verdict)[0]).toMatchObject({ AnsweredBy: "unknown" });
      expect((await lab.hears("1001")).has(from)).toBe(true);
    });
  });

  describe("a recording", () => {
    const TOLD = "https://server.example/recorded";
    const events = `recordingStatusCallback="${TOLD}" recordingStatusCallbackEvent="in-progress completed"`;
    const once = async (id: string, source: string): Promise<void> => {
      await eventually("its end to be told", () => told(TOLD).some(({ RecordingStatus }) => RecordingStatus === "completed"));
      const [kept] = stage.recordings;
      expect(told(TOLD)).toMatchObject([{ RecordingStatus: "in-progress" }, { RecordingStatus: "completed", RecordingSource: source, CallSid: callSid(id), RecordingSid: kept?.sid, RecordingDuration: String(kept?.durationS) }]);
      await eventually("nothing to be left of it", () => stage.recordings.every(({ ongoing }) => ongoing === null));
      if (lab.kind === "real") expect(kept?.durationS).toBe(Math.round((await lengthMs(kept?.path ?? "")) / 1000));
      await stage.kill();
      await stage.kill();
      expect(told(TOLD)).toHaveLength(2);
    };
    const recorded = async (verbs: string): Promise<{ readonly id: string; readonly from: string }> => {
      const made = await caller(verbs);
      await eventually("the recording", () => (leg(made.id)?.recordings.length ?? 0) > 0 && told(TOLD).length === 1 && stage.recordings.length === 1);
      await written();
      return made;
    };

    it("of the caller's voice ends with its verb", async () => {
      const { id } = await recorded(`<Record timeout="0" playBeep="false" maxLength="3600" trim="do-not-trim" action="/after" ${events}/>`);
      await stage.kill();
      await stage.server.next("/fallback");
      await once(id, "RecordVerb");
    });

    it("of a conversation ends with it", async () => {
      const { id } = await recorded(`<Dial record="record-from-answer-dual" ${events}><Client>1001</Client></Dial>`);
      await stage.kill();
      await eventually("the caller to be known", () => leg(id)?.program != null);
      expect(told(TOLD)).toHaveLength(1);
      await lab.hangUp("1001");
      await stage.server.next("/fallback");
      await eventually("the recording to have ended", () => leg(id)?.recordings.length === 0);
      await once(id, "DialVerb");
    });

    it("whose caller hangs up while Callplane is away is told by the next one", async () => {
      const { id, from } = await recorded(`<Dial record="record-from-answer" ${events}><Client>1001</Client></Dial>`);
      await stage.kill(() => lab.hangUp(from));
      await once(id, "DialVerb");
    });

    it("in the background goes on to the end of the call", async () => {
      const { id, from } = await recorded(`<Start><Recording ${events}/></Start><Pause length="6000"/>`);
      await stage.kill();
      await stage.server.next("/fallback");
      expect(told(TOLD)).toHaveLength(1);
      await lab.hangUp(from);
      await once(id, "StartCallRecordingTwiML");
    });
  });

  describe("a conversation that Dial has made", () => {
    it("ends when its time is over, and the caller goes on", async () => {
      const { from } = await caller(`<Dial timeLimit="${seconds(4)}"><Client>1001</Client></Dial>`);
      await hear(from, "1001");
      await written();
      await stage.kill();
      expect((await stage.server.next("/fallback")).form).toMatchObject({ ErrorCode: "31000", CallStatus: "in-progress" });
    });

    it("of a caller of a queue ends when its time is over, and both go on", async () => {
      const { id, from } = await caller('<Enqueue waitUrl="">line</Enqueue>');
      await eventually("the caller to wait", () => stage.engine().queues.find(1, "line")?.members.length === 1);
      const desk = await caller(`<Dial timeLimit="${seconds(6)}"><Queue>line</Queue></Dial>`);
      // FreeSWITCH's rows, which the next Callplane reads, follow its events by a fifth of a second.
      await hear(from, desk.from);
      const began = performance.now();
      await written();
      await stage.kill();
      await eventually("both to go on", () => stage.server.to("/fallback").length === 2);
      expect([leg(id)?.hungUp, leg(desk.id)?.hungUp]).toEqual([false, false]);
      expect(performance.now() - began).toBeGreaterThan(2000);
    });

    it("is the last one in which the caller may be referred to the program alone", async () => {
      const { id, from } = await caller(`<Dial referUrl="/referred"><Sip>sip:1001@${lab.domain}</Sip></Dial>`);
      const asks = async (): Promise<string> => (await stage.node(leg(id)?.node ?? "").api(commands.getVariable(channelUuid(id), variableName("callplane_refer", "variable")))).trim();
      await hear(from, "1001");
      expect(await asks()).toBe("true");
      await written();
      await stage.kill();
      await eventually("the caller to be known", () => leg(id)?.program != null);
      await lab.hangUp("1001");
      await stage.server.next("/fallback");
      expect(await asks()).toBe("_undef_");
    });

    it("is ended by the caller's star", async () => {
      const { id, from } = await caller('<Dial hangupOnStar="true"><Client>1001</Client></Dial>');
      await hear(from, "1001");
      await written();
      await stage.kill();
      await eventually("the caller to be known", () => leg(id)?.hangupOnStar === true);
      await lab.press(from, "1*");
      await stage.server.next("/fallback");
      expect(leg(id)).toMatchObject({ hungUp: false, hangupOnStar: false });
    });
  });
}
