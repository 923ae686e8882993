import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conflict } from "../../../src/errors.js";
import { recordingSid } from "../../../src/sids.js";
import { ORG, OTHER_ORG } from "../fakes.js";
import { AT, later, sid, twilioWorld, uuid, type TwilioWorld } from "./world.js";

let all: TwilioWorld;
let client: ReturnType<TwilioWorld["client"]>;
beforeAll(async () => {
  all = await twilioWorld();
  client = all.client();
  await all.save({ id: uuid(1) }, [{ channelUuid: uuid(1) }, { channelUuid: uuid(2), direction: "outbound" }]);
  await all.save({ id: uuid(5), organizationId: OTHER_ORG }, [{ channelUuid: uuid(5) }]);
  for (const n of [1, 2, 3]) await all.record(`${uuid(1)}-${n}`, uuid(1), `RIFF ${n}`);
  await all.record(`${uuid(8)}-1`, uuid(8), "RIFF other call");
});
afterAll(() => all.close());
const re = (n: number): string => recordingSid(`${uuid(1)}-${n}`);

describe("Twilio's client", () => {
  it("lists recordings, of the account and of a call by any leg of it, and reads one", async () => {
    expect(await client.recordings.list()).toHaveLength(4);
    expect((await client.recordings.list({ callSid: sid(2), pageSize: 2 })).map((each) => each.sid)).toEqual([3, 2, 1].map(re));
    expect((await client.calls(sid(1)).recordings.list()).length).toBe(3);
    const recording = await client.recordings(re(2)).fetch();
    expect([recording.callSid, recording.status, recording.duration, recording.startTime, recording.channels]).toEqual([sid(1), "completed", "12", AT, 1]);
    expect(later(12)).toEqual(recording.dateUpdated);
  });

  it("is given the sound, with and without an ending, for its credentials alone", async () => {
    const path = `${all.url}/2010-04-01/Accounts/${all.account.sid}/Recordings/${re(2)}`;
    const authorization = `Basic ${Buffer.from(`${all.account.sid}:${all.account.authToken}`).toString("base64")}`;
    for (const ending of ["", ".wav"]) {
      const reply = await fetch(path + ending, { headers: { authorization } });
      expect([reply.status, reply.headers.get("content-type"), await reply.text()]).toEqual([200, "audio/wav", "RIFF 2"]);
      expect((await fetch(path + ending)).status).toBe(401);
    }
    const other = `Basic ${Buffer.from(`${all.other.sid}:${all.other.authToken}`).toString("base64")}`;
    expect((await fetch(path, { headers: { authorization: other } })).status).toBe(404);
    expect((await fetch(path.replace(all.account.sid, all.other.sid), { headers: { authorization: other } })).status).toBe(404);
  });

  it("knows what the program that made a recording says of it, by the program's own sid", async () => {
    const named = `RE${"a".repeat(32)}`;
    await all.record(`${uuid(1)}-9`, uuid(1), "RIFF 9");
    const made = { organizationId: ORG, callId: uuid(1), callSid: sid(2), startedAt: AT, durationS: 7, channels: 2, track: "outbound", source: "DialVerb" } as const;
    await all.store.callRecords.nameRecording({ ...made, sid: named, path: `/recordings/${uuid(1)}-9.wav` });
    const recording = await client.recordings(named).fetch();
    expect([recording.callSid, recording.source, recording.channels, recording.duration]).toEqual([sid(2), "DialVerb", 2, "7"]);
    expect((await client.calls(sid(2)).recordings(named).fetch()).track).toBe("outbound");
    await expect(client.calls(sid(2)).recordings(recordingSid(`${uuid(8)}-1`)).fetch()).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
    expect((await client.recordings.list({ callSid: sid(1) })).map((each) => each.sid)).toContain(named);
    expect(await client.recordings(named).remove()).toBe(true);
    // FreeSWITCH tells of a conference's recording otherwise.
    await all.store.callRecords.nameRecording({ ...made, sid: `RE${"b".repeat(32)}`, path: "/recordings/conference.wav", source: "Conference" });
    expect((await client.recordings(`RE${"b".repeat(32)}`).fetch()).source).toBe("Conference");
    expect(await client.recordings(`RE${"b".repeat(32)}`).remove()).toBe(true);
  });

  it("removes one, and finds it no more", async () => {
    expect(await client.recordings(re(3)).remove()).toBe(true);
    await expect(client.recordings(re(3)).fetch()).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
    expect((await client.recordings.list({ callSid: sid(1) })).length).toBe(2);
    for (const unknown of ["RE0", `RE${"0".repeat(32)}`]) await expect(client.recordings(unknown).fetch()).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
  });

  it("begins a recording of a live call, pauses it either way, and ends it", async () => {
    const recordings = client.calls(sid(1)).recordings;
    const begun = await recordings.create({ recordingChannels: "dual", recordingTrack: "inbound", trim: "trim-silence", recordingStatusCallback: "https://app.example.org/r", recordingStatusCallbackMethod: "GET", recordingStatusCallbackEvent: ["in-progress", "completed"] });
    expect(begun.sid).toBe(re(1));
    await recordings("Twilio.CURRENT").update({ status: "paused" });
    await recordings("Twilio.CURRENT").update({ status: "in-progress" });
    await recordings(begun.sid).update({ status: "paused", pauseBehavior: "skip" });
    await recordings(begun.sid).update({ status: "stopped" });
    expect(all.asked).toEqual([
      ["record", ORG, sid(1), { dual: true, track: "inbound", trim: true, callback: { url: "https://app.example.org/r", method: "GET", events: ["in-progress", "completed"] } }],
      ["recording.pause", "silence"], ["recording.resume"], ["recording.pause", "skip"], ["recording.stop"],
    ]);
    await expect(recordings(begun.sid).update({ status: "paused" })).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
    all.failWith(conflict("It is being recorded already."));
    await expect(recordings.create()).rejects.toEqual(expect.objectContaining({ status: 409, code: 21220 }));
    await expect(recordings.create({ recordingStatusCallback: "nowhere" })).rejects.toEqual(expect.objectContaining({ status: 400, code: 21609 }));
  });

  it("is refused to change a recording that is not under way, or one of no call of its own", async () => {
    await expect(client.calls(sid(1)).recordings("Twilio.CURRENT").update({ status: "paused" })).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
    await expect(client.calls(sid(5)).recordings.create()).rejects.toEqual(expect.objectContaining({ status: 404, code: 20404 }));
  });
});
