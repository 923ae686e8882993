/** Twilio's own client, unchanged, against the whole product on a real FreeSWITCH; a second one plays those who are called. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeReal } from "../lab/describe-real.js";
import { createProvisionedLab, type ProvisionedLab } from "../lab/provisioned.js";
import { analyse, readWav } from "../lab/tones.js";
import { eventually } from "../lab/wait.js";
import { AGENT, LINE, openWorld, SPOKEN, type World } from "./world.js";
import { basic } from "../support/basic-auth.js";

describeReal("Twilio's client on a real FreeSWITCH", await createProvisionedLab([AGENT]), suite);

function suite(lab: ProvisionedLab): void {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(lab);
  });
  afterEach(() => world.clear());
  afterAll(async () => {
    await world.close();
    await lab.close();
  });
  const told = (path: string): readonly Readonly<Record<string, string>>[] => world.server.to(path).map(({ form }) => form);
  const gone = (party: string): Promise<unknown> => eventually(`${party} to have no call`, () => lab.parties.legs(party) === 0);

  it("calls somebody who hears what is said, gives the call other documents, finds and ends it; each step is told in order", async () => {
    const { client, server, account } = world;
    const callee = "+12125550401";
    world.on("/greet", (voice) => voice.say({ loop: 0 }, "Hello"));
    world.on("/other", (voice) => {
      voice.say("Once more");
      voice.pause({ length: 600 });
    });
    world.takes("/status");
    const { sid, status, direction } = await client.calls.create({ to: callee, from: LINE, url: server.url("/greet"), statusCallback: server.url("/status"), statusCallbackEvent: ["initiated", "ringing", "answered", "completed"] });
    expect([sid, status, direction]).toEqual([expect.stringMatching(/^CA[0-9a-f]{32}$/), "queued", "outbound-api"]);
    const parameters = { CallSid: sid, AccountSid: account.sid, From: LINE, To: callee, Caller: LINE, Called: callee, Direction: "outbound-api", ApiVersion: "2010-04-01" };
    expect((await server.next("/greet")).form).toMatchObject({ ...parameters, CallStatus: "in-progress" });
    await world.hearing(callee, SPOKEN);
    await client.calls(sid).update({ twiml: "<Response><Pause length=\"600\"/></Response>" });
    await world.hearing(callee);
    await client.calls(sid).update({ url: server.url("/other"), method: "GET" });
    expect(await server.next("/other")).toMatchObject({ method: "GET" });
    await world.hearing(callee, SPOKEN);
    expect((await client.calls.list({ to: callee })).map((call) => [call.sid, call.status, call.from])).toEqual([[sid, "in-progress", LINE]]);
    await client.calls(sid).update({ status: "completed" });
    await gone(callee);
    await eventually("the end to be told", () => told("/status").length === 4);
    const step = { ...parameters, CallbackSource: "call-progress-events", Timestamp: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/) as unknown };
    expect(told("/status")).toMatchObject([
      { ...step, CallStatus: "initiated", SequenceNumber: "0" },
      { ...step, CallStatus: "ringing", SequenceNumber: "1" },
      { ...step, CallStatus: "in-progress", SequenceNumber: "2" },
      { ...step, CallStatus: "completed", SequenceNumber: "3", CallDuration: expect.stringMatching(/^\d+$/) as unknown, Duration: "1" },
    ]);
    await eventually("the record of its end", async () => (await client.calls(sid).fetch()).status === "completed");
    await expect(client.calls(sid).update({ twiml: "<Response/>" })).rejects.toMatchObject({ status: expect.any(Number) as unknown });
  });

  it("calls people into a conference, mutes, holds, announces to, coaches and takes out, and ends it", async () => {
    const { client, server } = world;
    const [customer, agent, coach] = ["+12125550411", "+12125550412", "+12125550413"];
    world.on("/hold", (voice) => voice.say({ loop: 0 }, "Please hold"));
    world.on("/news", (voice) => voice.say("News"));
    world.takes("/room");
    const enter = (to: string, more: object = {}) => client.conferences("Room").participants.create({ from: LINE, to, beep: "false", ...more });
    const first = await enter(customer, { label: "customer", conferenceStatusCallback: server.url("/room"), conferenceStatusCallbackEvent: ["start", "end", "join", "leave", "mute", "hold", "announcement"] });
    await eventually("the customer to be in", async () => (await client.conferences.list({ friendlyName: "Room" })).length === 1);
    const second = await enter(agent, { label: "agent" });
    await world.hearing(customer, agent);
    await world.hearing(agent, customer);
    const [room] = await client.conferences.list({ friendlyName: "Room", status: "in-progress" });
    const sid = room?.sid ?? "";
    const participant = (who: string) => client.conferences(sid).participants(who);
    expect((await client.conferences(sid).participants.list()).map(({ callSid, label }) => [callSid, label])).toEqual([[first.callSid, "customer"], [second.callSid, "agent"]]);

    await participant("customer").update({ muted: true });
    await world.hearing(agent);
    await participant("customer").update({ muted: false });
    await world.hearing(agent, customer);
    await participant("customer").update({ hold: true, holdUrl: server.url("/hold"), holdMethod: "POST" });
    await world.hearing(customer, SPOKEN);
    await world.hearing(agent);
    await participant(first.callSid).update({ hold: false });
    await world.hearing(customer, agent);
    await participant("customer").update({ announceUrl: server.url("/news") });
    await eventually("the announcement's end", () => told("/room").some(({ StatusCallbackEvent: event }) => event === "announcement-end"));
    expect([...server.to("/hold"), ...server.to("/news")].map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /hold", "POST /news"]);

    await enter(coach, { label: "coach", coaching: true, callSidToCoach: second.callSid });
    await world.hearing(agent, customer, coach);
    await world.hearing(customer, agent);
    await participant("customer").remove();
    await gone(customer);
    await client.conferences(sid).update({ status: "completed" });
    await Promise.all([gone(agent), gone(coach)]);
    await eventually("all to be told", () => told("/room").filter(({ StatusCallbackEvent: event }) => event === "participant-leave").length === 3);
    const events = told("/room").map(({ StatusCallbackEvent: event, ParticipantLabel: label }) => `${event ?? ""} ${label ?? ""}`.trim());
    expect(events.filter((event) => !event.endsWith(" coach"))).toEqual([
      "participant-join customer", "participant-join agent", "conference-start", "participant-mute customer", "participant-unmute customer", "participant-hold customer", "participant-unhold customer",
      "announcement-end", "participant-leave customer", "conference-end", "participant-leave agent",
    ]);
    expect(told("/room").map(({ SequenceNumber: number }) => Number(number))).toEqual(told("/room").map((_, index) => index + 1));
    expect(told("/room")).toMatchObject(told("/room").map(() => ({ ConferenceSid: sid, FriendlyName: "Room" })));
  });

  it("records the caller of a line, whose voice is in the file that the client lists and downloads", async () => {
    const { client, server, account } = world;
    const caller = "+12125550421";
    world.on("/voice", (voice) => {
      voice.say("Speak");
      voice.record({ action: "/recorded", finishOnKey: "#", timeout: 0, maxLength: 60, playBeep: false, recordingStatusCallback: "/recording" });
    });
    world.on("/recorded", (voice) => voice.hangup());
    world.takes("/recording");
    void lab.callIn(caller, LINE);
    const { form: asked } = await server.next("/voice");
    expect(asked).toMatchObject({ From: caller, To: LINE, Direction: "inbound", CallStatus: "ringing" });
    await world.hearing(caller, SPOKEN);
    const callSid = asked["CallSid"] ?? "";
    await eventually("the recording to go on", async () => (await lab.api("show channels as json")).includes(lab.recordingsDir));
    await world.hearing(caller);
    await lab.parties.press(caller, "#");
    const { form } = await server.next("/recorded");
    expect(form).toMatchObject({ CallSid: callSid, Digits: "#", RecordingSid: expect.stringMatching(/^RE[0-9a-f]{32}$/) as unknown, RecordingDuration: expect.stringMatching(/^\d+$/) as unknown });
    expect((await server.next("/recording")).form).toMatchObject({ CallSid: callSid, RecordingSid: form["RecordingSid"], RecordingStatus: "completed", RecordingSource: "RecordVerb", RecordingChannels: "1" });
    const recording = await eventually("the recording to be listed", async () => (await client.recordings.list({ callSid })).find(({ sid }) => sid === form["RecordingSid"]));
    expect([recording.callSid, recording.source]).toEqual([callSid, "RecordVerb"]);
    const media = await fetch(`${world.url}${recording.mediaUrl}.wav`, { headers: { authorization: basic(account.sid, account.authToken) } });
    expect(media.status).toBe(200);
    const voice = lab.parties.voice(caller);
    const sound = readWav(Buffer.from(await media.arrayBuffer()));
    expect([...analyse(sound, [voice, SPOKEN]).frequencies]).toEqual([voice]);
  });
}
