/** The application over the configuration, over HTTP as Twilio asks it: its documents are those of Twilio's own library, and its requests are signed by it. */
import { XMLParser } from "fast-xml-parser";
import { pino } from "pino";
import twilio from "twilio";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Delivery } from "../../src/outbound/index.js";
import { openDirectory, openStore, type Store, type StoreDirectory } from "../../src/store/index.js";
import { parse } from "../../src/twiml/index.js";
import { MemoryVoiceDirectory, VoiceApplication, type VoiceConfigSettings } from "../../src/voice-app/index.js";
import { createWorld, type World } from "../http/fakes.js";
import { ManualClock } from "../support/manual-clock.js";

const { VoiceResponse } = twilio.twiml;
const LINE = "+12125550101";
const PUBLIC = "https://voice.example.com";
const SID = `CA${"1".repeat(32)}`;
const CALL = { CallSid: SID, AccountSid: `AC${"2".repeat(32)}`, From: "+12125550199", To: LINE, CallStatus: "ringing", Direction: "inbound", ApiVersion: "2010-04-01" };
const LANGUAGE = { language: "en-US" } as const;

let store: Store;
let directory: StoreDirectory;
let voice: MemoryVoiceDirectory;
let world: World;
const clock = new ManualClock();
let delivered: Delivery[];

// One app for all: it asks for the store of the test that runs.
beforeAll(async () => {
  const application = new VoiceApplication({
    get voice() {
      return voice;
    },
    get accounts() {
      return directory.voiceAccounts;
    },
    deliveries: { enqueue: async (delivery) => void delivered.push(delivery) },
    clock,
  });
  world = createWorld({ services: { voiceApplication: application }, config: { publicUrl: PUBLIC } });
  await world.app.ready();
});
afterAll(() => world.close());

beforeEach(async () => {
  store = await openStore(":memory:");
  const logger = pino({ level: "silent" });
  for (const name of ["demo", "other"]) await store.organizations.create({ name, domain: `${name}.local`, country: "US" });
  await store.departments.create(1, "support", {});
  await store.agents.create({ organizationId: 1, agentId: "1001", extension: "1001" });
  directory = await openDirectory(store, { logger });
  voice = await MemoryVoiceDirectory.open({ store, logger });
  delivered = [];
});
afterEach(async () => {
  voice.close();
  directory.close();
  await store.close();
});

const say = (text: string) => ({ type: "say", text }) as const;

/** Makes a configuration, and the line that has it. */
async function configured(settings: Partial<VoiceConfigSettings>, line: { readonly signingToken?: string } = {}): Promise<string> {
  const { id } = await store.voiceConfigs.create(1, `Config ${(await store.voiceConfigs.list()).length}`, settings);
  await store.phoneLines.create({ organizationId: 1, number: LINE, targetType: "config", target: String(id), ...line });
  return String(id);
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function post(path: string, fields: Readonly<Record<string, string>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const payload = new URLSearchParams({ ...CALL, ...fields }).toString();
  const reply = await world.app.inject({ method: "POST", url: `/voicetwilio/${path}`, headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, payload });
  return { status: reply.statusCode, type: String(reply.headers["content-type"]), body: reply.body };
}

const reader = new XMLParser({ ignoreAttributes: false, preserveOrder: true, parseAttributeValue: false, parseTagValue: false });
/** A document as data, whatever the order of its attributes. */
const data = (document: string): unknown => JSON.parse(JSON.stringify(reader.parse(document)));

/** The document that a request is answered with is this one of Twilio's library, and has nothing that our engine would skip. */
async function expectDocument(path: string, fields: Readonly<Record<string, string>>, build: (response: InstanceType<typeof VoiceResponse>) => void): Promise<void> {
  const { status, type, body } = await post(path, fields);
  const expected = new VoiceResponse();
  build(expected);
  expect([status, type]).toEqual([200, "text/xml; charset=utf-8"]);
  expect(data(body)).toEqual(data(expected.toString()));
  expect(parse(body).warnings).toEqual([]);
}

describe("a caller of a line with a configuration", () => {
  it("hears the greeting and goes to the department", async () => {
    const id = await configured({ greeting: say("Welcome to Acme & Sons."), target: { type: "department", to: "support" }, music: "https://example.com/music.mp3" });
    await expectDocument("voice", {}, (response) => {
      response.say(LANGUAGE, "Welcome to Acme & Sons.");
      response.enqueue({ waitUrl: "https://example.com/music.mp3", waitUrlMethod: "GET", action: `voice?config=${id}&step=queue`, method: "POST" }, "support");
    });
    await expectDocument(`voice?config=${id}&step=queue`, { QueueResult: "bridged" }, (response) => void response.hangup());
    await expectDocument(`voice?config=${id}&step=queue`, { QueueResult: "queue-full" }, (response) => {
      response.say(LANGUAGE, "Please leave a message after the tone.");
      response.record({ maxLength: 180, playBeep: true, finishOnKey: "#", action: `voice?config=${id}&step=message`, method: "POST" });
    });
  });

  it("chooses from a menu, whose tries are counted", async () => {
    const menu = { prompt: say("For support press 1."), keys: { 1: { type: "department", to: "support" }, "#": { type: "client", to: "1001" } }, tries: 2, timeoutS: 7, invalid: say("That is no choice.") } as const;
    const id = await configured({ menu, voice: "Polly.Joanna", target: { type: "hangup" } });
    const spoken = { voice: "Polly.Joanna", language: "en-US" } as const;
    const asks = (response: InstanceType<typeof VoiceResponse>, tries: number): void => {
      const next = `gather?config=${id}&step=menu&tries=${tries}`;
      response.gather({ input: ["dtmf"], numDigits: 1, finishOnKey: "", timeout: 7, action: next, method: "POST" }).say(spoken, "For support press 1.");
      response.redirect({ method: "POST" }, next);
    };
    await expectDocument("voice", {}, (response) => asks(response, 1));
    await expectDocument(`gather?config=${id}&step=menu&tries=1`, { Digits: "1" }, (response) => void response.enqueue({ action: `voice?config=${id}&step=queue`, method: "POST" }, "support"));
    await expectDocument(`gather?config=${id}&step=menu&tries=1`, { Digits: "#" }, (response) => void response.dial({ timeout: 20, action: `voice?config=${id}&step=rung`, method: "POST", answerOnBridge: true }).client({}, "1001"));
    await expectDocument(`gather?config=${id}&step=menu&tries=1`, { Digits: "9" }, (response) => {
      response.say(spoken, "That is no choice.");
      asks(response, 2);
    });
    await expectDocument(`gather?config=${id}&step=menu&tries=1`, {}, (response) => asks(response, 2));
    await expectDocument(`gather?config=${id}&step=menu&tries=2`, {}, (response) => void response.hangup());
  });

  it("leaves a message when the agent does not answer, and nobody is rung for ever", async () => {
    const id = await configured({
      target: { type: "client", to: "1001" },
      unanswered: { type: "phonenumber", to: "+12125550177" },
      recorded: true,
      voicemail: { greeting: { type: "play", url: "https://example.com/beep.wav" }, maxLengthS: 60 },
      statusCallback: { url: "https://example.com/status", method: "POST", events: ["ringing", "completed"] },
    });
    const told = { statusCallback: "https://example.com/status", statusCallbackMethod: "POST", statusCallbackEvent: ["ringing", "completed"] } as const;
    const dial = (step: string) => ({ timeout: 20, action: `voice?config=${id}&step=${step}`, method: "POST", answerOnBridge: true, record: "record-from-answer" }) as const;
    const client = new VoiceResponse();
    client.dial(dial("rung")).client({ ...told, statusCallbackEvent: [...told.statusCallbackEvent] }, "1001");
    expect(data((await post("voice")).body)).toEqual(data(client.toString()));
    await expectDocument(`voice?config=${id}&step=rung`, { DialCallStatus: "no-answer" }, (response) => void response.dial({ ...dial("rungLast"), callerId: LINE }).number({ ...told, statusCallbackEvent: [...told.statusCallbackEvent] }, "+12125550177"));
    await expectDocument(`voice?config=${id}&step=rungLast`, { DialCallStatus: "busy" }, (response) => {
      response.play("https://example.com/beep.wav");
      response.record({ maxLength: 60, playBeep: true, finishOnKey: "#", action: `voice?config=${id}&step=message`, method: "POST" });
    });
    await expectDocument(`voice?config=${id}&step=rung`, { DialCallStatus: "completed" }, (response) => void response.hangup());
    await expectDocument(`voice?config=${id}&step=message`, { RecordingDuration: "7", Digits: "#" }, (response) => {
      response.say(LANGUAGE, "Thank you. Goodbye.");
      response.hangup();
    });
  });

  it("is told outside the hours that nobody is there", async () => {
    await configured({
      greeting: say("Welcome."),
      target: { type: "department", to: "support" },
      hours: { timeZone: "America/New_York", weekly: [{ days: ["monday"], from: "09:00", to: "17:00" }], holidays: [] },
      closed: { greeting: say("We are closed."), target: { type: "url", to: "https://night.example.com/voice", method: "GET" } },
    });
    clock.standStill(Date.parse("2026-07-06T17:00:00-04:00") - clock.now());
    await expectDocument("voice", {}, (response) => {
      response.say(LANGUAGE, "We are closed.");
      response.redirect({ method: "GET" }, "https://night.example.com/voice");
    });
    clock.standStill(Date.parse("2026-07-06T16:59:59-04:00") - clock.now());
    expect((await post("voice")).body).toContain("Welcome.");
  });

  it("goes through configurations that point to each other, and not for ever", async () => {
    const inner = await store.voiceConfigs.create(1, "Inner", { greeting: say("Sales."), target: { type: "hangup" } });
    const id = await configured({ greeting: say("Welcome."), target: { type: "config", to: String(inner.id) } });
    await expectDocument("voice", {}, (response) => {
      response.say(LANGUAGE, "Welcome.");
      response.say(LANGUAGE, "Sales.");
      response.hangup();
    });
    await store.voiceConfigs.update(1, inner.id, { target: { type: "config", to: id } });
    const { status, body } = await post("voice");
    expect([status, body.match(/Welcome\./g)?.length, body.includes("cannot be taken")]).toEqual([200, 5, true]);
  });
});

describe("the application", () => {
  it("takes forms and JSON, either casing, GET and POST, and answers in JSON when that is asked for", async () => {
    await configured({ greeting: say("Hello."), target: { type: "hangup" } });
    const { body } = await post("voice");
    const asked = { callSid: SID, from: "client:alice", to: "(212) 555-0101".replace(/\D/g, "") };
    for (const request of [
      { method: "POST" as const, url: "/voicetwilio/voice", payload: { ...asked, to: LINE } },
      { method: "GET" as const, url: `/voicetwilio/voice?${new URLSearchParams({ ...CALL }).toString()}` },
      { method: "POST" as const, url: "/voicetwilio/voice", payload: { Called: LINE } },
      { method: "POST" as const, url: "/voicetwilio/voice", payload: { To: "+1 (212) 555-0101" } },
    ]) {
      const reply = await world.app.inject(request);
      expect([reply.statusCode, reply.body]).toEqual([200, body]);
    }
    const json = await post("voice", {}, { accept: "application/json" });
    expect([json.type, JSON.parse(json.body)]).toEqual(["application/json; charset=utf-8", { data: body }]);
    expect((await post("voice", {}, { accept: "text/xml, application/json" })).body).toBe(body);
  });

  it("tells a request about no line, a line without a configuration, or a configuration that is gone, as 404 and a missing number as 400", async () => {
    expect(await post("voice", { To: "+12125550000" })).toMatchObject({ status: 404 });
    expect(await post("voice", { To: "" })).toMatchObject({ status: 400 });
    const id = await configured({});
    for (const place of ["config=99&step=menu", "config=99&step=rung"]) expect(await post(`voice?${place}`)).toMatchObject({ status: 404 });
    for (const place of [`config=${id}&step=dance`, "config=x&step=menu", `config=${id}&step=menu&tries=11`, `config=${id}&step=menu&tries=0`]) expect(await post(`gather?${place}`)).toMatchObject({ status: 400 });
    const [line] = await store.phoneLines.list();
    await store.phoneLines.update(1, line?.id ?? 0, { targetType: "department", target: "support" });
    expect(await post("voice")).toMatchObject({ status: 404 });
  });

  it("leads no caller into another organization's configuration", async () => {
    await configured({ greeting: say("Ours."), target: { type: "hangup" } });
    const theirs = await store.voiceConfigs.create(2, "Theirs", { greeting: say("Secret.") });
    expect(await post(`voice?config=${theirs.id}&step=menu`)).toMatchObject({ status: 404 });
  });
});

describe("a signed request", () => {
  const TOKEN = "0123456789abcdef0123456789abcdef";
  const signed = (token: string, path: string, fields: Readonly<Record<string, string>> = {}, base = PUBLIC): Readonly<Record<string, string>> => ({
    "x-twilio-signature": twilio.getExpectedTwilioSignature(token, `${base}/voicetwilio/${path}`, { ...CALL, ...fields }),
  });

  it("is taken with the line's token or the account's, by the public address or the one it was made to, and refused otherwise", async () => {
    const id = await configured({ target: { type: "hangup" } }, { signingToken: TOKEN });
    const path = `voice?config=${id}&step=rung`;
    const [account] = await store.voiceAccounts.list(1);
    const fields = { DialCallStatus: "busy", Repeated: "b" };
    for (const token of [TOKEN, account?.authToken ?? ""]) {
      expect(await post(path, fields, signed(token, path, fields))).toMatchObject({ status: 200 });
      expect(await post(path, fields, { ...signed(token, path, fields, "http://callplane.internal:8080"), host: "callplane.internal:8080" })).toMatchObject({ status: 200 });
    }
    const other = await store.voiceAccounts.create(2);
    for (const headers of [{}, { "x-twilio-signature": "" }, signed(other.authToken, path, fields), signed(TOKEN, "voice", fields), signed(TOKEN, path)]) expect(await post(path, fields, headers)).toMatchObject({ status: 403 });
    await store.voiceAccounts.rotate(1, { keepsPrevious: true });
    expect(await post(path, fields, signed(account?.authToken ?? "", path, fields))).toMatchObject({ status: 200 });
    await store.voiceAccounts.forgetPrevious(1);
    expect(await post(path, fields, signed(account?.authToken ?? "", path, fields))).toMatchObject({ status: 403 });
  });

  it("may be JSON, whose digest is signed with the URL", async () => {
    await configured({ target: { type: "hangup" } }, { signingToken: TOKEN });
    const payload = JSON.stringify(CALL);
    const ask = async (body: string) => {
      const path = `/voicetwilio/voice?bodySHA256=${twilio.getExpectedBodyHash(payload)}`;
      return (await world.app.inject({ method: "POST", url: path, headers: { "content-type": "application/json", "x-twilio-signature": twilio.getExpectedTwilioSignature(TOKEN, `${PUBLIC}${path}`, {}) }, payload: body })).statusCode;
    };
    expect([await ask(payload), await ask(JSON.stringify({ ...CALL, From: "+12125550111" }))]).toEqual([200, 403]);
  });

  it("that tells what became of a call is passed on to the configuration's status callback; one that nobody signed is not", async () => {
    await configured({ statusCallback: { url: "https://example.com/status", method: "POST", events: ["answered", "completed"] } });
    const [account] = await store.voiceAccounts.list(1);
    const tell = async (CallStatus: string, headers: (fields: Readonly<Record<string, string>>) => Readonly<Record<string, string>>): Promise<Answer> => post("statuscallback", { CallStatus }, headers({ CallStatus }));
    const own = (fields: Readonly<Record<string, string>>) => signed(account?.authToken ?? "", "statuscallback", fields);
    for (const status of ["ringing", "in-progress", "completed", "no-answer"]) expect(await tell(status, own)).toMatchObject({ status: 200, body: expect.stringContaining("<Response/>") as unknown });
    expect(await tell("completed", () => ({}))).toMatchObject({ status: 200 });
    expect(delivered.map(({ form = [], ...rest }) => [rest.organizationId, rest.lane, rest.url, rest.method, rest.sign, form.find(([name]) => name === "CallStatus")?.[1]])).toEqual(
      ["in-progress", "completed", "no-answer"].map((status) => [1, SID, "https://example.com/status", "POST", true, status]),
    );
  });
});
