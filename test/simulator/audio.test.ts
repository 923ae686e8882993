import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSimulator, type Simulator } from "../../src/simulator/index.js";
import { EslClient, type SwitchEvent } from "./esl-client.js";

const PASSWORD = "secret";
const CUSTOMER = "+15551230001";
const SPY = "e5000000-0000-4000-8000-000000000003";
const OTHER = "e5000000-0000-4000-8000-000000000001";

describe("who hears whom on the simulated switch", () => {
  let simulator: Simulator;
  let client: EslClient;
  let customer: string;
  let agent: string;

  const named = (name: string, uuid?: string) => (event: SwitchEvent) => event["Event-Name"] === name && (uuid === undefined || event["Unique-ID"] === uuid);
  const seen = async (name: string, uuid?: string): Promise<SwitchEvent> => client.event(named(name, uuid), `${name} of ${uuid ?? "any"}`);
  /** Forgets the events so far, sends, and waits for the one that proves it. */
  const prove = async (command: string, name: string, uuid?: string): Promise<string> => {
    client.events.length = 0;
    const reply = await client.send(command);
    await seen(name, uuid);
    return reply;
  };
  const hearing = (): Record<string, string[]> => Object.fromEntries(["1001", "1002", "1003", CUSTOMER].map((party) => [party, [...simulator.hears(party)].sort()]));
  const expectHearing = async (wanted: Partial<Record<string, string[]>>): Promise<void> =>
    expect.poll(hearing).toEqual({ "1001": [], "1002": [], "1003": [], [CUSTOMER]: [], ...wanted });
  const execute = (uuid: string, app: string, arg: string): Promise<string> => client.send(`sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: ${app}\nexecute-app-arg: ${arg}\nasync: true`);
  const spy = async (target: string, variables = ""): Promise<void> => {
    await prove(`bgapi originate {origination_uuid=${SPY},eavesdrop_enable_dtmf=false${variables}}user/1003@lab.test &park()`, "CHANNEL_PARK", SPY);
    expect(await execute(SPY, "eavesdrop", target)).toBe("+OK");
    await seen("MEDIA_BUG_START", target);
  };
  const switchTo = (digit: string): Promise<string> => client.send(`sendevent COMMAND\nunique-id: ${SPY}\neavesdrop-command: ${digit}`);

  beforeEach(async () => {
    simulator = await createSimulator({ password: PASSWORD, domain: "lab.test", defaultBehaviour: { kind: "answer", afterMs: 1 } });
    client = await EslClient.authenticated(simulator.port, PASSWORD);
    await client.send("event json ALL");
    customer = simulator.callIn({ from: CUSTOMER, to: "1001" });
    const bridge = await seen("CHANNEL_BRIDGE", customer);
    agent = bridge["Bridge-B-Unique-ID"] ?? "";
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
  });
  afterEach(async () => {
    client.close();
    await simulator.close();
  });

  it("cuts both ways on hold, with music for the customer, and joins them again", async () => {
    await prove(`api uuid_hold ${agent}`, "PLAYBACK_START", customer);
    await expectHearing({});
    expect(simulator.channel(customer)?.playing).toContain("tone_stream");
    await prove(`api uuid_hold off ${agent}`, "CHANNEL_UNHOLD", agent);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
  });

  it("resumes a call whose music had not begun", async () => {
    await client.send(`api uuid_hold ${agent}`);
    expect(await client.send(`api uuid_hold off ${agent}`)).toBe("+OK Success\n");
    await seen("CHANNEL_UNHOLD", agent);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
    expect(simulator.channel(customer)?.playing).toBe("");
  });

  it("mutes the agent's voice, not her ears", async () => {
    await prove(`api uuid_audio ${agent} start read mute -4`, "MEDIA_BUG_START", agent);
    await expectHearing({ "1001": [CUSTOMER] });
    await prove(`api uuid_audio ${agent} stop`, "MEDIA_BUG_STOP", agent);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
  });

  it.each([
    ["0", { "1001": [CUSTOMER], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] }],
    ["1", { "1001": [CUSTOMER], [CUSTOMER]: ["1001", "1003"], "1003": [CUSTOMER, "1001"] }],
    ["2", { "1001": [CUSTOMER, "1003"], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] }],
    ["3", { "1001": [CUSTOMER, "1003"], [CUSTOMER]: ["1001", "1003"], "1003": [CUSTOMER, "1001"] }],
  ])("lets a spy on the agent's leg be heard as digit %s says, switched live", async (digit, wanted) => {
    await spy(agent);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] });
    await switchTo("3");
    expect(await switchTo(digit)).toMatch(/^\+OK [0-9a-f-]{36}$/);
    await expectHearing(wanted);
  });

  it("keeps the keypad off when told so, and on by default", async () => {
    await spy(agent);
    simulator.press("1003", "3");
    await seen("DTMF", SPY);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] });
    await client.send(`api uuid_kill ${SPY}`);
    await prove(`bgapi originate user/1003@lab.test &eavesdrop(${agent})`, "MEDIA_BUG_START", agent);
    simulator.press("1003", "3");
    await expectHearing({ "1001": [CUSTOMER, "1003"], [CUSTOMER]: ["1001", "1003"], "1003": [CUSTOMER, "1001"] });
  });

  it("begins in whisper when the variable says so", async () => {
    await spy(agent, ",eavesdrop_whisper_bleg=true");
    await expectHearing({ "1001": [CUSTOMER, "1003"], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] });
  });

  it("does nothing else that is sent to a listening leg until it stops listening", async () => {
    await spy(agent);
    await client.send(`api uuid_setvar ${SPY} presence_data later`);
    await execute(SPY, "set", "x=1");
    await client.send(`api uuid_kill ${agent}`);
    const completed = await client.event((event) => event["Event-Name"] === "CHANNEL_EXECUTE_COMPLETE" && event["Application"] === "set" && event["Unique-ID"] === SPY, "set");
    const stopped = client.events.findIndex(named("MEDIA_BUG_STOP", agent));
    expect(client.events.indexOf(completed)).toBeGreaterThan(stopped);
    expect(await client.send("api show channels as json")).toContain('"presence_data":"later"');
  });

  it("keeps a spy away who is not of the group", async () => {
    await client.send(`api uuid_setvar ${agent} eavesdrop_group red`);
    await prove(`bgapi originate {origination_uuid=${SPY},eavesdrop_require_group=blue}user/1003@lab.test &park()`, "CHANNEL_PARK", SPY);
    await execute(SPY, "eavesdrop", agent);
    await client.event((event) => event["Event-Name"] === "CHANNEL_EXECUTE_COMPLETE" && event["Application"] === "eavesdrop", "refusal");
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
  });

  it("mixes a conference, mutes in it, and lets a parked leg hear nobody", async () => {
    await prove(`api uuid_transfer ${customer} -both conference:room@default inline`, "CUSTOM", customer);
    await client.send("bgapi originate user/1003@lab.test &conference(room@default+flags{mute})");
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] });
    await client.send(`api conference room deaf ${agent}`);
    await expectHearing({ [CUSTOMER]: ["1001"], "1003": [CUSTOMER, "1001"] });
    await client.send(`api uuid_transfer ${customer} park: inline`);
    await expectHearing({ "1003": ["1001"] });
  });

  it("tells when the file of a conference's recording is closed: when it is stopped, and with the room", async () => {
    await prove(`api uuid_transfer ${customer} -both conference:room@default inline`, "CUSTOM", customer);
    for (const path of ["/one.wav", "/two.wav"]) await client.send(`api conference room record ${path}`);
    await client.send("api conference room norecord /one.wav");
    const closed = (path: string) => client.event((event) => event["Action"] === "stop-recording" && event["Path"] === path, `the end of ${path}`);
    expect(await closed("/one.wav")).toMatchObject({ "Event-Subclass": "conference::maintenance", "Conference-Name": "room", "Other-Recordings": "true", Samplerate: "8000" });
    for (const party of ["1001", CUSTOMER]) simulator.hangUp(party);
    expect(await closed("/two.wav")).toMatchObject({ "Other-Recordings": "false" });
    const ended = await client.event((event) => event["Action"] === "conference-destroy", "the end of the room");
    expect(client.events.findIndex((event) => event["Action"] === "stop-recording" && event["Path"] === "/two.wav")).toBeLessThan(client.events.indexOf(ended));
  });

  it("ends a conference of two with either when it was told to", async () => {
    await prove(`api uuid_transfer ${customer} -both conference:room@default+flags{mintwo} inline`, "CUSTOM", customer);
    await expectHearing({ "1001": [CUSTOMER], [CUSTOMER]: ["1001"] });
    simulator.hangUp("1001");
    const gone = await seen("CHANNEL_HANGUP", customer);
    expect(gone["Hangup-Cause"]).toBe("NORMAL_CLEARING");
    await client.event((event) => event["Action"] === "conference-destroy", "the end of the room");
  });

  it("parks what is released when park_after_bridge says so, and hangs up a held pair all the same", async () => {
    for (const leg of [customer, agent]) {
      await client.send(`api uuid_setvar ${leg} park_after_bridge true`);
      await client.send(`api uuid_setvar ${leg} hangup_after_bridge false`);
    }
    await prove(`bgapi originate {origination_uuid=${OTHER},park_after_bridge=true,hangup_after_bridge=false}user/1002@lab.test &park()`, "CHANNEL_PARK", OTHER);
    await prove(`api uuid_bridge ${customer} ${OTHER}`, "CHANNEL_BRIDGE", customer);
    await expectHearing({ "1002": [CUSTOMER], [CUSTOMER]: ["1002"] });
    expect(simulator.channel(agent)?.parked).toBe(true);
    await prove(`api uuid_kill ${OTHER}`, "CHANNEL_PARK", customer);
    await prove(`api uuid_bridge ${customer} ${agent}`, "CHANNEL_BRIDGE", customer);
    await prove(`api uuid_hold ${agent}`, "PLAYBACK_START", customer);
    simulator.hangUp("1001");
    await seen("CHANNEL_DESTROY", customer);
    expect(simulator.channels()).toEqual([]);
  });
});
