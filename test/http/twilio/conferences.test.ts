import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "../../../src/twiml/index.js";
import { sid, twilioWorld, type TwilioWorld } from "./world.js";

let all: TwilioWorld;
let client: ReturnType<TwilioWorld["client"]>;
const refused = (status: number, code: number): unknown => expect.objectContaining({ status, code });
beforeAll(async () => {
  all = await twilioWorld();
  client = all.client();
});
afterAll(() => all.close());

describe("Twilio's client", () => {
  it("lists conferences and who takes part, and none of another organization", async () => {
    const [meeting] = await client.conferences.list({ status: "in-progress" });
    if (meeting === undefined) throw new Error("there is no conference");
    expect([meeting.friendlyName, meeting.status]).toEqual(["meeting", "in-progress"]);
    expect(await client.conferences.list({ friendlyName: "other" })).toEqual([]);
    const participants = await meeting.participants().list();
    expect(participants.map(({ callSid, label, status, conferenceSid }) => [callSid, label, status, conferenceSid])).toEqual([[sid(700), "a", "connected", meeting.sid], [sid(701), "b", "connected", meeting.sid]]);
    expect((await client.conferences("meeting").participants("b").fetch()).callSid).toBe(sid(701));
    await expect(all.client(all.other).conferences(meeting.sid).fetch()).rejects.toEqual(refused(404, 20404));
    await expect(client.conferences("nothing").fetch()).rejects.toEqual(refused(404, 20404));
  });

  it("lists and fetches conferences that have ended, with why, and finds them by their days", async () => {
    const past = `CF${"d".repeat(32)}`;
    const [found] = await client.conferences.list({ status: "completed" });
    expect([found?.sid, found?.status, found?.reasonConferenceEnded, found?.callSidEndingConference, found?.dateUpdated]).toEqual([past, "completed", "last-participant-left", sid(11), new Date("2026-11-18T10:00:00Z")]);
    expect((await client.conferences.list()).map(({ status }) => status)).toEqual(["in-progress", "completed"]);
    const day = (text: string): Date => new Date(`${text}T00:00:00Z`);
    const listed = async (filter: Parameters<typeof client.conferences.list>[0]): Promise<readonly string[]> => (await client.conferences.list(filter)).map(({ status }) => status);
    expect(await Promise.all([listed({ dateCreated: day("2026-11-18") }), listed({ dateCreatedBefore: day("2026-11-19") }), listed({ dateCreatedAfter: day("2026-11-19") }), listed({ dateUpdated: day("2026-11-19") })])).toEqual([["completed"], ["completed"], ["in-progress"], []]);
    expect((await client.conferences(past).fetch()).reasonConferenceEnded).toBe("last-participant-left");
    expect(await client.conferences(past).participants.list()).toEqual([]);
    await expect(client.conferences(past).participants.create({ from: "+15550111", to: "+15550142" })).rejects.toEqual(refused(404, 20404));
    expect((await client.conferences(past).update({ status: "completed" })).reasonConferenceEnded).toBe("last-participant-left");
  });

  it("mutes, holds, coaches, announces and takes out a participant", async () => {
    const b = client.conferences("meeting").participants(sid(701));
    expect((await b.update({ muted: true })).muted).toBe(true);
    expect((await b.update({ hold: true, holdUrl: "https://app.example.org/music.mp3", holdMethod: "POST" })).hold).toBe(true);
    expect((await b.update({ coaching: true, callSidToCoach: sid(700) })).callSidToCoach).toBe(sid(700));
    expect((await b.update({ coaching: false })).coaching).toBe(false);
    await b.update({ announceUrl: "https://app.example.org/hello.wav", announceMethod: "GET" });
    expect(all.asked.slice(-5).map(([, change]) => change)).toEqual([{ muted: true }, { held: true, holdUrl: "https://app.example.org/music.mp3", holdMethod: "POST" }, { coached: sid(700) }, { coached: null }, { announceUrl: "https://app.example.org/hello.wav", announceMethod: "GET" }]);
    await expect(b.update({ announceUrl: "nothing" })).rejects.toEqual(refused(400, 21205));
    await expect(b.update({ coaching: true })).rejects.toEqual(refused(400, 20001));
    expect(await b.remove()).toBe(true);
    await expect(b.fetch()).rejects.toEqual(refused(404, 20404));
  });

  it("calls somebody into a conference, by a document that the engine reads", async () => {
    const made = await client.conferences("meeting").participants.create({
      from: "+15550111", to: "client:1001", label: "agent & co", muted: true, beep: "onEnter", endConferenceOnExit: true, coaching: true, callSidToCoach: sid(700), conferenceStatusCallback: "https://app.example.org/c?a=1&b=2", conferenceStatusCallbackEvent: ["start", "join"], earlyMedia: true,
    });
    expect([made.status, made.label, made.muted, made.coaching]).toEqual(["queued", "agent & co", true, true]);
    const { source } = all.created.at(-1) ?? {};
    if (source === undefined || !("twiml" in source)) throw new Error("there is no document");
    const { verbs, warnings } = parse(source.twiml);
    expect(warnings).toEqual([]);
    expect(verbs).toMatchObject([{ verb: "Dial" }]);
    expect(JSON.stringify(verbs)).toContain('"agent & co"');
    expect(JSON.stringify(verbs)).toContain("https://app.example.org/c?a=1&b=2");
    // A room that there is not yet begins with it; a sid that stands for none is unknown.
    await client.conferences("new room").participants.create({ from: "+15550111", to: "+15550142" });
    expect(all.created.at(-1)?.source).toMatchObject({ twiml: expect.stringContaining(">new room<") as string });
    await expect(client.conferences(`CF${"0".repeat(32)}`).participants.create({ from: "+15550111", to: "+15550142" })).rejects.toEqual(refused(404, 20404));
    await expect(client.conferences("meeting").participants.create({ from: "+15550111", to: "" })).rejects.toEqual(refused(400, 21201));
  });

  it("lets a participant in at once, and tells beside who has answered", async () => {
    const participants = client.conferences("meeting").participants;
    await participants.create({ from: "+15550111", to: "+15550142", machineDetection: "Enable", machineDetectionSpeechThreshold: 1500, amdStatusCallback: "https://app.example.org/amd", amdStatusCallbackMethod: "GET" });
    expect(all.created.at(-1)?.machineDetection).toMatchObject({ mode: "Enable", speechThresholdMs: 1500, beside: true, callback: { url: "https://app.example.org/amd", method: "GET" } });
    await participants.create({ from: "+15550111", to: "+15550142", machineDetection: "DetectMessageEnd" });
    expect(all.created.at(-1)?.machineDetection).toMatchObject({ mode: "DetectMessageEnd", beside: true, callback: null });
    await expect(participants.create({ from: "+15550111", to: "+15550142", machineDetection: "Enable", amdStatusCallback: "nowhere" })).rejects.toEqual(refused(400, 21205));
  });

  it("announces to everybody, and ends the conference", async () => {
    const meeting = client.conferences(`CF${"c".repeat(32)}`);
    await meeting.update({ announceUrl: "https://app.example.org/hello.wav", announceMethod: "GET" });
    expect((await meeting.update({ status: "completed" })).status).toBe("completed");
    expect(all.asked.slice(-2)).toEqual([
      ["conference.announce", all.account.organizationId, `CF${"c".repeat(32)}`, "https://app.example.org/hello.wav", "GET"],
      ["conference.end", all.account.organizationId, `CF${"c".repeat(32)}`],
    ]);
    const uri = `https://api.twilio.com/2010-04-01/Accounts/${all.account.sid}/Conferences/meeting.json`;
    expect(await client.request({ method: "post", uri, data: { Status: "init" } })).toMatchObject({ statusCode: 400, body: { code: 20001 } });
  });
});
