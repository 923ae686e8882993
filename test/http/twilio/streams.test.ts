import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conflict, notFound } from "../../../src/errors.js";
import { STREAM_ERRORS, StreamError } from "../../../src/media/index.js";
import { bearer } from "../fakes.js";
import { sid, STREAM_SID, twilioWorld, uuid, type TwilioWorld } from "./world.js";

let all: TwilioWorld;
let client: ReturnType<TwilioWorld["client"]>;
const URL_OF_BOT = "wss://bot.example.org/listen";
const refused = (status: number, code: number): unknown => expect.objectContaining({ status, code });

beforeAll(async () => {
  all = await twilioWorld();
  client = all.client();
  await all.save({ id: uuid(1), endedAt: null }, [{ channelUuid: uuid(1), endedAt: null, hangupCause: null }]);
});
afterAll(() => all.close());

describe("Twilio's client", () => {
  it("begins a stream of a live call with its parameters, and stops it by sid or name", async () => {
    const { streams } = client.calls(sid(1));
    const stream = await streams.create({ url: URL_OF_BOT, name: "my copy", track: "both_tracks", statusCallback: "https://app.example.org/told", statusCallbackMethod: "GET", "parameter1.name": "language", "parameter1.value": "en", "parameter2.name": "empty", "parameter12.name": "customer", "parameter12.value": "17" });
    expect([stream.sid, stream.accountSid, stream.callSid, stream.name, stream.status, stream.dateUpdated]).toEqual([STREAM_SID, all.account.sid, sid(1), "my copy", "in-progress", expect.any(Date)]);
    expect(stream.uri).toBe(`/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(1)}/Streams/${STREAM_SID}.json`);
    expect(all.asked.at(-1)).toEqual(["stream.start", all.account.organizationId, sid(1), { url: URL_OF_BOT, name: "my copy", track: "both_tracks", statusCallback: { url: "https://app.example.org/told", method: "GET" }, parameters: { language: "en", empty: "", customer: "17" } }]);
    expect(await stream.update({ status: "stopped" })).toMatchObject({ sid: STREAM_SID, name: "my copy", status: "stopped" });
    expect(await client.calls(sid(1)).streams(encodeURIComponent("my copy")).update({ status: "stopped" })).toMatchObject({ sid: STREAM_SID, status: "stopped" });
    expect(all.asked.slice(-2)).toEqual([STREAM_SID, "my copy"].map((which) => ["stream.stop", all.account.organizationId, sid(1), which]));
    await streams.create({ url: URL_OF_BOT });
    expect(all.asked.at(-1)).toEqual(["stream.start", all.account.organizationId, sid(1), { url: URL_OF_BOT, name: null, track: "inbound_track", parameters: {} }]);
    expect((await client.calls(sid(1)).fetch()).subresourceUris).toMatchObject({ streams: `/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(1)}/Streams.json` });
  });

  it("leaves in the audit log who lets a program hear a call, without the path of the program's address", async () => {
    const { audit } = all.world;
    const before = audit.length;
    const stream = await client.calls(sid(1)).streams.create({ url: URL_OF_BOT, track: "both_tracks" });
    await stream.update({ status: "stopped" });
    await expect(client.calls(sid(1)).streams("nothing").update({ status: "stopped" })).rejects.toEqual(refused(404, 20404));
    const about = { organizationId: all.account.organizationId, actor: all.account.sid, target: uuid(1) };
    expect(audit.slice(before)).toMatchObject([
      { ...about, action: "stream.start", detail: { stream: STREAM_SID, track: "both_tracks", host: "bot.example.org" } },
      { ...about, action: "stream.stop", detail: { stream: STREAM_SID } },
    ]);
    expect(JSON.stringify(audit.slice(before))).not.toContain("/listen");
  });

  it("is told what is wrong with a stream, in Twilio's codes", async () => {
    const create = (change: object) => client.calls(sid(1)).streams.create(Object.assign({ url: URL_OF_BOT }, change));
    const before = all.asked.length;
    await expect(create({ url: "" })).rejects.toEqual(refused(400, 20001));
    await expect(create({ url: "https://bot.example.org/" })).rejects.toEqual(refused(400, 31922));
    await expect(create({ url: `${URL_OF_BOT}?a=1` })).rejects.toEqual(refused(400, 31922));
    await expect(create({ track: "every_track" })).rejects.toEqual(refused(400, 20001));
    await expect(create({ statusCallback: "nowhere" })).rejects.toEqual(refused(400, 21609));
    await expect(create({ "parameter1.name": "x".repeat(600) })).rejects.toEqual(refused(400, 20001));
    expect(await client.request({ method: "post", uri: `https://api.twilio.com/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(1)}/Streams/${STREAM_SID}.json`, data: { Status: "in-progress" } })).toMatchObject({ statusCode: 400, body: { code: 20001 } });
    expect(all.asked).toHaveLength(before);
    all.failWith(conflict("It rings."));
    await expect(create({})).rejects.toEqual(refused(409, 21220));
    all.failWith(notFound("The call"));
    await expect(create({})).rejects.toEqual(refused(404, 20404));
    await expect(client.calls(sid(1)).streams("nothing").update({ status: "stopped" })).rejects.toEqual(refused(404, 20404));
  });

  it("is told when a call has no track left", async () => {
    all.failWith(new StreamError(STREAM_ERRORS.track, "A call has 4 tracks at most."));
    await expect(client.calls(sid(1)).streams.create({ url: URL_OF_BOT })).rejects.toEqual(refused(409, 31941));
  });

  it("sees no other account's calls, and no agent may stream", async () => {
    const path = `/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(1)}/Streams.json`;
    const before = all.asked.length;
    await expect(all.client(all.other).calls(sid(1)).streams.create({ url: URL_OF_BOT })).rejects.toEqual(refused(404, 20404));
    const reply = await all.world.app.inject({ method: "POST", url: path, headers: bearer("alice"), payload: { Url: URL_OF_BOT } });
    expect(reply.statusCode).toBe(403);
    expect(all.asked).toHaveLength(before);
  });
});
