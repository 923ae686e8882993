/** Calls that Twilio's client asks for and that FreeSWITCH refuses without making a leg, in the whole product on the simulated switch. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { accountClient, type twilioClient } from "../../support/twilio-client.js";
import { ProgramServer } from "../../twiml/engine/program-server.js";

const FROM = "+12125550199";
const twiml = "<Response><Say>never</Say></Response>";
let lab: SimulatedLab;
let server: ProgramServer;
let stage: Stage;
let client: () => ReturnType<typeof twilioClient>;
let stranger: () => ReturnType<typeof twilioClient>;

beforeAll(async () => {
  // It has no gateway to the outside.
  lab = await openSimulatedLab({ gateways: [] });
  server = await ProgramServer.open();
  stage = await openStage(lab, { OUTBOUND_ALLOWED: "127.0.0.1" });
  [client, stranger] = await Promise.all([accountClient(stage, stage.as.admin), accountClient(stage, stage.stranger)]);
  server.on("/status", () => ({ body: "" }));
});
afterAll(async () => {
  await stage.close();
  await server.close();
  await lab.close();
});

const toldOf = (sid: string): readonly (string | undefined)[] => server.to("/status").filter(({ form }) => form["CallSid"] === sid).map(({ form }) => form["CallStatus"]);

describe("a call that FreeSWITCH refuses without making a leg", () => {
  it.each([
    ["a number without a gateway", "+12125550142", "+12125550142", "failed"],
    ["a phone that is not registered", "client:1009", "1009", "no-answer"],
    ["an agent who has no phone", "client:1002", "client:1002", "no-answer"],
  ] as const)("has ended, is told once, found, listed and removed: %s", async (_what, to, shown, status) => {
    if (to === "client:1002") await lab.register("1002", false);
    const { sid, status: first } = await client().calls.create({ to, from: FROM, twiml, statusCallback: server.url("/status"), statusCallbackEvent: ["initiated", "completed"] });
    expect(first).toBe("queued");
    await eventually("the end to be told", () => toldOf(sid).includes(status), { details: () => toldOf(sid).join() });
    const call = await client().calls(sid).fetch();
    expect([call.sid, call.status, call.direction, call.from, call.to, call.duration, call.parentCallSid]).toEqual([sid, status, "outbound-api", FROM, shown, "0", null]);
    expect(call.endTime).toBeInstanceOf(Date);
    expect((await client().calls.list({ status })).filter((each) => each.sid === sid)).toHaveLength(1);
    expect((await client().calls.list({ to: shown })).map((each) => each.sid)).toContain(sid);
    expect(toldOf(sid)).toEqual(["initiated", status]);
    await expect(client().calls(sid).update({ status: "completed" })).rejects.toMatchObject({ status: 404 });

    await expect(stranger().calls(sid).fetch()).rejects.toMatchObject({ status: 404 });
    expect(await stranger().calls.list()).toEqual([]);
    await expect(stranger().calls(sid).remove()).rejects.toMatchObject({ status: 404 });

    await stage.restartCallplane();
    expect((await client().calls(sid).fetch()).status).toBe(status);
    expect(toldOf(sid)).toEqual(["initiated", status]);
    await client().calls(sid).remove();
    await expect(client().calls(sid).fetch()).rejects.toMatchObject({ status: 404 });
  });

  it("is shown by /voiceconfig/calls and in the call logs too, to its organization alone", async () => {
    const { status, body } = await stage.as.admin.post("/voiceconfig/calls", { to: "+12125550143", from: FROM, twiml });
    expect(status).toBe(201);
    const { id } = body as { readonly id: string };
    const shown = await eventually("its end", async () => {
      const { body: call } = await stage.as.admin.get(`/voiceconfig/calls/${id}`);
      return (call as { readonly status: string }).status === "failed" ? call : null;
    });
    expect(shown).toMatchObject({ id, status: "failed", direction: "outbound", from: FROM, to: "+12125550143", answeredAt: null, endedAt: expect.any(String) as unknown });
    const log = await stage.as.admin.get(`/voiceconfig/calllogs/${id}`);
    expect(log.body).toMatchObject({ status: "failed", hangupCause: "INVALID_GATEWAY", legs: [{ id, source: "unmade" }], timeline: [{ type: "ended" }] });
    expect((await stage.stranger.get(`/voiceconfig/calls/${id}`)).status).toBe(404);
    expect((await stage.as.admin.put(`/voiceconfig/calls/${id}`, { status: "completed" })).status).toBe(404);
  });

  it("is no call where it may not be dialled", async () => {
    const before = server.to("/status").length;
    await expect(client().calls.create({ to: "+15550100", from: FROM, twiml, statusCallback: server.url("/status"), statusCallbackEvent: ["initiated", "completed"] })).rejects.toMatchObject({ status: 403 });
    expect([await client().calls.list({ to: "+15550100" }), server.to("/status").length]).toEqual([[], before]);
  });
});
