/** Callers of a line with a configuration, on the simulated switch: the engine asks the application over HTTP, and does what it answers. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Stage } from "../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { openStore } from "../../src/store/index.js";
import { twilioClient } from "../support/twilio-client.js";
import type { CallView } from "../../src/calls/types.js";

let lab: SimulatedLab;
let stage: Stage;
let line: string;
let config: string;
let callers = 0;

const say = (text: string) => ({ type: "say", text });

async function made(path: string, body: object): Promise<string> {
  const reply = await stage.as.admin.post(`/voiceconfig/${path}`, body);
  expect(reply).toMatchObject({ status: 201 });
  return (reply.body as { id: string }).id;
}

beforeAll(async () => {
  // FreeSWITCH has no gateway by the name that the organization's dial string has.
  lab = await openSimulatedLab({ gateways: ["lab-out"] });
  stage = await openStage(lab);
  const menu = { prompt: say("Press a key."), keys: { 1: { type: "department", to: "support" }, 2: { type: "client", to: "1001" } }, tries: 10, timeoutS: 60 };
  config = await made("configs", { name: "Main", greeting: say("Welcome."), menu });
  line = await made("phonelines", { phoneNumber: "+12125550101", target: { type: "config", to: config }, fallbackDepartment: "support" });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await lab.close();
});

interface Caller {
  readonly number: string;
  readonly id: string;
  /** Presses the key until the call is as described: a caller does not know when the menu begins. */
  chooses(key: string, what: Partial<CallView>): Promise<CallView>;
}

async function callIn(called = line): Promise<Caller> {
  const number = `+1212555${String(++callers).padStart(4, "0")}`;
  const id = await lab.callIn({ from: number, to: `program:line:${called}` });
  return {
    number,
    id,
    chooses: (key, what) =>
      eventually(`${key} to lead to ${JSON.stringify(what)}`, async () => {
        const call = await stage.as.admin.call(id);
        const seen: Record<string, unknown> = call === null ? {} : { ...call };
        if (call !== null && Object.entries(what).every(([name, value]) => seen[name] === value)) return call;
        if (call?.state === "scripted") await lab.press(number, key);
        return null;
      }),
  };
}

describe("a caller of a line with a menu", () => {
  it("is shown as scripted, waits in the department that the key names, and is taken by an agent", async () => {
    const caller = await callIn();
    await stage.as.carol.sees(caller.id, { state: "scripted", assignedTo: null });
    await caller.chooses("1", { state: "queued", department: "support" });
    expect(await stage.as.bob.post("/call/pickup", { call_id: caller.id })).toMatchObject({ status: 200 });
    await stage.as.bob.sees(caller.id, { state: "active", assignedTo: "1002" });
  });

  it("talks to the agent whom the key names", async () => {
    await lab.phone("1001", { kind: "answer", afterMs: 5 });
    const caller = await callIn();
    await caller.chooses("2", { state: "active", assignedTo: "1001" });
  });

  it("leaves a message when the agent is busy, which the call's record has", async () => {
    await lab.phone("1001", { kind: "busy" });
    // Without a menu: a key that is pressed once too often would end the recording.
    const direct = await made("configs", { name: "Direct", target: { type: "client", to: "1001" } });
    const caller = await callIn(await made("phonelines", { phoneNumber: "+12125550102", target: { type: "config", to: direct }, fallbackDepartment: "support" }));
    await stage.as.admin.sees(caller.id, { recording: true });
    lab.simulator.speak(caller.number, 200);
    lab.simulator.hangUp(caller.number);
    const log = await eventually("the record of the call", async () => {
      const { status, body } = await stage.as.carol.get(`/voiceconfig/calllogs/${caller.id}`);
      const record = body as { readonly endedAt: string | null; readonly recordings: readonly { readonly id: string }[] };
      return status === 200 && record.endedAt !== null && record.recordings.length > 0 ? record : null;
    });
    expect(log.recordings).toHaveLength(1);
  });

  it("meets what the configuration says now, without a restart", async () => {
    expect(await stage.as.admin.put(`/voiceconfig/configs/${config}`, { menu: null, greeting: null, target: { type: "department", to: "sales" } })).toMatchObject({ status: 200 });
    const caller = await callIn();
    await stage.as.admin.sees(caller.id, { state: "queued", department: "sales" });
  });
});

describe("a line with a trunk", () => {
  const FAR = "+12125550177";
  beforeAll(async () => {
    const store = await openStore(stage.databaseUrl);
    const [organization] = (await store.organizations.list()).filter(({ name }) => name === "lab");
    await store.trunks.create({ organizationId: organization?.id ?? 0, name: "lab-out", proxy: "sip.example.com" });
    await store.close();
  });

  it("carries by it what its calls dial, and what is dialled with its number", async () => {
    const forwarding = await made("configs", { name: "Forwarding", target: { type: "phonenumber", to: FAR } });
    const [withTrunk, without] = [
      await made("phonelines", { phoneNumber: "+12125550103", target: { type: "config", to: forwarding }, trunk: "lab-out", fallbackDepartment: "support" }),
      await made("phonelines", { phoneNumber: "+12125550104", target: { type: "config", to: forwarding }, fallbackDepartment: "support" }),
    ];
    const connected = await callIn(withTrunk);
    await stage.as.admin.sees(connected.id, { state: "active" });
    // Nobody was reached, so the caller leaves a message.
    const refused = await callIn(without);
    await stage.as.admin.sees(refused.id, { recording: true });

    const { accountSid: sid, authToken } = (await stage.as.admin.post("/voiceconfig/account/token", {})).body as { readonly accountSid: string; readonly authToken: string };
    const call = async (from: string): Promise<string> => {
      const client = twilioClient(stage.url(), { sid, authToken });
      const { sid: made } = await client.calls.create({ to: FAR, from, twiml: "<Response><Pause length=\"600\"/></Response>" });
      return eventually("the call to be answered, or refused", async () => {
        const { status } = await client.calls(made).fetch();
        return ["in-progress", "failed"].includes(status) ? status : null;
      });
    };
    expect([await call("+12125550103"), await call("+12125550104")]).toEqual(["in-progress", "failed"]);
  });
});
