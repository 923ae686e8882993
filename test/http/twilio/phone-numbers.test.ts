import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ORG } from "../fakes.js";
import { twilioWorld, type TwilioWorld } from "./world.js";

let all: TwilioWorld;
let client: ReturnType<TwilioWorld["client"]>;
const refused = (status: number, code: number): unknown => expect.objectContaining({ status, code });
beforeAll(async () => {
  all = await twilioWorld();
  client = all.client();
  await all.store.departments.create(ORG, "support", {});
  await all.store.phoneLines.create({ organizationId: ORG, number: "+12125550100", targetType: "department", target: "support" });
});
afterAll(() => all.close());

describe("Twilio's client", () => {
  it("makes, finds, changes and removes phone numbers", async () => {
    const made = await client.incomingPhoneNumbers.create({ phoneNumber: "+12125550123", friendlyName: "Menu", voiceUrl: "https://app.example.org/voice", voiceMethod: "GET", voiceFallbackUrl: "https://app.example.org/fallback", statusCallback: "https://app.example.org/status" });
    expect(made.sid).toMatch(/^PN[0-9a-f]{32}$/);
    expect([made.phoneNumber, made.friendlyName, made.voiceUrl, made.voiceMethod, made.voiceFallbackUrl, made.capabilities.voice]).toEqual(["+12125550123", "Menu", "https://app.example.org/voice", "GET", "https://app.example.org/fallback", true]);
    expect((await client.incomingPhoneNumbers.list()).map((each) => [each.phoneNumber, each.voiceUrl])).toEqual([["+12125550100", null], ["+12125550123", "https://app.example.org/voice"]]);
    expect((await client.incomingPhoneNumbers.list({ phoneNumber: "+12125550123" })).map((each) => each.sid)).toEqual([made.sid]);
    const changed = await client.incomingPhoneNumbers(made.sid).update({ voiceUrl: "https://app.example.org/other", voiceFallbackUrl: "" });
    expect([changed.voiceUrl, changed.voiceMethod, changed.voiceFallbackUrl, changed.statusCallback]).toEqual(["https://app.example.org/other", "GET", null, "https://app.example.org/status"]);
    const app = await client.applications.create({ voiceUrl: "https://app.example.org/named" });
    expect((await client.incomingPhoneNumbers(made.sid).update({ voiceApplicationSid: app.sid })).voiceUrl).toBe("https://app.example.org/named");
    expect((await client.incomingPhoneNumbers(made.sid).fetch()).statusCallback).toBeNull();
    expect(await client.incomingPhoneNumbers(made.sid).remove()).toBe(true);
    await expect(client.incomingPhoneNumbers(made.sid).fetch()).rejects.toEqual(refused(404, 20404));
  });

  it("is told what is wrong with a number, in Twilio's codes", async () => {
    const url = "https://app.example.org/";
    await expect(client.incomingPhoneNumbers.create({ voiceUrl: url })).rejects.toEqual(refused(400, 21421));
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "+12125550124" })).rejects.toEqual(refused(400, 21502));
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "+12125550124", voiceUrl: "nothing" })).rejects.toEqual(refused(400, 21502));
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "+12125550100", voiceUrl: url })).rejects.toEqual(refused(409, 21422));
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "bogus", voiceUrl: url })).rejects.toEqual(refused(400, 20001));
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "+12125550124", voiceApplicationSid: "AP0" })).rejects.toEqual(refused(400, 21218));
    const [line] = await client.incomingPhoneNumbers.list();
    await expect(all.client(all.other).incomingPhoneNumbers(line?.sid ?? "").fetch()).rejects.toEqual(refused(404, 20404));
  });
});
