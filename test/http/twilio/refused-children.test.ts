/** Whom a program dials and FreeSWITCH refuses without making a leg, in the whole product on the simulated switch. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { accountClient, type twilioClient } from "../../support/twilio-client.js";
import { ProgramServer } from "../../twiml/engine/program-server.js";

const FROM = "+12125550199";
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

describe("whom a program dials, and FreeSWITCH refuses without making a leg", () => {
  it.each([
    ["a number without a gateway", "Number", "+12125550142", "+12125550142", "failed"],
    ["a phone that is not registered", "Client", "1009", "1009", "no-answer"],
    ["a number that may not be dialled", "Number", "+15550100", "+15550100", "failed"],
  ] as const)("is a call that has ended, a child of the caller's, and is told once: %s", async (_what, noun, to, shown, status) => {
    server.on("/after", "<Say>After</Say><Pause length=\"600\"/>");
    const before = server.to("/after").length;
    const twiml = `<Response><Dial action="${server.url("/after")}"><${noun} statusCallback="${server.url("/status")}" statusCallbackEvent="initiated ringing answered completed">${to}</${noun}></Dial></Response>`;
    const parent = await client().calls.create({ to: "client:1001", from: FROM, twiml });
    const { form } = await eventually("the action to be asked", () => server.to("/after")[before]);
    expect(form).toMatchObject({ CallSid: parent.sid, DialCallStatus: status });
    const sid = form["DialCallSid"] ?? "";
    // As soon as somebody is told of it.
    const child = await client().calls(sid).fetch();
    expect([child.sid, child.status, child.direction, child.to, child.duration, child.parentCallSid]).toEqual([sid, status, "outbound-dial", shown, "0", parent.sid]);
    expect(child.endTime).toBeInstanceOf(Date);
    await eventually("the end to be told", () => toldOf(sid).includes(status), { details: () => toldOf(sid).join() });
    expect(toldOf(sid)).toEqual(["initiated", status]);
    expect((await client().calls.list({ parentCallSid: parent.sid })).map((each) => each.sid)).toEqual([sid]);
    expect((await client().calls.list({ status, to: shown })).map((each) => each.sid)).toContain(sid);
    expect((await client().calls(parent.sid).fetch()).status).toBe("in-progress");

    await expect(stranger().calls(sid).fetch()).rejects.toMatchObject({ status: 404 });
    expect(await stranger().calls.list({ parentCallSid: parent.sid })).toEqual([]);
    await expect(client().calls(sid).update({ status: "completed" })).rejects.toMatchObject({ status: 404 });

    await client().calls(parent.sid).update({ status: "completed" });
    await eventually("the caller's end", async () => (await client().calls(parent.sid).fetch()).status === "completed");
    const log = await stage.as.admin.get(`/voiceconfig/calllogs/${uuidOf(parent.sid)}`);
    // What never was does not change what became of the caller.
    expect(log.body).toMatchObject({ hangupCause: "NORMAL_CLEARING", legs: [{ source: "events" }, { source: "unmade" }] });
    await stage.restartCallplane();
    expect((await client().calls(sid).fetch()).parentCallSid).toBe(parent.sid);
    expect(toldOf(sid)).toEqual(["initiated", status]);
    await client().calls(parent.sid).remove();
    await expect(client().calls(sid).fetch()).rejects.toMatchObject({ status: 404 });
  });

  it("is each a call of its own where several are refused, and one that is made is the leg alone", async () => {
    server.on("/after", "<Say>After</Say><Pause length=\"600\"/>");
    const before = server.to("/after").length;
    await lab.phone("1002", { kind: "busy" });
    const twiml = `<Response><Dial action="${server.url("/after")}"><Client>1009</Client><Number>+12125550142</Number><Client>1002</Client></Dial></Response>`;
    const parent = await client().calls.create({ to: "client:1001", from: FROM, twiml });
    await eventually("the action to be asked", () => server.to("/after")[before]);
    const children = await eventually("the children", async () => {
      const found = await client().calls.list({ parentCallSid: parent.sid });
      return found.length === 3 && found.every(({ endTime }) => endTime !== null) ? found : undefined;
    });
    expect(Object.fromEntries(children.map(({ to, status }) => [to, status]))).toEqual({ "1009": "no-answer", "+12125550142": "failed", "client:1002": "busy" });
  });
});

const uuidOf = (sid: string): string => sid.replace(/^CA(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
