/** Addresses with user and password, as programs and their servers give them, in the whole product on the simulated switch. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../../contract/harness.js";
import { openSimulatedLab, type SimulatedLab } from "../../lab/simulated.js";
import { eventually } from "../../lab/wait.js";
import { accountClient, type twilioClient } from "../../support/twilio-client.js";
import { ProgramServer } from "../../twiml/engine/program-server.js";
import { basic } from "../../support/basic-auth.js";

const FROM = "+12125550199";
const BASIC = basic("keeper", "p@ss:word");
const SECRETS = ["p%40ss%3Aword", "p@ss:word", BASIC.slice(6), "keeper"];
const logged: string[] = [];
let lab: SimulatedLab;
let server: ProgramServer;
/** Another host than the server's. */
let other: ProgramServer;
let stage: Stage;
let client: ReturnType<typeof twilioClient>;
const secret = (path: string): string => server.url(path).replace("http://", "http://keeper:p%40ss%3Aword@");

beforeAll(async () => {
  lab = await openSimulatedLab();
  [server, other] = await Promise.all([ProgramServer.open(), ProgramServer.open()]);
  stage = await openStage(lab, { OUTBOUND_ALLOWED: "127.0.0.1" }, { logger: pino({ level: "debug" }, { write: (line: string) => void logged.push(line) }) });
  client = (await accountClient(stage, stage.as.admin))();
});
afterAll(async () => {
  await stage.close();
  await Promise.all([server.close(), other.close()]);
  await lab.close();
});

const asked = (path: string): Promise<{ readonly authorization: string | undefined; readonly form: Readonly<Record<string, string>> }> =>
  eventually(`a request to ${path}`, () => server.to(path).map(({ headers, form }) => ({ authorization: headers.authorization, form }))[0]);

it("are asked with HTTP Basic by webhooks, what is relative to them, and all callbacks, and are told to nobody", async () => {
  for (const path of ["/status", "/room", "/recorded", "/party"]) server.on(path, () => ({ body: "" }));
  server.on("/voice", '<Redirect>/next</Redirect>');
  server.on("/next", `<Dial action="/after"><Client statusCallback="/party" statusCallbackEvent="completed" url="/whisper">1003</Client></Dial>`);
  server.on("/whisper", "<Hangup/>");
  server.on("/after", `<Dial><Conference record="record-from-start" recordingStatusCallback="${secret("/recorded")}" recordingStatusCallbackEvent="in-progress completed" statusCallback="${secret("/room")}" statusCallbackEvent="start end join leave announcement">Room</Conference></Dial>`);
  const first = await client.calls.create({ to: "client:1001", from: FROM, url: secret("/voice"), statusCallback: secret("/status"), statusCallbackEvent: ["initiated", "completed"] });
  await asked("/room");
  const second = await client.calls.create({ to: "client:1002", from: FROM, twiml: "<Response><Dial><Conference>Room</Conference></Dial></Response>" });
  for (const path of ["/voice", "/next", "/after", "/room", "/recorded", "/status"]) expect([path, (await asked(path)).authorization]).toEqual([path, BASIC]);
  // Of a callee whose document hangs up.
  expect([(await asked("/whisper")).authorization, (await asked("/party")).authorization]).toEqual([BASIC, BASIC]);

  const [room] = await eventually("the conference", async () => {
    const found = await client.conferences.list({ friendlyName: "Room" });
    return found.length > 0 ? found : undefined;
  });
  server.on("/announce", () => ({ status: 404, body: "" }));
  await client.conferences(room?.sid ?? "").update({ announceUrl: secret("/announce") }).catch(() => undefined);
  expect((await asked("/announce")).authorization).toBe(BASIC);
  for (const { sid } of [second, first]) await client.calls(sid).update({ status: "completed" });
  await eventually("the end of it all", () => server.to("/status").length === 2 && server.to("/room").some(({ form }) => form["StatusCallbackEvent"] === "conference-end") && server.to("/recorded").length === 2);
  const told = [...server.asked, ...other.asked].map(({ path, form }) => JSON.stringify([path, form]));
  const shown = await Promise.all([
    client.calls(first.sid).fetch(), client.calls.list(), client.recordings.list(), client.conferences.list(), client.calls(first.sid).notifications.list(),
    stage.audit(), fetch(`${stage.url()}/metrics`).then((answer) => answer.text()), stage.as.admin.get("/voiceconfig/calllogs"), stage.as.admin.get(`/voiceconfig/calls/${first.sid}`),
  ]);
  for (const text of [...told, ...shown.map((each) => JSON.stringify(each)), logged.join("")]) for (const word of SECRETS) expect(text).not.toContain(word);
});

it("are not told to the fallback, and not asked of another host after a redirect", async () => {
  other.on("/elsewhere", '<Redirect>/nowhere</Redirect>');
  other.on("/nowhere", () => ({ status: 500, body: "" }));
  server.on("/moved", () => ({ status: 302, body: "", headers: { location: other.url("/elsewhere") } }));
  server.on("/fallback", "<Hangup/>");
  server.on("/broken", () => ({ status: 500, body: "" }));
  const moved = await client.calls.create({ to: "client:1002", from: FROM, url: secret("/moved"), fallbackUrl: server.url("/fallback") });
  await asked("/fallback");
  await eventually("the call's end", async () => (await client.calls(moved.sid).fetch()).status === "completed");
  expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  const broken = await client.calls.create({ to: "client:1003", from: FROM, url: secret("/broken"), fallbackUrl: other.url("/elsewhere") });
  await eventually("the fallback", () => other.to("/elsewhere").some(({ form }) => form["ErrorUrl"] === server.url("/broken")), { details: () => JSON.stringify(other.to("/elsewhere").map(({ form }) => form["ErrorUrl"])) });
  await eventually("the call's end", async () => (await client.calls(broken.sid).fetch()).endTime !== null);
  const notes = await client.calls(broken.sid).notifications.list();
  expect(notes.map(({ requestUrl }) => requestUrl)).toContain(server.url("/broken"));
  for (const text of [JSON.stringify(notes), logged.join("")]) for (const word of SECRETS) expect(text).not.toContain(word);
});
