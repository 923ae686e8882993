import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conflict } from "../../../src/errors.js";
import { recordingSid } from "../../../src/sids.js";
import { ORG, OTHER_ORG } from "../fakes.js";
import { wavOf } from "../../lab/tones.js";
import { AT, later, sid, twilioWorld, uuid, type TwilioWorld } from "./world.js";
import { basic } from "../../support/basic-auth.js";

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
/** A WAVE file of two channels at 8 kHz. */
function stereoOf(samples: readonly (readonly [left: number, right: number])[]): Buffer {
  const file = wavOf(Buffer.from(Int16Array.from(samples.flat()).buffer));
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(8000 * 4, 28);
  file.writeUInt16LE(4, 32);
  return file;
}
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
    const authorization = basic(all.account.sid, all.account.authToken);
    for (const ending of ["", ".wav"]) {
      const reply = await fetch(path + ending, { headers: { authorization } });
      expect([reply.status, reply.headers.get("content-type"), await reply.text()]).toEqual([200, "audio/wav", "RIFF 2"]);
      expect((await fetch(path + ending)).status).toBe(401);
    }
    const other = basic(all.other.sid, all.other.authToken);
    expect((await fetch(path, { headers: { authorization: other } })).status).toBe(404);
    expect((await fetch(path.replace(all.account.sid, all.other.sid), { headers: { authorization: other } })).status).toBe(404);
  });

  it("is given the sound as MP3, and with as many channels as it asks for of those that there are", async () => {
    // Two sides, which are not alike.
    const stereo = stereoOf([[1000, 3000], [-200, -400], [7, 8]]);
    await all.record(`${uuid(1)}-7`, uuid(1), stereo);
    await all.record(`${uuid(1)}-6`, uuid(1), wavOf(Buffer.from([1, 0, 2, 0])));
    const of = async (n: number, ending: string): Promise<readonly [number, string | null, Buffer, string | null]> => {
      const authorization = basic(all.account.sid, all.account.authToken);
      const reply = await fetch(`${all.url}/2010-04-01/Accounts/${all.account.sid}/Recordings/${re(n)}${ending}`, { headers: { authorization } });
      return [reply.status, reply.headers.get("content-type"), Buffer.from(await reply.arrayBuffer()), reply.headers.get("content-length")];
    };
    const mono = wavOf(Buffer.from(Int16Array.from([2000, -300, 7]).buffer));
    for (const [ending, type] of [["", "audio/wav"], [".wav", "audio/wav"], [".mp3", "audio/mpeg"]] as const) {
      expect(await of(7, ending)).toEqual([200, type, stereo, String(stereo.length)]);
      expect(await of(7, `${ending}?RequestedChannels=2`)).toEqual([200, type, stereo, String(stereo.length)]);
      expect(await of(7, `${ending}?RequestedChannels=1`)).toEqual([200, type, mono, String(mono.length)]);
      expect((await of(6, `${ending}?RequestedChannels=1`))[2]).toEqual(wavOf(Buffer.from([1, 0, 2, 0])));
      for (const [refused, n] of [["?RequestedChannels=2", 6], ["?RequestedChannels=3", 7], ["?RequestedChannels=two", 7]] as const) expect((await of(n, ending + refused))[0]).toBe(400);
    }
    // What is no WAVE file is to be had as it is alone.
    expect([(await of(2, ".mp3"))[0], (await of(2, ".wav?RequestedChannels=1"))[0], (await of(2, ".wav"))[0]]).toEqual([415, 415, 200]);
    await client.recordings(re(7)).remove();
    expect((await of(7, ".mp3"))[0]).toBe(404);
    await client.recordings(re(6)).remove();
  });

  it("is told where no program makes MP3", async () => {
    const bare = await twilioWorld([{ look: ["no-such-program"], isGood: () => true, argv: () => ["no-such-program"] }]);
    await bare.save({ id: uuid(1) }, [{ channelUuid: uuid(1) }]);
    await bare.record(`${uuid(1)}-1`, uuid(1), wavOf(Buffer.alloc(16)));
    const path = `${bare.url}/2010-04-01/Accounts/${bare.account.sid}/Recordings/${re(1)}.mp3`;
    const authorization = basic(bare.account.sid, bare.account.authToken);
    const reply = await fetch(path, { headers: { authorization } });
    expect([reply.status, await reply.json()]).toEqual([415, expect.objectContaining({ code: 20415, status: 415, message: expect.stringContaining("neither lame, nor sox") as unknown })]);
    expect((await fetch(path)).status).toBe(401);
    await bare.close();
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
