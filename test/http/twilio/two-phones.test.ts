/** A client with two phones whom a program dials, in the whole product on the simulated switch: FreeSWITCH makes a leg for each, which programs know as one call. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { accountClient, type twilioClient } from "../../support/twilio-client.js";
import { ProgramServer } from "../../twiml/engine/program-server.js";

const FROM = "+12125550199";
const BROWSER = "1002/browser";
let lab: SimulatedLab;
let server: ProgramServer;
let stage: Stage;
let client: () => ReturnType<typeof twilioClient>;
let parent: string;

beforeAll(async () => {
  lab = await openSimulatedLab();
  server = await ProgramServer.open();
  stage = await openStage(lab, { OUTBOUND_ALLOWED: "127.0.0.1" });
  client = await accountClient(stage, stage.as.admin);
  lab.simulator.register("1002", true, undefined, "browser");
  await eventually("both phones to be known", async () => ((await stage.as.bob.get("/voicechannel/agents/1002")).body as { phones: unknown[] }).phones.length === 2);
  server.on("/status", () => ({ body: "" }));
  server.on("/after", '<Pause length="600"/>');
});
afterAll(async () => {
  await stage.close();
  await server.close();
  await lab.close();
});
beforeEach(async () => {
  await lab.phone("1001", { kind: "answer", afterMs: 0 });
});

/** Dials the client. Resolves when the caller is being called. */
async function dial(attributes = ""): Promise<void> {
  const twiml = `<Response><Dial ${attributes} action="${server.url("/after")}"><Client statusCallback="${server.url("/status")}" statusCallbackEvent="initiated ringing answered completed">1002</Client></Dial></Response>`;
  parent = (await client().calls.create({ to: "client:1001", from: FROM, twiml })).sid;
}
const toldOf = (sid: string): readonly (string | undefined)[] => server.to("/status").filter(({ form }) => form["CallSid"] === sid).map(({ form }) => form["CallStatus"]);
const action = async (): Promise<Readonly<Record<string, string>>> => (await eventually("the action to be asked", () => server.to("/after").find(({ form }) => form["CallSid"] === parent))).form;
const children = () => client().calls.list({ parentCallSid: parent });
const endParent = async (): Promise<void> => {
  await client().calls(parent).update({ status: "completed" });
  await eventually("the caller's end", async () => (await client().calls(parent).fetch()).status === "completed");
};

describe("a client with two phones whom a program dials", () => {
  it("is one call, that of the phone that answers, while it lasts and afterwards", async () => {
    lab.simulator.setPhone("1002", { kind: "no-answer" });
    lab.simulator.setPhone(BROWSER, { kind: "answer", afterMs: 100 });
    await dial();
    const sid = await eventually("the answer to be told", () => server.to("/status").find(({ form }) => form["ParentCallSid"] === parent && form["CallStatus"] === "in-progress")?.form["CallSid"]);
    await eventually("the other phone to stop", () => !lab.simulator.channels().some(({ party }) => party === "1002"));
    const shown = await client().calls(sid).fetch();
    expect([shown.sid, shown.status, shown.direction, shown.to, shown.parentCallSid]).toEqual([sid, "in-progress", "outbound-dial", "client:1002", parent]);
    expect((await children()).map((each) => [each.sid, each.status])).toEqual([[sid, "in-progress"]]);
    const { sid: recording } = await client().calls(sid).recordings.create({});
    expect((await client().calls(sid).recordings.list()).map((each) => [each.sid, each.callSid])).toEqual([[recording, sid]]);

    // The next process knows it by the same name.
    await stage.restartCallplane();
    expect((await client().calls(sid).fetch()).status).toBe("in-progress");
    await client().calls(sid).update({ status: "completed" });
    await eventually("its end", async () => (await client().calls(sid).fetch()).status === "completed");
    await eventually("its end to be told", () => toldOf(sid).includes("completed"));
    expect((await children()).map((each) => [each.sid, each.status, each.parentCallSid])).toEqual([[sid, "completed", parent]]);
    // Nothing is left of its program after the restart.
    await eventually("the caller's end", async () => (await client().calls(parent).fetch()).status === "completed");
    await client().calls(sid).remove();
    await expect(client().calls(parent).fetch()).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ["refused by both", "reject", "reject", "", "busy"],
    ["busy on one, while nobody takes the other", "busy", "no-answer", 'timeout="1"', undefined],
    ["rung in vain on one, and busy on the other", "no-answer", "busy", 'timeout="1"', undefined],
    ["rung in vain on both", "no-answer", "no-answer", 'timeout="1"', "no-answer"],
  ] as const)("is one call that has ended as its callback and the action say: %s", async (_what, first, second, attributes, status) => {
    lab.simulator.setPhone("1002", { kind: first });
    lab.simulator.setPhone(BROWSER, { kind: second });
    await dial(attributes);
    const { DialCallSid: sid = "", DialCallStatus: told } = await action();
    if (status !== undefined) expect(told).toBe(status);
    const child = await client().calls(sid).fetch();
    expect([child.sid, child.status, child.direction, child.to, child.duration, child.parentCallSid]).toEqual([sid, told, "outbound-dial", "client:1002", "0", parent]);
    expect((await children()).map((each) => [each.sid, each.status])).toEqual([[sid, told]]);
    expect((await client().calls.list({ status: child.status, to: "1002" })).filter((each) => each.sid === sid)).toHaveLength(1);
    await eventually("its end to be told", () => toldOf(sid).at(-1) === told, { details: () => toldOf(sid).join() });
    const log = (await stage.as.admin.get(`/voiceconfig/calllogs/${uuidOf(parent)}`)).body as { readonly legs: readonly { readonly agent: string | null; readonly source: string }[] };
    expect(log.legs.filter(({ agent }) => agent === "1002").map(({ source }) => source)).not.toContain("unmade");
    await endParent();
  });

  it("is one call that was canceled when the caller gives up, though one phone was busy", async () => {
    lab.simulator.setPhone("1002", { kind: "busy" });
    lab.simulator.setPhone(BROWSER, { kind: "no-answer" });
    await dial();
    const sid = await eventually("the ringing to be told", () => server.to("/status").find(({ form }) => form["ParentCallSid"] === parent && form["CallStatus"] === "ringing")?.form["CallSid"]);
    expect((await client().calls(sid).fetch()).status).toBe("ringing");
    await endParent();
    await eventually("its end to be told", () => toldOf(sid).at(-1) === "canceled", { details: () => toldOf(sid).join() });
    expect((await client().calls(sid).fetch()).status).toBe("canceled");
    expect((await children()).map((each) => each.sid)).toEqual([sid]);
  });
});

const uuidOf = (sid: string): string => sid.replace(/^CA(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
