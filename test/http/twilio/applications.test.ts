import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
  it("names, finds, changes and removes applications", async () => {
    const made = await client.applications.create({ friendlyName: "menu", voiceUrl: "https://app.example.org/voice", voiceMethod: "GET", statusCallback: "https://app.example.org/status" });
    expect(made.sid).toMatch(/^AP[0-9a-f]{32}$/);
    expect([made.friendlyName, made.voiceUrl, made.voiceMethod, made.voiceFallbackUrl]).toEqual(["menu", "https://app.example.org/voice", "GET", null]);
    await client.applications.create({ friendlyName: "other" });
    expect((await client.applications.list()).map((each) => each.friendlyName)).toEqual(["menu", "other"]);
    expect((await client.applications.list({ friendlyName: "other" })).length).toBe(1);
    const changed = await client.applications(made.sid).update({ voiceFallbackUrl: "https://app.example.org/fallback", statusCallback: "" });
    expect([changed.voiceUrl, changed.voiceFallbackUrl, changed.statusCallback]).toEqual(["https://app.example.org/voice", "https://app.example.org/fallback", null]);
    expect((await client.applications(made.sid).fetch()).voiceFallbackUrl).toBe("https://app.example.org/fallback");
    await expect(client.applications(made.sid).update({ voiceUrl: "ftp://x" })).rejects.toEqual(refused(400, 21502));
    const stranger = all.client(all.other);
    await expect(stranger.applications(made.sid).fetch()).rejects.toEqual(refused(404, 20404));
    expect(await client.applications(made.sid).remove()).toBe(true);
    await expect(client.applications(made.sid).fetch()).rejects.toEqual(refused(404, 20404));
    await expect(client.applications(made.sid).remove()).rejects.toEqual(refused(404, 20404));
  });

  it("makes calls by an application", async () => {
    const app = await client.applications.create({ voiceUrl: "https://app.example.org/voice", voiceFallbackUrl: "https://app.example.org/fallback", statusCallback: "https://app.example.org/status", statusCallbackMethod: "GET" });
    await client.calls.create({ to: "+15550142", from: "+15550111", applicationSid: app.sid });
    expect(all.created.at(-1)).toMatchObject({
      source: { url: "https://app.example.org/voice", method: "POST", fallback: { url: "https://app.example.org/fallback", method: "POST" } },
      statusCallback: { url: "https://app.example.org/status", method: "GET", events: ["completed"] },
    });
    await expect(client.calls.create({ to: "+15550142", from: "+15550111", applicationSid: `AP${"0".repeat(32)}` })).rejects.toEqual(refused(400, 21218));
  });

  it("lists queues, the departments, with who waits in them", async () => {
    const [sales] = await client.queues.list();
    if (sales === undefined) throw new Error("there is no queue");
    expect([sales.friendlyName, sales.currentSize, sales.maxSize]).toEqual(["sales", 0, 5000]);
    const [waiting, ...others] = await client.queues(sales.sid).members.list();
    expect([waiting?.position, others.length]).toEqual([1, 0]);
    // From joining the queue, not from the beginning of the call.
    expect(waiting?.dateEnqueued).toEqual(new Date("2026-11-20T10:00:20Z"));
    expect(Math.abs((waiting?.waitTime ?? 0) - (Date.now() - Date.parse("2026-11-20T10:00:20Z")) / 1000)).toBeLessThan(10);
    expect((await client.queues(sales.sid).members("Front").fetch()).callSid).toBe(waiting?.callSid);
    await client.queues(sales.sid).members("Front").update({ url: "https://app.example.org/next" });
    expect(all.asked.at(-1)?.slice(0, 2)).toEqual(["replace", all.account.organizationId]);
    await expect(client.queues(sales.sid).members(`CA${"0".repeat(32)}`).fetch()).rejects.toEqual(refused(404, 20404));
    await expect(client.queues("QU0").fetch()).rejects.toEqual(refused(404, 20404));
    await expect(client.queues(sales.sid).update({ friendlyName: "x" })).rejects.toEqual(refused(400, 20001));
  });

  it("sees the queues that programs have made as it sees departments", async () => {
    const own = (await client.queues.list()).find(({ friendlyName }) => friendlyName === "own");
    if (own === undefined) throw new Error("there is no queue");
    expect([own.currentSize, own.maxSize, own.averageWaitTime]).toEqual([2, 100, 2]);
    expect((await client.queues(own.sid).members.list()).map(({ callSid, position, queueSid }) => [callSid, position, queueSid])).toEqual([[sid(800), 1, own.sid], [sid(801), 2, own.sid]]);
    expect((await client.queues(own.sid).members(sid(801)).fetch()).position).toBe(2);
    await client.queues(own.sid).members("Front").update({ url: "https://app.example.org/next", method: "GET" });
    expect(all.asked.at(-1)).toEqual(["replace", all.account.organizationId, sid(800), expect.objectContaining({ url: "https://app.example.org/next", method: "GET" })]);
    expect((await client.queues(own.sid).update({ maxSize: 7 })).maxSize).toBe(7);
    await expect(client.queues(own.sid).update({ friendlyName: "other" })).rejects.toEqual(refused(400, 20001));
    await expect(client.queues(own.sid).remove()).rejects.toEqual(refused(409, 20409));
    await expect(all.client(all.other).queues(own.sid).fetch()).rejects.toEqual(refused(404, 20404));
  });
});
