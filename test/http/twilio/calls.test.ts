import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CallplaneError, conflict, notFound } from "../../../src/errors.js";
import { OTHER_ORG, bearer } from "../fakes.js";
import { AT, later, sid, twilioWorld, uuid, type TwilioWorld } from "./world.js";

let all: TwilioWorld;
let client: ReturnType<TwilioWorld["client"]>;
const refused = (status: number, code: number): unknown => expect.objectContaining({ status, code });

beforeAll(async () => {
  all = await twilioWorld();
  client = all.client();
  // A caller whom a program connected with an agent; the number that it tried before was busy.
  await all.save({ id: uuid(1) }, [
    { channelUuid: uuid(1) },
    { channelUuid: uuid(2), direction: "outbound", number: "+15550199", startedAt: later(5), answeredAt: null, endedAt: later(9), hangupCause: "USER_BUSY" },
    { channelUuid: uuid(3), direction: "outbound", role: "agent", agentId: "1001", number: "1001", startedAt: later(10), answeredAt: later(15) },
    { channelUuid: uuid(4), direction: "outbound", role: "supervisor", agentId: "1003", number: "2003", startedAt: later(20) },
  ]);
  await all.save({ id: uuid(10), startedAt: later(86_400), direction: "outbound", to: "+15550123", status: "no-answer" }, [{ channelUuid: uuid(10), direction: "outbound", number: "+15550123", startedAt: later(86_400), answeredAt: null, endedAt: later(86_430), hangupCause: "NO_ANSWER" }]);
  await all.save({ id: uuid(11), startedAt: later(90_000), endedAt: null, status: "in-progress" }, [{ channelUuid: uuid(11), startedAt: later(90_000), answeredAt: later(90_001), endedAt: null, hangupCause: null }]);
  await all.save({ id: uuid(20), organizationId: OTHER_ORG }, [{ channelUuid: uuid(20) }]);
});
afterAll(() => all.close());

describe("Twilio's client", () => {
  it("lists calls, the newest first, each leg as a call, and none of another organization or of a supervisor", async () => {
    const calls = await client.calls.list();
    expect(calls.map((call) => [call.sid, call.parentCallSid, call.direction, call.from, call.to, call.status, call.duration])).toEqual([
      [sid(11), null, "inbound", "+15550100", "+15550111", "in-progress", null],
      [sid(10), null, "outbound-api", "+15550100", "+15550123", "no-answer", "0"],
      [sid(3), sid(1), "outbound-dial", "+15550100", "client:1001", "completed", "45"],
      [sid(2), sid(1), "outbound-dial", "+15550100", "+15550199", "busy", "0"],
      [sid(1), null, "inbound", "+15550100", "+15550111", "completed", "60"],
    ]);
  });

  it("reads its dates, and finds one call by its sid", async () => {
    const call = await client.calls(sid(1)).fetch();
    expect([call.accountSid, call.startTime, call.endTime, call.dateCreated, call.apiVersion]).toEqual([all.account.sid, AT, later(60), AT, "2010-04-01"]);
    expect(call.uri).toBe(`/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(1)}.json`);
    expect([call.answeredBy, call.forwardedFrom, call.callerName]).toEqual([null, null, null]);
    await all.store.callRecords.noteLeg({ uuid: uuid(1), organizationId: all.account.organizationId, answeredBy: "human", forwardedFrom: "+15550177" });
    await all.store.callRecords.noteLeg({ uuid: uuid(1), organizationId: all.account.organizationId, callerName: "Ada" });
    const noted = await client.calls(sid(1)).fetch();
    expect([noted.answeredBy, noted.forwardedFrom, noted.callerName]).toEqual(["human", "+15550177", "Ada"]);
    for (const unknown of [sid(20), sid(4), sid(999), "CAx", "nothing"]) await expect(client.calls(unknown).fetch()).rejects.toEqual(refused(404, 20404));
  });

  it("filters", async () => {
    const found = async (filter: Parameters<typeof client.calls.list>[0]): Promise<readonly string[]> => (await client.calls.list(filter)).map((call) => call.sid);
    expect(await found({ status: "busy" })).toEqual([sid(2)]);
    expect(await found({ status: "in-progress" })).toEqual([sid(11)]);
    expect(await found({ status: "failed" })).toEqual([]);
    expect(await found({ to: "client:1001" })).toEqual([sid(3)]);
    expect(await found({ to: "+15550123", from: "+15550100" })).toEqual([sid(10)]);
    expect(await found({ parentCallSid: sid(1) })).toEqual([sid(3), sid(2)]);
    expect(await found({ parentCallSid: "CAnone" })).toEqual([]);
    expect(await found({ startTimeAfter: later(80_000) })).toEqual([sid(11), sid(10)]);
    expect(await found({ startTimeBefore: later(7) })).toEqual([sid(2), sid(1)]);
    expect(await found({ endTimeAfter: later(61), endTimeBefore: later(86_500) })).toEqual([sid(10)]);
  });

  it("turns pages", async () => {
    expect((await client.calls.list({ pageSize: 2 })).map((call) => call.sid)).toEqual([11, 10, 3, 2, 1].map(sid));
    const first = await client.calls.page({ pageSize: 2 });
    const second = await first.nextPage();
    expect([first.instances.length, second?.instances.map((call) => call.sid), (await second?.previousPage())?.instances.length]).toEqual([2, [sid(3), sid(2)], 2]);
    expect((await client.calls.list({ limit: 3, pageSize: 2 })).length).toBe(3);
  });

  it("creates a call, which is found from the beginning", async () => {
    const call = await client.calls.create({
      to: "+15550142", from: "+15550111", url: "https://app.example.org/voice", method: "GET", fallbackUrl: "https://app.example.org/fallback", statusCallback: "https://app.example.org/status",
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"], timeout: 25, timeLimit: 600, sendDigits: "ww12#", record: true, recordingChannels: "dual", recordingTrack: "inbound", trim: "trim-silence", recordingStatusCallback: "https://app.example.org/recording", recordingStatusCallbackEvent: ["in-progress", "absent"],
    });
    expect([call.status, call.direction, call.from, call.to, call.startTime]).toEqual(["queued", "outbound-api", "+15550111", "+15550142", null]);
    expect(all.created.at(-1)).toEqual({
      organizationId: all.account.organizationId, by: all.account.sid, to: "+15550142", from: "+15550111", callerId: null, ringS: 25, timeLimitS: 600, sendDigits: "ww12#", machineDetection: null,
      source: { url: "https://app.example.org/voice", method: "GET", fallback: { url: "https://app.example.org/fallback", method: "POST" } },
      statusCallback: { url: "https://app.example.org/status", method: "POST", events: ["initiated", "ringing", "answered", "completed"] },
      record: { dual: true, track: "inbound", trim: true, callback: { url: "https://app.example.org/recording", method: "POST", events: ["in-progress", "absent"] } },
    });
    expect((await client.calls(call.sid).fetch()).status).toBe("queued");
    await expect(all.client(all.other).calls(call.sid).fetch()).rejects.toEqual(refused(404, 20404));
  });

  it("creates a call with a document and machine detection", async () => {
    await client.calls.create({ to: "client:1001", from: "+15550111", twiml: "<Response><Say>Hello</Say></Response>", statusCallback: "https://app.example.org/s", machineDetection: "DetectMessageEnd", machineDetectionTimeout: 10, asyncAmd: "true", asyncAmdStatusCallback: "https://app.example.org/amd" });
    expect(all.created.at(-1)).toMatchObject({
      source: { twiml: "<Response><Say>Hello</Say></Response>" },
      statusCallback: { events: ["completed"] },
      machineDetection: { mode: "DetectMessageEnd", timeoutMs: 10_000, beside: true, callback: { url: "https://app.example.org/amd", method: "POST" } },
      ringS: 60,
    });
  });

  it("takes a detection beside the program whose verdict is told in the call's resource alone", async () => {
    const parameters = { to: "client:1001", from: "+15550111", twiml: "<Response/>", machineDetection: "Enable", asyncAmd: "true" };
    await client.calls.create(parameters);
    expect(all.created.at(-1)).toMatchObject({ machineDetection: { mode: "Enable", beside: true, callback: null } });
    await expect(client.calls.create({ ...parameters, asyncAmdStatusCallback: "nowhere" })).rejects.toEqual(refused(400, 21205));
  });

  it("is told what is wrong with a call, in Twilio's codes", async () => {
    const good = { to: "+15550142", from: "+15550111", url: "https://app.example.org/" };
    const create = (change: object) => client.calls.create(Object.assign({ ...good }, change));
    await expect(create({ to: "" })).rejects.toEqual(refused(400, 21201));
    await expect(create({ to: "bogus!" })).rejects.toEqual(refused(400, 21211));
    await expect(create({ from: "<x>" })).rejects.toEqual(refused(400, 21212));
    await expect(create({ url: "ftp://x" })).rejects.toEqual(refused(400, 21205));
    await expect(create({ url: undefined })).rejects.toEqual(refused(400, 21205));
    await expect(create({ sendDigits: "1a" })).rejects.toEqual(refused(400, 21206));
    await expect(create({ timeout: 0 })).rejects.toEqual(refused(400, 21208));
    await expect(create({ url: undefined, twiml: "x".repeat(5000) })).rejects.toEqual(refused(400, 20001));
    all.failWith(new CallplaneError("NUMBER_NOT_ALLOWED"));
    await expect(create({})).rejects.toEqual(refused(403, 21215));
    all.failWith(new CallplaneError("DIAL_LIMIT"));
    await expect(create({})).rejects.toEqual(refused(429, 20429));
  });

  it("finds a call that leaves the live ones while it is looked for", async () => {
    const { sid: made } = await client.calls.create({ to: "+15550123", from: "+15550111", twiml: "<Response/>" });
    all.leavesMeanwhile(made);
    expect((await client.calls(made).fetch()).sid).toBe(made);
  });

  it("updates a live call, and is told the truth about one that is not", async () => {
    await client.calls(sid(11)).update({ status: "completed" });
    await client.calls(sid(11)).update({ url: "https://app.example.org/next" });
    await client.calls(sid(11)).update({ twiml: "<Response/>" });
    expect(all.asked.slice(-3)).toEqual([
      ["end", all.account.organizationId, sid(11), "completed"],
      ["replace", all.account.organizationId, sid(11), { url: "https://app.example.org/next", method: "POST", fallback: null }],
      ["replace", all.account.organizationId, sid(11), { twiml: "<Response/>" }],
    ]);
    all.failWith(conflict("It rings."));
    await expect(client.calls(sid(11)).update({ twiml: "<Response/>" })).rejects.toEqual(refused(409, 21220));
    all.failWith(notFound("The call"));
    await expect(client.calls(sid(1)).update({ status: "completed" })).rejects.toEqual(refused(404, 20404));
    const before = all.asked.length;
    await expect(client.calls(sid(999)).update({ status: "completed" })).rejects.toEqual(refused(404, 20404));
    await expect(client.calls(sid(20)).update({ status: "completed" })).rejects.toEqual(refused(404, 20404));
    const uri = `https://api.twilio.com/2010-04-01/Accounts/${all.account.sid}/Calls/${sid(11)}.json`;
    expect(await client.request({ method: "post", uri, data: { Status: "paused" } })).toMatchObject({ statusCode: 400, body: { code: 20001 } });
    expect(all.asked).toHaveLength(before);
  });

  it("reads what was wrong with a call's documents", async () => {
    all.notes.add(all.account.organizationId, sid(1), { level: "warning", code: 12200, text: "An unknown attribute was skipped.", element: "Dial", line: 3 });
    all.notes.add(all.account.organizationId, sid(1), { level: "error", code: 11200, text: "The server did not answer.", url: "https://user:secret@app.example.org/voice?key=1" });
    const notifications = await client.calls(sid(1)).notifications.list();
    expect(notifications.map((each) => [each.log, each.errorCode, each.messageText, each.requestUrl])).toEqual([
      ["0", "11200", "The server did not answer.", "https://app.example.org/voice"],
      ["1", "12200", "An unknown attribute was skipped. (<Dial>, line 3)", null],
    ]);
    expect(await all.client(all.other).request({ method: "get", uri: `https://api.twilio.com/2010-04-01/Accounts/${all.other.sid}/Calls/${sid(1)}/Notifications.json` })).toMatchObject({ body: { notifications: [] } });
  });

  it("deletes the record of a call that has ended", async () => {
    await all.save({ id: uuid(30) }, [{ channelUuid: uuid(30) }]);
    expect(await client.calls(sid(30)).remove()).toBe(true);
    await expect(client.calls(sid(30)).fetch()).rejects.toEqual(refused(404, 20404));
    await expect(client.calls(sid(11)).remove()).rejects.toEqual(refused(409, 20409));
    await expect(client.calls(sid(20)).remove()).rejects.toEqual(refused(404, 20404));
  });
});

describe("an account", () => {
  it("is known by its SID and token, the one before included while it is kept, and by no other", async () => {
    const stranger = { sid: all.account.sid, authToken: all.other.authToken };
    await expect(all.client(stranger).calls.list()).rejects.toEqual(refused(401, 20003));
    await expect(all.client({ sid: `AC${"0".repeat(32)}`, authToken: all.account.authToken }).calls.list()).rejects.toEqual(refused(401, 20003));
    const rotated = await all.store.voiceAccounts.rotate(all.account.organizationId, { keepsPrevious: true });
    expect((await all.client(rotated).calls.list({ limit: 1 })).length).toBe(1);
    expect((await client.calls.list({ limit: 1 })).length).toBe(1);
    // The client asks for the first account's path, with the other one's credentials.
    await expect(all.client(all.other).calls.list()).rejects.toEqual(refused(404, 20404));
  });

  it("is shown to whoever checks its credentials, without the token", async () => {
    const shown = await client.api.v2010.accounts(all.account.sid).fetch();
    expect([shown.sid, shown.friendlyName, shown.status]).toEqual([all.account.sid, "demo", "active"]);
    expect(JSON.stringify(shown)).not.toContain(all.account.authToken);
  });

  it("asks a stranger for Basic, and takes Callplane's own tokens from who may configure it", async () => {
    const url = `${all.url}/2010-04-01/Accounts/${all.account.sid}/Calls.json`;
    const reply = await fetch(url);
    expect([reply.status, reply.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="Callplane"']);
    expect(await reply.json()).toEqual({ code: 20003, message: "A valid token is needed.", more_info: "https://www.twilio.com/docs/errors/20003", status: 401 });
    const statuses = await Promise.all(["admin", "root", "alice", "mallory"].map(async (who) => (await fetch(url, { headers: bearer(who) })).status));
    expect(statuses).toEqual([200, 200, 403, 404]);
  });
});
