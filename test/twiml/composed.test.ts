/** Voice programs in the whole product, on the simulated switch: a line's configuration, an application elsewhere, and Twilio's REST API. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validateRequest } from "twilio";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callSid } from "../../src/sids.js";
import { openStore, type Store } from "../../src/store/index.js";
import { programOf, type NewPhoneLine } from "../../src/voice-app/index.js";
import { openStage, type Stage } from "../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { startProgram } from "../media/program.js";
import { twilioClient } from "../support/twilio-client.js";
import { ProgramServer, type Asked } from "./engine/program-server.js";
import { basic } from "../support/basic-auth.js";

const ORGANIZATION = "lab";

describe("voice programs in the whole product", () => {
  const folder = mkdtempSync(join(tmpdir(), "callplane-speech-"));
  let lab: SimulatedLab;
  let stage: Stage;
  let store: Store;
  let server: ProgramServer;
  let organizationId: number;
  beforeAll(async () => {
    lab = await openSimulatedLab();
    server = await ProgramServer.open();
    stage = await openStage(lab, { OUTBOUND_ALLOWED: "127.0.0.1", SPEECH_DIR: folder, PUBLIC_URL: "https://callplane.example" });
    store = await openStore(stage.databaseUrl);
    organizationId = (await store.organizations.findByName(ORGANIZATION))?.id ?? 0;
  }, 60_000);
  afterEach(async () => {
    await stage.clear();
    server.reset();
  });
  afterAll(async () => {
    await store.close();
    await stage.close();
    await server.close();
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A caller of a new line. */
  async function callLine(line: Omit<NewPhoneLine, "organizationId">, from: string): Promise<string> {
    const made = await store.phoneLines.create({ organizationId, ...line });
    // Another process's writes are seen within two seconds; a new start sees them at once.
    await stage.restartCallplane();
    return lab.callIn({ from, to: `program:${programOf(made)}` });
  }

  it("answer from a line's configuration: greeting, menu, department", async () => {
    const { id: config } = await store.voiceConfigs.create(organizationId, "Menu", { greeting: { type: "say", text: "Welcome" }, menu: { prompt: { type: "say", text: "Press 1" }, keys: { 1: { type: "department", to: "support" } }, tries: 2, timeoutS: 5, invalid: null }, target: { type: "hangup" } });
    const from = "+12125550301";
    const id = await callLine({ number: "+12125550300", targetType: "config", target: String(config) }, from);
    await stage.as.admin.sees(id, { state: "scripted" });
    await eventually("the caller to be heard", async () => {
      lab.simulator.press(from, "1");
      return (await stage.as.admin.call(id))?.state === "queued";
    });
    expect(await stage.as.admin.call(id)).toMatchObject({ department: "support" });
  });

  it("connect the caller of somebody else's application with an agent, who may hold, and tell the action", async () => {
    server.on("/voice", "<Dial action=\"/dialled\"><Client>1001</Client></Dial>");
    server.on("/dialled", "<Hangup/>");
    const id = await callLine({ number: "+12125550310", targetType: "url", target: server.url("/voice") }, "+12125550311");
    await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    expect((await stage.as.alice.post(`/voicechannel/calls/${id}:hold`)).status).toBeLessThan(300);
    await stage.as.alice.sees(id, { state: "held" });
    expect((await stage.as.alice.post(`/voicechannel/calls/${id}:resume`)).status).toBeLessThan(300);
    await stage.as.alice.sees(id, { state: "active" });
    await lab.hangUp("1001");
    expect((await server.next("/dialled")).form).toMatchObject({ CallSid: callSid(id), DialCallStatus: "completed", DialBridged: "true" });
    await stage.as.admin.gone(id);
  });

  it("show the callers of their own queues to Twilio's client, which takes one out", async () => {
    server.on("/voice", '<Enqueue waitUrl="">billing</Enqueue>');
    server.on("/next", '<Pause length="600"/>');
    const id = await callLine({ number: "+12125550330", targetType: "url", target: server.url("/voice") }, "+12125550331");
    const account = (await store.voiceAccounts.list()).find((each) => each.organizationId === organizationId);
    if (account === undefined) throw new Error("no account");
    const client = twilioClient(stage.url(), account);
    const queue = await eventually("the caller to wait", async () => (await client.queues.list()).find(({ friendlyName, currentSize }) => friendlyName === "billing" && currentSize === 1));
    expect((await client.queues.list()).map(({ friendlyName }) => friendlyName)).toEqual(expect.arrayContaining(["sales", "support", "billing"]) as unknown);
    expect((await client.queues(queue.sid).members.list()).map(({ callSid: sid, position }) => [sid, position])).toEqual([[callSid(id), 1]]);
    await expect(client.queues(queue.sid).remove()).rejects.toMatchObject({ status: 409 });
    await client.queues(queue.sid).members("Front").update({ url: server.url("/next") });
    expect((await server.next("/next")).form).toMatchObject({ CallSid: callSid(id) });
    await eventually("the queue to be empty", async () => (await client.queues(queue.sid).fetch()).currentSize === 0);
    expect(await client.queues(queue.sid).remove()).toBe(true);
    await expect(client.queues(queue.sid).fetch()).rejects.toMatchObject({ status: 404 });
  });

  it("are told of by a line's own signing token: requests, streams and callbacks, each by the one of its time", async () => {
    const bot = await startProgram();
    try {
      const [old, rotated] = ["1".repeat(32), "2".repeat(32)];
      server.on("/voice", '<Gather timeout="600" numDigits="1" action="/key"/>');
      server.on("/key", `<Connect><Stream url="${bot.url}"/></Connect>`);
      const from = "+12125550321";
      const id = await callLine({ number: "+12125550320", targetType: "url", target: server.url("/voice"), statusCallback: server.url("/ended"), signingToken: old }, from);
      const isBy = ({ path, form, headers }: Asked, token: string): boolean => validateRequest(token, String(headers["x-twilio-signature"]), server.url(path), { ...form });
      expect(isBy(await server.next("/voice"), old)).toBe(true);
      const [line] = ((await stage.as.admin.get("/voiceconfig/phonelines")).body as { readonly items: readonly { readonly id: string; readonly phoneNumber: string }[] }).items.filter(({ phoneNumber }) => phoneNumber === "+12125550320");
      expect((await stage.as.admin.put(`/voiceconfig/phonelines/${line?.id ?? ""}`, { signingToken: rotated })).status).toBe(200);
      await eventually("a key to be heard", () => {
        if (server.to("/key").length === 0) lab.simulator.press(from, "1");
        return server.to("/key").length > 0;
      });
      expect(server.to("/key").map((asked) => isBy(asked, rotated))).toEqual([true]);
      await eventually("the bot to be connected", () => bot.streams.length > 0);
      expect(validateRequest(rotated, String(bot.streams[0]?.request.headers["x-twilio-signature"]), bot.url, {})).toBe(true);
      expect((await stage.as.admin.put(`/voiceconfig/phonelines/${line?.id ?? ""}`, { signingToken: null })).status).toBe(200);
      lab.simulator.hangUp(from);
      const ended = await server.next("/ended");
      const account = (await store.voiceAccounts.list()).find((each) => each.organizationId === organizationId);
      expect([ended.form["CallSid"], isBy(ended, account?.authToken ?? "")]).toEqual([callSid(id), true]);
    } finally {
      await bot.close();
    }
  });

  it("are made by /voiceconfig, which gives an agent's caller one too, and ends them", async () => {
    const { admin, alice } = stage.as;
    server.on("/voice", '<Pause length="600"/>');
    server.on("/other", '<Say>Sorry</Say><Pause length="600"/>');
    // What is refused is sent again, to whoever listens then.
    server.on("/told", () => ({ body: "" }));
    const made = await admin.post("/voiceconfig/calls", { to: "client:1002", from: "+12125550300", url: server.url("/voice"), statusCallback: { url: server.url("/told") } });
    expect(made).toMatchObject({ status: 201, body: { status: "queued", direction: "outbound", from: "+12125550300", to: "client:1002" } });
    const { id, callSid: sid } = made.body as { readonly id: string; readonly callSid: string };
    expect((await server.next("/voice")).form).toMatchObject({ CallSid: sid, Direction: "outbound-api" });
    await admin.sees(id, { state: "scripted" });
    expect((await admin.put(`/voiceconfig/calls/${id}`, { url: server.url("/other"), method: "GET" })).status).toBe(200);
    expect(await server.next("/other")).toMatchObject({ method: "GET", form: { CallSid: sid } });
    expect((await admin.put(`/voiceconfig/calls/${id}`, { status: "canceled" })).status).toBe(409);
    expect((await admin.put(`/voiceconfig/calls/${id}`, { status: "completed" })).status).toBe(200);
    expect((await server.next("/told")).form).toMatchObject({ CallSid: sid, CallStatus: "completed" });

    const customer = "+12125550342";
    const { id: outgoing } = (await alice.post("/voicechannel/calls", { type: "phonenumber", to: customer })).body as { readonly id: string };
    await alice.sees(outgoing, { state: "active", assignedTo: "1001" });
    const far = (await alice.call(outgoing))?.legs.find(({ role }) => role === "customer")?.id ?? "";
    expect((await alice.put(`/voiceconfig/calls/${outgoing}`, { url: server.url("/other") })).status).toBe(403);
    expect((await admin.put(`/voiceconfig/calls/${outgoing}`, { url: server.url("/other") })).status).toBe(200);
    await eventually("the customer's leg to run the program", () => server.to("/other").some(({ form }) => form["CallSid"] === callSid(far)));
  });

  it("are made, changed and ended by Twilio's REST API", async () => {
    const account = await store.voiceAccounts.create(organizationId).catch(async () => (await store.voiceAccounts.list()).find((each) => each.organizationId === organizationId));
    if (account === undefined) throw new Error("no account");
    await stage.restartCallplane();
    server.on("/voice", "<Pause length=\"600\"/>");
    server.on("/other", "<Redirect>/voice</Redirect>");
    const api = async (path: string, form?: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
      const reply = await fetch(`${stage.url()}/2010-04-01/Accounts/${account.sid}${path}`, {
        method: form === undefined ? "GET" : "POST",
        headers: { authorization: basic(account.sid, account.authToken) },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
    };
    const made = await api("/Calls.json", { To: "client:1002", From: "+12125550300", Url: server.url("/voice"), StatusCallback: server.url("/status") });
    expect(made).toMatchObject({ status: 201, body: { status: "queued" } });
    const sid = String(made.body["sid"]);
    expect((await server.next("/voice")).form).toMatchObject({ CallSid: sid, Direction: "outbound-api", CallStatus: "in-progress" });
    expect((await api(`/Calls/${sid}.json`, { Url: server.url("/other") })).status).toBe(200);
    await server.next("/other");
    expect((await api(`/Calls/${sid}.json`, { Status: "completed" })).status).toBe(200);
    expect((await server.next("/status")).form).toMatchObject({ CallSid: sid, CallStatus: "completed", CallbackSource: "call-progress-events" });
  });
});
