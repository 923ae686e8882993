/** What `<Dial><Conference>`, `<Enqueue>` and `<Dial><Queue>` do with callers; written once, for the simulated and the real switch. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callSid } from "../../../src/sids.js";
import { readWav } from "../../lab/tones.js";
import { delay, eventually } from "../../lab/wait.js";
import { joined as spoken, silence, speech } from "../../speech/sounds.js";
import { openProgramStage, type ProgramStage } from "./stage.js";
import type { ProgramLab } from "./suite.js";

const STATUS = "https://server.example/conference";
const NEVER = new AbortController().signal;

interface Caller {
  readonly id: string;
  readonly from: string;
  readonly sid: string;
}

export function meetingSuite(openLab: () => Promise<ProgramLab>, secondMs: number): void {
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
  let numbers = 200;
  const leg = (id: string) => stage.calls().scripts.leg(id);
  const notes = (id: string): readonly string[] => stage.log.of(1, callSid(id)).map(({ code, text }) => `${code} ${text}`);
  /** A caller of a program of its own with this document; `/after-<name>` is what its actions may name. */
  const caller = async (name: string, verbs: string): Promise<Caller> => {
    stage.program(name);
    stage.server.on(`/${name}`, verbs);
    stage.server.on(`/after-${name}`, `<Say>After ${name}</Say><Pause length="600"/>`);
    const from = `+1212555${String(++numbers).padStart(4, "0")}`;
    const id = await stage.callIn(name, from);
    return { id, from, sid: callSid(id) };
  };
  /** Who joins first decides about a conference's callbacks, and who waits first is given out first. */
  const joined = (count: number): Promise<unknown> => eventually(`${count} participants`, () => stage.engine().conferences.find(1, "Room 1")?.participants.length === count);
  const bothIn = (): Promise<unknown> => eventually("both to be in", () => stage.engine().conferenceDesk.find(1, "Room 1")?.participants.filter(({ isInRoom }) => isInRoom).length === 2);
  const after = async (name: string): Promise<Readonly<Record<string, string>>> => (await stage.server.next(`/after-${name}`)).form;
  const hearing = (listener: Caller, ...voices: readonly Caller[]): Promise<unknown> => {
    const wanted = voices.map(({ from }) => from).sort().join();
    let heard = "";
    return eventually(`${listener.from} to hear ${wanted}`, async () => (heard = [...(await lab.hears(listener.from))].sort().join()) === wanted, { details: () => `heard: ${heard}` });
  };
  const events = (): readonly Readonly<Record<string, string>>[] => stage.told.filter(({ url }) => url === STATUS).map(({ form }) => Object.fromEntries(form));

  describe("a conference", () => {
    const conference = (name: string, attributes = ""): string => `<Dial action="/after-${name}"><Conference ${attributes}>Room 1</Conference></Dial><Say>never</Say>`;

    it("tells who begins to speak, and who ends, to a server that asks for speakers", async () => {
      const speaker = `statusCallback="${STATUS}" statusCallbackEvent="speaker"`;
      const a = await caller("a", conference("a", `participantLabel="first" ${speaker}`));
      // Whoever speaks before being in the room is heard by nobody there.
      await lab.says(`+1212555${String(numbers + 1).padStart(4, "0")}`, silence(1000));
      const b = await caller("b", conference("b"));
      const told = (what: string, who: Caller): unknown => eventually(`${what} of ${who.from}`, () => events().find((event) => event["StatusCallbackEvent"] === what && event["CallSid"] === who.sid), { details: () => JSON.stringify(events().map((event) => event["StatusCallbackEvent"])) });
      expect(await told("participant-speech-start", a)).toMatchObject({ ParticipantLabel: "first", Muted: "false", Hold: "false", Coaching: "false", EndConferenceOnExit: "false", StartConferenceOnEnter: "true", FriendlyName: "Room 1", Timestamp: expect.stringMatching(/ \+0000$/) as unknown });
      await bothIn();
      await lab.hush(b.from, false);
      await told("participant-speech-start", b);
      await lab.hush(b.from, true);
      await told("participant-speech-stop", b);
      await lab.says(b.from, null);
      // Whoever is muted, or held, speaks no more.
      const isSpeaking = (who: Caller): boolean => events().findLast((event) => event["CallSid"] === who.sid)?.["StatusCallbackEvent"] === "participant-speech-start";
      const meeting = stage.engine().conferences.find(1, "Room 1");
      const first = meeting?.participant(a.sid);
      if (meeting === undefined || first === undefined) throw new Error("There is no conference.");
      for (const quiet of [(on: boolean) => meeting.mute(first, on, NEVER), (on: boolean) => meeting.hold(first, on, [], NEVER)]) {
        await eventually("the participant to speak", () => isSpeaking(a));
        await quiet(true);
        await eventually("the participant to speak no more", () => !isSpeaking(a));
        await quiet(false);
      }
      await eventually("the participant to speak again", () => isSpeaking(a));
      expect(events().every((event) => /^participant-speech-(?:start|stop)$/.test(event["StatusCallbackEvent"] ?? ""))).toBe(true);
      expect(events().map((event) => event["SequenceNumber"])).toEqual(events().map((_, index) => String(index + 1)));
    });

    it("keeps its recording without the silence at both ends, when FreeSWITCH has closed the file", async () => {
      const [first, second] = [1, 2].map((ahead) => `+1212555${String(numbers + ahead).padStart(4, "0")}`);
      await lab.says(first ?? "", silence(60_000));
      await lab.says(second ?? "", silence(60_000));
      const a = await caller("a", conference("a", `record="record-from-start" trim="trim-silence" recordingStatusCallback="/recorded" recordingStatusCallbackEvent="in-progress completed" beep="false" statusCallback="${STATUS}" statusCallbackEvent="speaker"`));
      await joined(1);
      const b = await caller("b", conference("b", 'beep="false"'));
      const told = (): readonly string[] => stage.told.flatMap(({ form }) => Object.fromEntries(form)["RecordingStatus"] ?? []);
      await eventually("the recording to begin", () => told().includes("in-progress"), { details: () => told().join() });
      await bothIn();
      if (lab.kind === "real") {
        await lab.says(b.from, spoken(speech(600), silence(60_000)));
        await lab.speaksUp?.(b.from);
        await eventually("the speech to be over", () => events().some((event) => event["StatusCallbackEvent"] === "participant-speech-stop" && event["CallSid"] === b.sid));
      }
      for (const { from } of [a, b]) await lab.hangUp(from);
      const made = await eventually("the recording to be kept", () => stage.recordings.find(({ source, durationS }) => source === "Conference" && durationS !== null));
      for (const { from } of [a, b]) await lab.says(from, null);
      expect(told()).toEqual(["in-progress", "completed"]);
      expect(notes(made.callSid === a.sid ? a.id : b.id)).toEqual([]);
      if (lab.kind !== "real") return expect(made.durationS).toBe(1);
      const { rate, samples } = readWav(readFileSync(made.path));
      expect([samples.length / rate > 0.4, samples.length / rate < 1.2, made.durationS]).toEqual([true, true, 1]);
    });

    it("starts with the second who may start it; before that one hears the waitUrl and is heard by nobody", async () => {
      stage.server.on("/wait", "<Say>Waiting</Say>");
      const all = `statusCallback="${STATUS}" statusCallbackEvent="start end join leave mute hold modify announcement"`;
      const a = await caller("a", conference("a", `waitUrl="/wait" startConferenceOnEnter="false" participantLabel="first" ${all}`));
      await eventually("the wait", () => stage.spoken.includes("Waiting"));
      expect(stage.engine().conferences.find(1, "Room 1")?.state).toBe("init");
      const b = await caller("b", conference("b", 'endConferenceOnExit="true"'));
      await hearing(a, b);
      await hearing(b, a);
      await lab.hangUp(b.from);
      expect(await after("a")).toMatchObject({ DialCallStatus: "answered", CallSid: a.sid });
      await eventually("the conference's end to be told", () => events().some((event) => event["StatusCallbackEvent"] === "conference-end"));
      await eventually("all to be told", () => events().length === 6);
      const told = events();
      expect(told.map((event) => `${event["StatusCallbackEvent"] ?? ""} ${event["CallSid"] ?? ""}`.trim())).toEqual([
        `participant-join ${a.sid}`, `participant-join ${b.sid}`, "conference-start", `participant-leave ${b.sid}`, "conference-end", `participant-leave ${a.sid}`,
      ]);
      expect(told.map((event) => event["SequenceNumber"])).toEqual(["1", "2", "3", "4", "5", "6"]);
      expect(told[0]).toMatchObject({ Muted: "false", Hold: "false", Coaching: "false", ParticipantLabel: "first", StartConferenceOnEnter: "false", EndConferenceOnExit: "false", FriendlyName: "Room 1" });
      expect(told[3]).toMatchObject({ ReasonParticipantLeft: "participant_hung_up", ParticipantCallStatus: "completed", EndConferenceOnExit: "true" });
      expect(told[4]).toMatchObject({ ReasonConferenceEnded: "participant-with-end-conference-on-exit-left", CallSidEndingConference: b.sid });
      expect(told[5]).toMatchObject({ ReasonParticipantLeft: "moderator_ended_conference", ParticipantCallStatus: "in-progress" });
      const past = stage.engine().conferenceDesk.list(1).filter(({ ended }) => ended !== null).at(-1);
      expect(past).toMatchObject({ name: "Room 1", status: "completed", participants: [], ended: { reason: "participant-with-end-conference-on-exit-left", callSid: b.sid } });
      expect([stage.engine().conferenceDesk.find(1, past?.sid ?? ""), stage.engine().conferenceDesk.find(1, "Room 1"), stage.engine().conferenceDesk.find(2, past?.sid ?? "")]).toEqual([past, undefined, undefined]);
      expect(told.every((event) => event["CallStatus"] === undefined && /^CF[0-9a-f]{32}$/.test(event["ConferenceSid"] ?? ""))).toBe(true);
    });

    it("lets a coach be heard by the coached one alone, whoever comes later", async () => {
      const customer = await caller("customer", conference("customer"));
      const agent = await caller("agent", conference("agent"));
      await hearing(customer, agent);
      const coach = await caller("coach", conference("coach", `coach="${agent.sid}"`));
      await hearing(agent, customer, coach);
      await hearing(customer, agent);
      await hearing(coach, agent, customer);
      const third = await caller("third", conference("third"));
      await hearing(third, customer, agent);
      await hearing(agent, customer, coach, third);
    });

    it("mutes, holds and takes out a participant, whose call goes on", async () => {
      const a = await caller("a", conference("a", `muted="true" statusCallback="${STATUS}" statusCallbackEvent="mute hold leave"`));
      await joined(1);
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      await hearing(b);
      const meeting = stage.engine().conferences.find(1, "Room 1");
      const first = meeting?.participant(a.sid);
      if (meeting === undefined || first === undefined) throw new Error("There is no conference.");
      await meeting.mute(first, false, NEVER);
      await hearing(b, a);
      await meeting.hold(first, true, [], NEVER);
      await hearing(b);
      await hearing(a);
      await meeting.hold(first, false, [], NEVER);
      await hearing(b, a);
      first.takeOut("participant_updated_via_api");
      expect(await after("a")).toMatchObject({ DialCallStatus: "answered" });
      expect(events().map((event) => event["StatusCallbackEvent"])).toEqual(["participant-unmute", "participant-hold", "participant-unhold", "participant-leave"]);
      await eventually("the next document", () => stage.spoken.includes("After a"));
    });

    it("is changed from outside: muted, held with a sound, announced to, coached, and ended", async () => {
      const a = await caller("a", conference("a", `participantLabel="first" statusCallback="${STATUS}" statusCallbackEvent="end leave announcement"`));
      await joined(1);
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      await hearing(b, a);
      const desk = stage.engine().conferenceDesk;
      await eventually("both to be in", () => desk.find(1, "Room 1")?.participants.every(({ isInRoom }) => isInRoom));
      stage.server.on("/news", "<Say>The news</Say><Pause/><Play>/music-100ms.wav</Play>");
      await desk.announce(1, "Room 1", stage.server.url("/news"));
      expect(stage.spoken.slice(-2)).toEqual(["The news", "music-100ms.wav"]);
      await eventually("its end to be told", () => events().length === 1);
      expect(events()[0]).toMatchObject({ StatusCallbackEvent: "announcement-end", AnnounceUrl: stage.server.url("/news"), ConferenceSid: desk.find(1, "Room 1")?.sid });
      await desk.change(1, "Room 1", "first", { held: true, holdUrl: stage.server.url("/news"), announceUrl: stage.server.url("/news"), endConferenceOnExit: true });
      await hearing(b);
      await desk.change(1, "Room 1", "first", { held: false, coached: b.sid, muted: false });
      await hearing(b, a);
      expect(desk.list(1).filter(({ ended }) => ended === null)).toMatchObject([{ name: "Room 1", status: "in-progress", participants: [{ callSid: a.sid, label: "first", coached: b.sid, held: false, endConferenceOnExit: true }, { callSid: b.sid }] }]);
      await eventually("the end of the participant's to be told", () => events().length === 2);
      await expect(desk.announce(1, "Room 1", stage.server.url("/nothing"))).rejects.toMatchObject({ code: "InvalidParameter" });
      await expect(desk.change(1, "Room 1", "nobody", { muted: true })).rejects.toMatchObject({ code: "NotFound" });
      expect(desk.find(2, "Room 1")).toBeUndefined();
      await desk.end(1, "Room 1");
      expect(await after("a")).toMatchObject({ DialCallStatus: "answered" });
      expect(await after("b")).toMatchObject({ DialCallStatus: "answered" });
      expect(events().map((event) => `${event["StatusCallbackEvent"] ?? ""} ${event["ReasonParticipantLeft"] ?? event["ReasonConferenceEnded"] ?? ""}`.trim())).toEqual([
        "announcement-end", "announcement-end", "announcement-fail", "conference-end conference-ended-via-api", "participant-leave conference_ended_via_api", "participant-leave conference_ended_via_api",
      ]);
    });

    it("lets a held participant hear all of the hold document, over and over", async () => {
      const a = await caller("a", conference("a"));
      await joined(1);
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      const ends: string[] = [];
      const off = stage.calls().scriptRooms.onPlayed(({ sound, leg: listener }) => void (listener === a.id && ends.push(sound)));
      stage.server.on("/hold", '<Play loop="2">/one-300ms.wav</Play><Pause length="1"/><Play>/two-400ms.wav</Play>');
      await stage.engine().conferenceDesk.change(1, "Room 1", a.sid, { held: true, holdUrl: stage.server.url("/hold"), holdMethod: "POST" });
      await eventually("all of it to be heard, and from the beginning again", () => ends.length > 5, { details: () => ends.join() });
      const [one, again, pause, two] = ends;
      expect([again === one, pause?.startsWith("silence_stream://"), two !== one, ends[4], ends[5]]).toEqual([true, true, true, one, one]);
      await stage.engine().conferenceDesk.change(1, "Room 1", a.sid, { held: false });
      await hearing(b, a);
      off();
    });

    it("is left by the caller's star, and goes on with the others", async () => {
      const a = await caller("a", '<Dial hangupOnStar="true" action="/after-a"><Conference>Room 1</Conference></Dial>');
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      await lab.press(a.from, "*");
      expect(await after("a")).toMatchObject({ DialCallStatus: "answered" });
      expect(leg(b.id)?.inConference).toBe(true);
    });

    it("refuses a label twice, with the next verb, and a participant too many", async () => {
      const a = await caller("a", conference("a", 'participantLabel="one" maxParticipants="2"'));
      await eventually("the first", () => stage.engine().conferences.of(1).length === 1);
      const twice = await caller("twice", '<Dial action="/after-twice"><Conference participantLabel="one">Room 1</Conference></Dial><Say>Next</Say><Pause length="600"/>');
      await eventually("the next verb", () => stage.spoken.includes("Next"));
      expect(notes(twice.id)[0]).toMatch(/^16025 /);
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      await caller("many", conference("many"));
      expect(await after("many")).toMatchObject({ DialCallStatus: "failed" });
    });
  });

  describe("a queue of the program's own", () => {
    it("tells callers their places, gives them out in order, and goes on with each when it is over", async () => {
      stage.server.on("/wait", ({ form }) => `<Say>Place ${form["QueuePosition"] ?? ""} of ${form["CurrentQueueSize"] ?? ""}</Say><Pause length="5"/>`);
      const enqueue = (name: string): string => `<Enqueue waitUrl="/wait" action="/after-${name}">line</Enqueue>`;
      const a = await caller("a", enqueue("a"));
      await eventually("the first place", () => stage.spoken.includes("Place 1 of 1"));
      const b = await caller("b", enqueue("b"));
      await eventually("the second place", () => stage.spoken.includes("Place 2 of 2"));
      stage.server.on("/greet", "<Say>An agent comes</Say>");
      const desk = await caller("desk", '<Dial action="/after-desk"><Queue url="/greet">line</Queue></Dial>');
      await hearing(desk, a);
      expect(stage.spoken).toContain("An agent comes");
      expect(stage.server.to("/greet")[0]?.form).toMatchObject({ CallSid: a.sid, DequeingCallSid: desk.sid });
      await eventually("the other to move up", () => stage.spoken.includes("Place 1 of 1") && stage.spoken.at(-1)?.startsWith("Place 1") === true);
      await lab.hangUp(desk.from);
      expect(await after("a")).toMatchObject({ QueueResult: "bridged", CallSid: a.sid });
      expect((await after("a"))["QueueSid"]).toMatch(/^QU[0-9a-f]{32}$/);
      await eventually("the first to go on", () => stage.spoken.includes("After a"));
      await lab.hangUp(b.from);
      expect(await after("b")).toMatchObject({ QueueResult: "hangup", CallStatus: "completed" });
      expect((await after("desk"))["DialCallStatus"]).toBe("completed");
    });

    it("is left by Leave, refuses a caller too many, and lets who dials it wait for a caller", async () => {
      stage.server.on("/leave", "<Say>Bye</Say><Leave/>");
      await caller("a", '<Enqueue waitUrl="/leave" action="/after-a">two</Enqueue>');
      expect(await after("a")).toMatchObject({ QueueResult: "leave" });
      const b = await caller("b", '<Enqueue waitUrl="" maxQueueSize="1">three</Enqueue>');
      await eventually("the caller to wait", () => stage.engine().queues.find(1, "three")?.members.length === 1);
      await caller("full", '<Enqueue action="/after-full">three</Enqueue>');
      expect(await after("full")).toMatchObject({ QueueResult: "queue-full" });
      const desk = await caller("desk", '<Dial><Queue>three</Queue></Dial><Dial timeout="600"><Queue>three</Queue></Dial>');
      await hearing(desk, b);
      await lab.hangUp(b.from);
      await eventually("nobody to wait", () => stage.engine().queues.find(1, "three")?.members.length === 0);
      const c = await caller("c", '<Enqueue waitUrl="">three</Enqueue>');
      await hearing(desk, c);
    });

    it("that there is not is failed for who dials it", async () => {
      await caller("desk", '<Dial action="/after-desk"><Queue>nowhere</Queue></Dial>');
      expect(await after("desk")).toMatchObject({ DialCallStatus: "failed" });
    });
  });

  describe("a department", () => {
    it("takes callers of Enqueue, who hear the program's sounds until an agent has answered, and go on afterwards", async () => {
      stage.server.on("/wait", "<Say>Please hold</Say><Pause length=\"1\"/>");
      const a = await caller("a", '<Enqueue waitUrl="/wait" action="/after-a">support</Enqueue>');
      const call = await eventually("the caller to wait", () => {
        const found = stage.calls().legs.find(a.id);
        return found?.queue === "support" && found.state === "queued" ? found : null;
      });
      await eventually("the wait", () => stage.spoken.includes("Please hold"));
      await lab.phone("1001", { kind: "answer" });
      const caller1 = call.customer;
      if (caller1 === undefined) throw new Error("Nobody waits.");
      const agent = await stage.calls().legs.ring(call, { agentId: "1001" }, 5, caller1, NEVER);
      await stage.calls().legs.join(caller1, agent, NEVER);
      await eventually("the two to talk", async () => (await lab.hears(a.from)).has("1001"));
      await lab.hangUp("1001");
      expect(await after("a")).toMatchObject({ QueueResult: "bridged", CallSid: a.sid });
      await eventually("the next document", () => stage.spoken.includes("After a"));
    });

    const waiting = (id: string) => eventually("the caller to wait", () => stage.calls().legs.find(id)?.state === "queued");

    it("gives who is served next to who dials its queue, and nobody else meanwhile; both go on afterwards", async () => {
      const held: unknown[] = [];
      stage.server.on("/url", () => {
        held.push(stage.calls().legs.activities.termsOf(a.id));
        return "<Say>You are next</Say>";
      });
      const a = await caller("a", '<Enqueue action="/after-a">support</Enqueue>');
      await waiting(a.id);
      const b = await caller("b", '<Enqueue action="/after-b" waitUrl="/wait">support</Enqueue>');
      stage.server.on("/wait", "<Say>Please hold</Say><Pause length=\"1\"/>");
      await waiting(b.id);
      const agent = await caller("agent", '<Dial action="/after-agent"><Queue url="/url">support</Queue></Dial>');
      await hearing(agent, a);
      await hearing(a, agent);
      expect((await stage.server.next("/url")).form).toMatchObject({ CallSid: a.sid, DequeingCallSid: agent.sid });
      expect([held, stage.spoken.includes("You are next")]).toEqual([["refuses"], true]);
      await waiting(b.id);
      await lab.hangUp(agent.from);
      expect(await after("a")).toMatchObject({ QueueResult: "bridged", CallSid: a.sid });
      const second = await caller("second", '<Dial action="/after-second"><Queue>support</Queue></Dial>');
      await hearing(second, b);
      await lab.hangUp(b.from);
      expect(await after("second")).toMatchObject({ DialCallStatus: "completed", DialCallSid: b.sid, DialBridged: "true" });
    });

    it("lets who dials its queue wait for a caller, and tells the one too many so at once", async () => {
      await caller("nobody", '<Dial timeout="5" action="/after-nobody"><Queue>support</Queue></Dial>');
      expect(await after("nobody")).toMatchObject({ DialCallStatus: "no-answer" });
      const agent = await caller("agent", '<Dial timeout="600"><Queue>support</Queue></Dial>');
      const a = await caller("a", "<Enqueue>support</Enqueue>");
      await hearing(agent, a);
      stage.limits.department = 1;
      const b = await caller("b", "<Enqueue>support</Enqueue>");
      await waiting(b.id);
      await caller("many", '<Enqueue action="/after-many">support</Enqueue>');
      expect(await after("many")).toMatchObject({ QueueResult: "queue-full" });
    });

    it("is reached by a menu of keys, and its agent talks to the caller, who goes on with the program afterwards", async () => {
      const menu = await caller("menu", '<Gather numDigits="1" action="/chosen" timeout="600"><Say>For support press 1</Say></Gather>');
      stage.server.on("/chosen", ({ form }) => (form["Digits"] === "1" ? '<Say>Support</Say><Enqueue action="/after-menu">support</Enqueue>' : "<Hangup/>"));
      await eventually("the menu", () => stage.spoken.includes("For support press 1") && leg(menu.id)?.answered === true);
      await lab.press(menu.from, "1");
      const call = await eventually("the caller to wait", () => {
        const found = stage.calls().legs.find(menu.id);
        return found?.state === "queued" ? found : null;
      });
      await lab.phone("1002", { kind: "answer" });
      const waiting = call.customer;
      if (waiting === undefined) throw new Error("Nobody waits.");
      const agent = await stage.calls().legs.ring(call, { agentId: "1002" }, 5, waiting, NEVER);
      await stage.calls().legs.join(waiting, agent, NEVER);
      await eventually("the two to talk", async () => (await lab.hears(menu.from)).has("1002") && (await lab.hears("1002")).has(menu.from));
      expect(stage.calls().legs.find(menu.id)).toMatchObject({ state: "active" });
      await lab.hangUp("1002");
      expect(await after("menu")).toMatchObject({ QueueResult: "bridged", CallStatus: "in-progress" });
    });

    it("leaves the sounds to the program that has its own, also where they are silence", async () => {
      const quiet = await caller("quiet", '<Enqueue waitUrl="">support</Enqueue>');
      const other = await caller("other", "<Enqueue>support</Enqueue>");
      const isPlaying = ({ id }: Caller): boolean | undefined => stage.calls().audio.find(id)?.playing;
      const live = await eventually("both to wait, one with music", () => (stage.calls().legs.find(quiet.id)?.queue === "support" && isPlaying(other) === true ? leg(other.id) : null));
      // As the department's router says when it has taken a caller in.
      const call = stage.calls().legs.find(other.id);
      if (call !== undefined) stage.calls().legs.stage(call, "waiting");
      // Whoever hears nothing is played music again, and the first has heard nothing for longer.
      await stage.calls().scripts.silence(live);
      await eventually("the music to end", () => isPlaying(other) === false);
      await eventually("the music to begin again", () => isPlaying(other));
      expect(isPlaying(quiet)).toBe(false);
    });

    it("is named by a workflow, and left by Leave", async () => {
      stage.server.on("/leave", "<Leave/>");
      const a = await caller("a", '<Enqueue workflowSid="WW1" waitUrl="/leave" action="/after-a"/>');
      expect(await after("a")).toMatchObject({ QueueResult: "leave" });
      await eventually("the caller to wait no more", () => stage.calls().legs.find(a.id)?.queue === null);
      await caller("b", '<Enqueue workflowSid="WW2"/><Say>Next</Say>');
      await eventually("the next verb", () => stage.spoken.includes("Next"));
    });
  });

  it("plays music to who waits where the waitUrl is no address, in a queue, a department and a conference", async () => {
    const waits = { line: '<Enqueue waitUrl="/wait">line</Enqueue>', support: '<Enqueue waitUrl="/wait">support</Enqueue>', room: '<Dial><Conference waitUrl="/wait">Room 1</Conference></Dial>' };
    const ids: string[] = [];
    for (const [name, verbs] of Object.entries(waits)) {
      stage.program(name, { document: { twiml: `<Response>${verbs}</Response>` } });
      ids.push(await stage.callIn(name));
    }
    await eventually("all to wait with music", () => ids.every((id) => notes(id).length === 1 && (leg(id)?.answered === true)));
    expect(ids.map((id) => notes(id)[0]?.slice(0, 5))).toEqual(["11100", "11100", "11100"]);
    expect(stage.engine().queues.find(1, "line")?.members.length).toBe(1);
    expect(stage.calls().legs.find(ids[1] ?? "")).toMatchObject({ queue: "support", state: "queued" });
    await joined(1);
    expect(stage.spoken).toEqual([]);
  });

  describe("a live update", () => {
    const update = async ({ sid, from }: Caller): Promise<void> => {
      stage.server.on("/other", `<Say>Other ${from}</Say><Pause length="600"/>`);
      await stage.engine().update(1, sid, { document: { url: stage.server.url("/other"), method: "POST" } });
      await eventually("the other document", () => stage.spoken.includes(`Other ${from}`));
    };

    it("takes a caller out of a conference, which goes on", async () => {
      const a = await caller("a", `<Dial action="/after-a"><Conference statusCallback="${STATUS}" statusCallbackEvent="leave">Room 1</Conference></Dial>`);
      await joined(1);
      const b = await caller("b", "<Dial><Conference>Room 1</Conference></Dial>");
      await hearing(a, b);
      await update(a);
      await hearing(b);
      expect(leg(b.id)?.inConference).toBe(true);
      await eventually("it to be told", () => events().length === 1);
      expect(events()[0]).toMatchObject({ CallSid: a.sid, ReasonParticipantLeft: "participant_updated_via_api", ParticipantCallStatus: "in-progress" });
      expect(stage.server.to("/after-a")).toEqual([]);
    });

    it("takes a caller out of the wait for a conference, of a queue, and of a department", async () => {
      const a = await caller("a", "<Dial><Conference>Room 1</Conference></Dial>");
      const b = await caller("b", "<Enqueue>line</Enqueue>");
      const c = await caller("c", "<Enqueue>support</Enqueue>");
      await eventually("all to wait", () => stage.engine().conferences.find(1, "Room 1")?.participants.length === 1 && stage.engine().queues.find(1, "line")?.members.length === 1 && stage.calls().legs.find(c.id)?.queue === "support");
      for (const each of [a, b, c]) await update(each);
      expect(stage.engine().conferences.of(1)).toEqual([]);
      expect(stage.engine().queues.find(1, "line")?.members).toEqual([]);
      expect(stage.calls().legs.find(c.id)).toMatchObject({ queue: null, state: "scripted" });
    });

    it("takes a caller out of a conversation, whose other party hangs up, or goes on with its own document", async () => {
      await lab.phone("1001", { kind: "answer" });
      const a = await caller("a", '<Dial action="/after-a"><Client>1001</Client></Dial>');
      await eventually("the two to talk", async () => (await lab.hears(a.from)).has("1001"));
      await update(a);
      await eventually("the agent's leg to have ended", () => [...stage.calls().legs.all()].flatMap(({ legs }) => legs).length === 1);
      const b = await caller("b", '<Enqueue action="/after-b">line</Enqueue>');
      await eventually("the caller to wait", () => stage.engine().queues.find(1, "line")?.members.length === 1);
      const desk = await caller("desk", "<Dial><Queue>line</Queue></Dial>");
      await hearing(desk, b);
      await update(desk);
      expect(await after("b")).toMatchObject({ QueueResult: "bridged" });
    });

    it.each(["support", "line"])("ends the recording of a conversation with a caller of the queue %s, and keeps it", async (queue) => {
      const b = await caller("b", `<Enqueue action="/after-b">${queue}</Enqueue>`);
      await eventually("the caller to wait", () => stage.calls().legs.find(b.id)?.state === "queued" || stage.engine().queues.find(1, queue)?.members.length === 1);
      const desk = await caller("desk", `<Dial record="record-from-ringing" recordingStatusCallback="/recorded"><Queue>${queue}</Queue></Dial>`);
      await hearing(desk, b);
      await eventually("the recording", () => (leg(desk.id)?.recordings.length ?? 0) > 0);
      await update(desk);
      expect(stage.recordings).toMatchObject([{ callSid: desk.sid, source: "DialVerb" }]);
      expect([stage.told.map(({ url }) => url), leg(desk.id)?.recordings]).toEqual([[stage.server.url("/recorded")], []]);
    });

    it("takes a caller whom somebody had taken out of a queue out of that conversation", async () => {
      const b = await caller("b", '<Enqueue action="/after-b">line</Enqueue>');
      await eventually("the caller to wait", () => stage.engine().queues.find(1, "line")?.members.length === 1);
      const desk = await caller("desk", '<Dial action="/after-desk"><Queue>line</Queue></Dial>');
      await hearing(desk, b);
      await update(b);
      expect(await after("desk")).toMatchObject({ DialCallStatus: "completed" });
      expect(leg(b.id)?.partner).toBeNull();
    });
  });

  describe("a conference when Callplane is started again", () => {
    const all = `statusCallback="${STATUS}" statusCallbackEvent="start end join leave modify"`;
    const conference = (name: string, attributes = ""): string => `<Dial action="/after-${name}"><Conference ${attributes}>Room 1</Conference></Dial>`;
    const settled = (): Promise<unknown> => eventually("the state to be written", () => stage.calls().counts.pendingStateWrites() === 0);
    const told = (): readonly string[] => events().map((event) => `${event["SequenceNumber"] ?? ""} ${event["StatusCallbackEvent"] ?? ""} ${event["CallSid"] ?? event["ReasonConferenceEnded"] ?? ""}`.trim());
    const inRoom = (count: number): Promise<unknown> => eventually(`${count} in the room`, () => stage.engine().conferences.find(1, "Room 1")?.participants.filter(({ isInRoom }) => isInRoom).length === count);

    it("goes on with its rules: whom a coach is heard by, whose leaving ends it, and what is told", async () => {
      const a = await caller("a", conference("a", `participantLabel="first" ${all}`));
      await joined(1);
      const b = await caller("b", conference("b", 'endConferenceOnExit="true"'));
      await hearing(a, b);
      const coach = await caller("coach", conference("coach", `coach="${b.sid}"`));
      await hearing(b, a, coach);
      await inRoom(3);
      await settled();
      await stage.restart();
      await inRoom(3);
      expect(stage.engine().conferenceDesk.find(1, "Room 1")).toMatchObject({ status: "in-progress", participants: [{ callSid: a.sid, label: "first" }, { callSid: b.sid, endConferenceOnExit: true }, { callSid: coach.sid, coached: b.sid }] });
      const late = await caller("late", conference("late"));
      await hearing(late, a, b);
      await hearing(b, a, coach, late);
      await lab.hangUp(b.from);
      for (const name of ["a", "coach", "late"]) expect(await after(name)).toMatchObject({ DialCallStatus: "answered" });
      await eventually("all to be told", () => events().length === 10);
      expect(told().slice(0, 7)).toEqual([`1 participant-join ${a.sid}`, `2 participant-join ${b.sid}`, "3 conference-start", `4 participant-join ${coach.sid}`, `5 participant-join ${late.sid}`, `6 participant-leave ${b.sid}`, "7 conference-end participant-with-end-conference-on-exit-left"]);
      expect(stage.engine().conferences.of(1)).toEqual([]);
    });

    it("plays on to who is held, whose sound has come to its end meanwhile", async () => {
      const a = await caller("a", conference("a"));
      await joined(1);
      const b = await caller("b", conference("b"));
      await hearing(a, b);
      await inRoom(2);
      const ends: string[] = [];
      const listen = () => stage.calls().scriptRooms.onPlayed(({ sound, leg: listener }) => void (listener === a.id && ends.push(sound)));
      const off = listen();
      stage.server.on("/hold", "<Play>/one-300ms.wav</Play>");
      await stage.engine().conferenceDesk.change(1, "Room 1", a.sid, { held: true, holdUrl: stage.server.url("/hold"), holdMethod: "POST" });
      await eventually("the sound to be heard", () => ends.length > 0);
      await settled();
      await stage.restart(async () => {
        off();
        // Longer than the sound.
        await delay(700);
        ends.length = 0;
      });
      const offAgain = listen();
      await inRoom(2);
      await eventually("it to be heard again and again", () => ends.length > 2, { details: () => ends.join() });
      await stage.engine().conferenceDesk.change(1, "Room 1", a.sid, { held: false });
      await hearing(b, a);
      offAgain();
    });

    it("ends when the moderator has hung up meanwhile", async () => {
      const a = await caller("a", conference("a", all));
      await joined(1);
      const b = await caller("b", conference("b", 'endConferenceOnExit="true"'));
      await hearing(a, b);
      await inRoom(2);
      await settled();
      await stage.restart(async () => {
        await lab.hangUp(b.from);
      });
      expect(await after("a")).toMatchObject({ DialCallStatus: "answered" });
      await eventually("all to be told", () => events().length === 6);
      expect(told().slice(3)).toEqual([`4 participant-leave ${b.sid}`, "5 conference-end participant-with-end-conference-on-exit-left", `6 participant-leave ${a.sid}`]);
    });

    it("has one who waited wait on, and starts with the next one; who has no action goes to the fallback afterwards", async () => {
      stage.server.on("/wait", "<Say>Waiting</Say>");
      const a = await caller("a", '<Dial><Conference waitUrl="/wait">Room 1</Conference></Dial>');
      stage.program("a", { fallback: { url: stage.server.url("/after-a"), method: "POST" } });
      await eventually("the wait", () => stage.spoken.includes("Waiting"));
      await settled();
      await stage.restart();
      await eventually("the wait again", () => stage.spoken.filter((text) => text === "Waiting").length === 2);
      const b = await caller("b", conference("b", 'endConferenceOnExit="true"'));
      await hearing(a, b);
      await lab.hangUp(b.from);
      expect(await after("a")).toMatchObject({ ErrorCode: "31000" });
    });
  });
}
