import { isChannelUuid } from "../../src/freeswitch/index.js";
import type { z } from "zod";
import { settings as organizationSettings } from "../../src/http/voiceconfig/organizations.js";
import { Fields as TrunkFields } from "../../src/http/voiceconfig/trunks.js";
import { Modes as UserModes } from "../../src/http/voiceconfig/users.js";
import { MessageChange } from "../../src/http/call-logs/messages.js";
import { NoteChange } from "../../src/http/call-logs/schemas.js";
import { CallbackChange } from "../../src/http/voiceconfig/callbacks.js";
import { LineChange } from "../../src/http/voiceconfig/phone-lines.js";
import { AgentFields, Settings } from "../../src/http/voiceconfig/schemas.js";
import { WebhookChange } from "../../src/http/voiceconfig/webhooks.js";
import { VoiceConfigChangeSchema } from "../../src/voice-app/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Client, type Reply, type Stage } from "../contract/harness.js";
import { newCustomer, ok, talkingWith, waitingIn, type Conversation } from "../contract/suites/steps.js";
import { eventually } from "../lab/wait.js";
import { objectOf } from "../../src/http/openapi/json.js";
import { Answers } from "../http/documented.js";
import { describedRoutes, dialectFault, type ApiRoute } from "./api.js";
import { PlainHttp } from "../support/plain-http.js";
import { get, rawConnection } from "../support/raw-connection.js";
import { ServedSockets } from "../support/served-sockets.js";
import { openTappedLab, type TappedLab } from "./tap.js";

/** In every hostile value that is long enough to hold it, so that it can be looked for on the wire. */
const MARK = "h0st1le";
const LONG = MARK.repeat(1500);
const HOSTILE = [
  `1001\r\nbgapi ${MARK}`, `1001\n\napi ${MARK}`, `${MARK}\r`, `10\u000001${MARK}`, "\0", `}${MARK}`, `{a=${MARK}}1001`, `[a=${MARK}]1001`, `<${MARK}>1001`, `1001,${MARK}`,
  `1001|${MARK}`, `^^:1001:${MARK}`, `&system(${MARK})`, `1001 &system(${MARK})`, `\${system(${MARK})}`, `$\${${MARK}}`, `'${MARK}'`, `1001\\s${MARK}`, `1001;${MARK}`, `1001:_:${MARK}`,
  `../${MARK}`, `1001@${MARK}@x`, `user/${MARK}`, `%0a${MARK}`, `\u0085${MARK}`, `\u2028${MARK}`, LONG, "",
];
const WRONG_TYPES = [5, true, null, {}, [], [MARK], { $ne: MARK }];
const HOSTILE_IDS = [MARK, `${MARK}\n`, "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000", "g0000000-0000-0000-0000-000000000000", "a,b", "1001|1002", `\${${MARK}}`, "\0", "%", LONG];
/** Any text may be looked for there. */
const FREE_TEXT = new Set(["changeOwnPassword.current", "changeOwnPassword.new", "listCalls.number", "listCalls.sipCallId", "listCallLogs.q", "exportCallLogs.q", "listCallLogs.number", "exportCallLogs.number", "createCallLog.note", "updateCallLog.note", "listAudit.actor", "listAudit.action", "listAudit.target", "setAgentStatus.reason", "setDisposition.note", "askForHelp.reason", "createVoiceAgent.name", "updateVoiceAgent.name", "createVoiceAgent.password", "createConfig.name", "updateConfig.name", "createPhoneLine.name", "updatePhoneLine.name", "createWebhook.description", "updateWebhook.description", "listVoiceCalls.number", "createSharedNumber.name", "updateSharedNumber.name", "listDirectory.q", "listMessages.q", "listMessages.number", "listRecordings.q", "listRecordings.number", "updateMessage.note", "listCallbacks.q", "listCallbacks.number"]);
for (const list of ["listCalls", "listAgents", "listQueues"]) FREE_TEXT.add(`${list}.q`);
/** They take line breaks, and nothing. */
const NOTES = new Set(["createCallLog.note", "updateCallLog.note", "setDisposition.note", "updateMessage.note"]);
const NOT_FREE = /\p{Cc}/u;
/** They answer with a stream, and reach no FreeSWITCH. */
const STREAMS = new Set(["events"]);

/** Those of the administrators. */
for (const name of ["listDepartments.q", "listOrganizations.q", "listUsers.q", "listTokens.q", "listTrunks.q", "listSharedNumbers.q", "listVoiceAgents.q", "listConfigs.q", "listPhoneLines.q", "createUser.password", "setUserPassword.password", "createTrunk.username", "createTrunk.password", "updateTrunk.username", "updateTrunk.password"]) FREE_TEXT.add(name);

const http = new PlainHttp();
let lab: TappedLab;
let stage: Stage;
let routes: ApiRoute[];
/** Twilio's API: its parameters depend on each other, so that each value is sent alone. */
let twilioRoutes: ApiRoute[];
let account: string;
let everyRoute: ApiRoute[];
let own: Conversation;
let other: Conversation;
let mark: number;

beforeAll(async () => {
  lab = await openTappedLab();
  stage = await openStage(lab);
  everyRoute = await describedRoutes(stage.url());
  const asked = everyRoute.filter(({ isPublic, operation }) => !isPublic && !STREAMS.has(operation));
  routes = asked.filter(({ operation }) => !operation.startsWith("twilio"));
  twilioRoutes = asked.filter(({ operation }) => operation.startsWith("twilio"));
  const made = await stage.as.admin.post("/voiceconfig/account");
  ok(await stage.as.admin.post("/voiceconfig/trunks", { name: "out", proxy: "sip.example.com" }), 201);
  account = String(Reflect.get(Object(made.body), "accountSid"));
  own = await talkingWith(stage, "1001");
  other = await waitingIn(stage, "support");
  mark = lab.tap.sent.length;
});
afterAll(async () => {
  http.close();
  await stage.close();
  await lab.close();
});

/** A well-formed request of each operation that needs more than its path. */
function wellFormed(operation: string): Readonly<Record<string, unknown>> {
  const target = { type: "client", to: "1002" };
  const page = { limit: "10", cursor: "c1" };
  const logs = { from: "2026-11-20T10:00:00Z", to: "2026-11-21T10:00:00Z", agent: "1001", number: "1", direction: "inbound", status: "completed", department: "support", disposition: "sold", minTalkMs: "1000", q: "1" };
  const range = { domain: lab.domain, interval: "15min", from: "2026-11-20T10:00:00Z", to: "2026-11-21T10:00:00Z" };
  const voiceAgent = { name: "Zoe", ringTimeoutS: 10, wrapUpS: 5, allowedPrefixes: ["+1"], departments: ["support"], skills: { french: 3 } };
  const department = {
    strategy: "skill", priority: 1, skills: ["french"], ringTimeoutS: 10, maxMissed: 2, wrapUpS: 5, dispositions: ["sold"], maxWaitS: 60, maxLength: 10, overflow: { type: "hangup" }, music: "m.wav", greeting: "g.wav",
    announceEveryS: 30, callbackKey: "1", serviceLevelS: 20, serviceLevelTarget: 0.9, alarms: { waiting: 5 }, recorded: true, workflowSid: `WW${"0".repeat(32)}`,
  };
  const placed = (sort: string): string => Buffer.from(JSON.stringify([0, "1", sort])).toString("base64url");
  const indexed = (sort: string) => ({ pageIndex: "0", pageSize: "10", limit: "10", cursor: Buffer.from(JSON.stringify([0, "1", sort, 1, 10])).toString("base64url") });
  const said = { type: "say", text: "Hello." };
  const config = {
    language: "en-US", voice: "alice", greeting: said, menu: { prompt: said, keys: { 1: { type: "voicemail" } } }, target: { type: "hangup" }, ringS: 20, unanswered: { type: "voicemail" }, hours: { timeZone: "UTC", weekly: [] },
    closed: { target: { type: "hangup" } }, voicemail: { maxLengthS: 60 }, recorded: true, music: "https://example.com/m.mp3", statusCallback: { url: "https://example.com/s" },
  };
  const line = {
    name: "Main", target: { type: "department", to: "support" }, recorded: true, fallback: { url: "https://example.com/f" }, fallbackDepartment: "support", statusCallback: { url: "https://example.com/s" }, trunk: "out", callerId: "+12125550100",
    signingToken: "0123456789abcdef0123456789abcdef",
  };
  const webhook = { url: "https://crm.example.org/callplane", topics: ["call", "calllog.completed"], description: "The CRM", enabled: true };
  const organization = {
    dialString: "sofia/gateway/trunk/{number}", callerId: "+12125550100", allowedPrefixes: ["+1"], supervisionVisible: true, maxOutboundCalls: 1, maxOutboundCallsPerMinute: 1, maxOutboundCallS: 60, premiumAllowed: false, country: "US", timeZone: "Europe/Berlin",
    emergencyNumbers: ["911"], callbackCountries: ["US"], maxCallbacksPerDay: 10, recordingRetentionDays: 10, awayReasons: ["lunch"], departments: ["support", "sales"],
  };
  const trunk = { proxy: "sip.example.com", username: "u", password: "p", register: false, networks: ["192.0.2.0/24"] };
  const known: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    createOrganization: { name: "acme", domain: "acme.example", ...organization },
    updateOrganization: organization,
    removeOrganization: { withAll: "false" },
    listOrganizations: { ...page, q: "a", sort: "name" },
    createUser: { domain: lab.domain, username: "zoe", password: "a longer password", role: "supervisor", agent: "1098", extension: "1098", departments: ["support"], permissions: ["listen"] },
    updateUser: { role: "supervisor", permissions: ["listen"], disabled: false },
    removeUser: { withAgent: "false" },
    setUserPassword: { password: "a longer password" },
    listUsers: { domain: lab.domain, ...page, q: "a", sort: "username", role: "agent", disabled: "false" },
    listTokens: { domain: lab.domain, ...page, q: "a", sort: "name" },
    createToken: { domain: lab.domain, name: "crm", role: "service", permissions: ["listen"], lifetimeS: 86_400 },
    listTrunks: { domain: lab.domain, ...page, q: "a", sort: "name" },
    createTrunk: { domain: lab.domain, name: "acme-out", ...trunk },
    updateTrunk: trunk,
    changeOwnPassword: { current: "wrong", new: "another password" },
    originateCall: { ...target, agent: "1001", attributes: { ticket: "4711" } },
    transferCall: target,
    setCallAttributes: { ticket: "4711" },
    consult: target,
    conference: { add: target },
    bridgeCalls: { with: other.id },
    sendDigits: { digits: "1" },
    recordCall: { action: "start" },
    superviseCall: { mode: "listen", muted: true, agent: "1003", target: "1001" },
    moveCall: { department: "support", priority: 1 },
    askForHelp: { reason: "-", needed: true },
    reportQuality: { rttMs: 80, jitterMs: 4, lossPct: 0.5 },
    streamCall: { url: "wss://bot.example.org/listen", mode: "listen", tracks: "both", stream: "MZ00000000000000000000000000000001", parameters: { name: "value" } },
    setDisposition: { code: "sold", note: "-" },
    setAgentStatus: { status: "away", reason: "lunch", after: "wrapUp" },
    extendAgentWrapUp: { byS: 30 },
    getClientToken: { agent: "1001", ttlS: "600" },
    getClientTokens: { agent: "1001", ttlS: "600" },
    createClientToken: { agent: "1001", ttlS: 600 },
    createClientTokens: { agent: "1001", ttlS: 600 },
    transferTwilioCall: { ...target, callSid: own.id },
    holdTwilioCall: { callSid: own.id },
    resumeTwilioCall: { callSid: own.id },
    setAgentAvailable: { available: true },
    callTransfer: { source: other.id },
    callPark: { call_id: own.id },
    callState: { call_id: own.id },
    callOriginate: { extension: "1002", agent: "1001" },
    callPickup: { call_id: other.id },
    callHangup: { call_id: own.id },
    listCalls: { ...page, q: "a", sort: "createdAt", state: "active", agent: "1001", department: "support", number: "1", direction: "inbound", sipCallId: "1", domain: lab.domain },
    listAgents: { ...page, cursor: placed("name"), q: "a", sort: "name", status: "online", department: "support" },
    listQueues: { ...page, cursor: placed("name"), q: "a", sort: "name" },
    listChannels: { domain: lab.domain, fields: "uuid", page: "1", size: "10" },
    originateChannel: { calledId: "1002", callerId: "1001", auto_answer_param: "sip_auto_answer=true" },
    updateChannel: { state: "hold" },
    hangupChannel: { cause: "NORMAL_CLEARING" },
    eavesdropChannel: { user: "1003" },
    v1Transfer: { ext: "1002", legs: "aleg" },
    v1Listen: { ext: "1003" },
    v1Whisper: { ext: "1003" },
    v1Barge: { ext: "1003" },
    v1Park: { legs: "bleg" },
    listCallLogs: { ...logs, ...indexed("talkMs"), sort: "talkMs" },
    exportCallLogs: logs,
    reportDepartments: { ...range, department: "support", limit: "10", cursor: "r0." },
    exportDepartmentReport: { ...range, department: "support" },
    reportAgents: { ...range, agent: "1001", limit: "10", cursor: "r0." },
    exportAgentReport: { ...range, agent: "1001" },
    queueHistory: { domain: lab.domain, since: new Date(Date.now() - 3_600_000).toISOString(), stepS: "300" },
    createCallLog: { direction: "inbound", from: "1", to: "2", startedAt: "2026-11-20T10:00:00Z", endedAt: "2026-11-20T10:00:00Z", status: "completed", department: "support", agent: "1001", disposition: "sold", note: "-" },
    listAudit: { limit: "10", cursor: "1", actor: "carol", action: "login", target: "1001", since: "2026-11-20T10:00:00Z", until: "2026-11-21T10:00:00Z" },
    agentHistory: { since: "2026-11-20T10:00:00Z", limit: "10" },
    listVoiceAgents: { domain: lab.domain, ...indexed("name"), q: "a", sort: "name" },
    createVoiceAgent: { domain: lab.domain, ...voiceAgent, extension: "1099", id: "1099", username: "zoe", password: "a password", role: "agent" },
    updateVoiceAgent: { ...voiceAgent, extension: "1001" },
    listDepartments: { domain: lab.domain, ...page, q: "a", sort: "name" },
    listSounds: { domain: lab.domain },
    listUsedBy: { domain: lab.domain, type: "department", id: "support" },
    getDepartment: { domain: lab.domain },
    createDepartment: { domain: lab.domain, name: "billing", ...department },
    updateDepartment: { domain: lab.domain, ...department },
    removeDepartment: { domain: lab.domain },
    listDirectory: { ...page, q: "Zoe", type: "agent", domain: lab.domain },
    listSharedNumbers: { domain: lab.domain, ...page, q: "a", sort: "name" },
    getSharedNumber: { domain: lab.domain },
    createSharedNumber: { domain: lab.domain, name: "Taxi", number: "+12125550101" },
    updateSharedNumber: { domain: lab.domain, name: "Taxi", number: "+12125550101" },
    removeSharedNumber: { domain: lab.domain },
    createEventTicket: { presence: true, topics: ["calls"], alive: true },
    updateCallLog: { disposition: "sold", note: "-" },
    listMessages: { domain: lab.domain, limit: "10", cursor: placed("leftAt"), q: "1", sort: "leftAt", department: "support", state: "open", heard: "false", from: logs.from, to: logs.to, number: "1" },
    listRecordings: { domain: lab.domain, limit: "10", q: "1", number: "1", cursor: placed("startedAt"), sort: "startedAt", callId: own.id, agent: "1001", department: "support", from: logs.from, to: logs.to, removed: "false" },
    listCallbacks: { domain: lab.domain, limit: "10", cursor: placed("joinedAt"), q: "1", sort: "joinedAt", department: "support", state: "waiting", from: logs.from, to: logs.to, number: "1" },
    updateCallback: { state: "cancelled", priority: 1, dueAt: logs.from },
    updateMessage: { state: "closed", heard: true, note: "-" },
    getVoiceAccount: { domain: lab.domain },
    createVoiceAccount: { domain: lab.domain },
    rotateAuthToken: { domain: lab.domain, keepsPrevious: true },
    forgetPreviousAuthToken: { domain: lab.domain },
    listConfigs: { domain: lab.domain, ...indexed("name"), q: "a", sort: "name" },
    createConfig: { domain: lab.domain, name: "Main", ...config },
    updateConfig: { name: "Main", ...config },
    listPhoneNumbers: { domain: lab.domain, CountryCode: "US", ...indexed("") },
    listPhoneLines: { domain: lab.domain, ...indexed("name"), q: "a", sort: "name" },
    createPhoneLine: { domain: lab.domain, phoneNumber: "+12125550101", ...line },
    updatePhoneLine: line,
    listWebhooks: { domain: lab.domain, ...indexed("") },
    createWebhook: { domain: lab.domain, ...webhook, secret: `whsec_${"0".repeat(40)}` },
    updateWebhook: webhook,
    rotateWebhookSecret: { keepsPrevious: true },
    listWebhookDeliveries: indexed(""),
    listVoiceCalls: { domain: lab.domain, ...indexed(""), agent: "1001", number: "1", direction: "inbound" },
    createVoiceCall: { ...target, agent: "1001" },
    // One of the three alone is right.
    updateVoiceCall: { status: undefined, url: "https://voice.example/program", method: "POST", twiml: undefined },
  };
  return known[operation] ?? {};
}

/** Of the many settings some take a number, a list or null: what is no text there may be right. */
function isRight(operation: string, name: string, value: unknown): boolean {
  const shapes: readonly [RegExp, Readonly<Record<string, z.ZodType>>][] = [[/^(?:create|update)VoiceAgent$/, AgentFields], [/^(?:create|update)Department$/, Settings.shape], [/^(?:create|update)Config$/, VoiceConfigChangeSchema.shape], [/^(?:create|update)PhoneLine$/, LineChange.shape], [/^(?:create|update)Webhook$/, WebhookChange.shape], [/^(?:create|update)Organization$/, organizationSettings], [/^(?:create|update)User$/, { permissions: UserModes, departments: AgentFields.departments }], [/^(?:create|update)Trunk$/, TrunkFields], [/^updateMessage$/, MessageChange.shape], [/^updateCallback$/, CallbackChange.shape]];
  // Any names and values, as `<Parameter>` has them.
  if (operation === "streamCall" && name === "parameters") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (operation === "reportQuality" || name === "priority") return typeof value === "number" || shapes.some(([which, shape]) => which.test(operation) && shape[name]?.safeParse(value).success === true);
  if (operation === "extendAgentWrapUp") return typeof value === "number";
  if (operation === "originateCall" && name === "attributes") return typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return shapes.some(([which, shape]) => which.test(operation) && shape[name]?.safeParse(value).success === true);
}

const SUPERVISING = new Set(["createCallLog", "reportDepartments", "exportDepartmentReport", "queueHistory", "superviseCall", "moveCall", "eavesdropChannel", "v1Listen", "v1Whisper", "v1Barge"]);
const ADMINISTERING = new Set(["listAudit", "listVoiceAgents", "createVoiceAgent", "updateVoiceAgent", "getVoiceAgent", "removeVoiceAgent", "resetCredentials", "createDepartment", "updateDepartment", "removeDepartment", "createSharedNumber", "updateSharedNumber", "removeSharedNumber", "getVoiceAccount", "createVoiceAccount", "rotateAuthToken", "forgetPreviousAuthToken", "listConfigs", "getConfig", "createConfig", "updateConfig", "removeConfig", "listPhoneNumbers", "listPhoneLines", "getPhoneLine", "createPhoneLine", "updatePhoneLine", "removePhoneLine", "listWebhooks", "getWebhook", "createWebhook", "updateWebhook", "removeWebhook", "rotateWebhookSecret", "testWebhook", "listWebhookDeliveries"]);
for (const name of ["listOrganizations", "getOrganization", "updateOrganization", "listUsers", "getUser", "createUser", "updateUser", "removeUser", "setUserPassword", "listTokens", "getToken", "createToken", "revokeToken", "listTrunks", "getTrunk", "createTrunk", "updateTrunk", "removeTrunk"]) ADMINISTERING.add(name);
const ROOTS = new Set(["createOrganization", "removeOrganization"]);
const actorFor = ({ operation }: ApiRoute): Client => (ADMINISTERING.has(operation) || operation.startsWith("twilio") ? stage.as.admin : ROOTS.has(operation) ? stage.root : SUPERVISING.has(operation) ? stage.as.carol : stage.as.alice);

interface Sent {
  readonly route: ApiRoute;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** The body as it goes over the wire, instead of JSON. */
  readonly raw?: { readonly type: string; readonly text: string };
  readonly method?: string;
}

async function send({ route, path = {}, query = {}, body, raw, method = route.method }: Sent): Promise<Reply> {
  const values: Readonly<Record<string, string>> = { id: own.id, account, agentid: "1001", configid: "1", lineid: "1", numberid: "1", webhookid: "1", organizationid: "1", userid: "1", tokenkey: own.id, trunk: "out", ...path };
  const filled = route.path.replace(/\{([a-z]+)\}/g, (_whole, name: string) => encodeURIComponent(values[name] ?? "missing"));
  const search = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
  const json = body === undefined ? undefined : { type: "application/json", text: JSON.stringify(body) };
  const content = raw ?? json;
  const { status, text, headers } = await http.send(`${stage.url()}${filled}${search === "" ? "" : `?${search}`}`, {
    method,
    headers: { authorization: `Bearer ${actorFor(route).token}`, ...(content === undefined ? {} : { "content-type": content.type }) },
    body: content?.text,
  });
  const isJson = headers.get("content-type")?.includes("json") === true && text !== "";
  const reply = { status, body: isJson ? (JSON.parse(text) as unknown) : text, headers };
  if (method === route.method) answers.note(route.operation, status, status >= 400 ? reply.body : null);
  return reply;
}

/** Sends them a few at a time; gives what was not refused as it should be. */
async function faults(requests: readonly { readonly what: string; readonly status: number; readonly request: Sent }[]): Promise<string[]> {
  const found: string[] = [];
  const left = [...requests];
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { what, status, request } = next;
      const reply = await send(request);
      const told = `${request.route.operation} ${what.slice(0, 80)}`;
      if (reply.status !== status) found.push(`${told}: ${reply.status} ${JSON.stringify(reply.body).slice(0, 200)}`);
      const fault = dialectFault(request.route.path, reply.body);
      if (fault !== null) found.push(`${told}: not in its face's words: ${fault.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return found;
}

function expectNothingReachedFreeSwitch(): void {
  expect(lab.tap.commands(mark)).toEqual([]);
  expect(lab.tap.sent.filter((line) => line.includes(MARK))).toEqual([]);
}

/** What was answered to all of this. */
const answers = new Answers();

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 60);

const NAMES_CHANNEL = new Set(["id", "callId", "leg", "with", "call_id", "source", "channel_id"]);
/** Where a channel is named, whatever FreeSWITCH takes for a name is one: it does not exist. */
const namesChannel = (name: string, value: unknown): boolean => NAMES_CHANNEL.has(name) && typeof value === "string" && isChannelUuid(value);

describe("a hostile request is refused with 400 in its face's words, and FreeSWITCH hears nothing of it:", () => {
  it("in every parameter of every query and body", { timeout: 120_000 }, async () => {
    const requests: { what: string; status: number; request: Sent }[] = [];
    for (const route of routes) {
      const valid = wellFormed(route.operation);
      for (const place of ["query", "body"] as const) {
        for (const name of route[place] ?? []) {
          if (!(name in valid)) throw new Error(`no well-formed ${name} of ${route.operation}`);
          for (const value of [...HOSTILE, ...(place === "body" ? WRONG_TYPES : [])]) {
            if (namesChannel(name, value)) continue;
            // A flag takes either.
            if (typeof value === "boolean" && typeof valid[name] === "boolean") continue;
            if (FREE_TEXT.has(`${route.operation}.${name}`) && typeof value === "string" && value !== "" && value !== LONG && !NOT_FREE.test(value)) continue;
            if (NOTES.has(`${route.operation}.${name}`) && NoteChange.safeParse(value).success) continue;
            if (typeof value !== "string" && isRight(route.operation, name, value)) continue;
            requests.push({ what: `${place} ${name}=${shown(value)}`, status: 400, request: { route, [place]: { ...valid, [name]: value } } });
          }
        }
      }
    }
    expect(requests.length).toBeGreaterThan(1000);
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("in every target, of every type", async () => {
    const wrap: Readonly<Record<string, (target: object) => object>> = {
      originateCall: (target) => ({ ...wellFormed("originateCall"), ...target }),
      transferCall: (target) => target,
      consult: (target) => target,
      conference: (target) => ({ add: target }),
    };
    const requests = routes.flatMap((route) => {
      const body = wrap[route.operation];
      if (body === undefined) return [];
      return ["client", "phonenumber", "department"].flatMap((type) => [...HOSTILE, ...WRONG_TYPES].map((to) => ({ what: `${type} ${shown(to)}`, status: 400, request: { route, body: body({ type, to }) } })));
    });
    expect(requests).toHaveLength(4 * 3 * (HOSTILE.length + WRONG_TYPES.length));
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("in the names and values of a call's attributes", async () => {
    const patch = routes.find(({ operation }) => operation === "setCallAttributes");
    const originate = routes.find(({ operation }) => operation === "originateCall");
    if (patch === undefined || originate === undefined) throw new Error("no such routes");
    const bad: readonly (readonly [string, unknown])[] = [
      ...HOSTILE.map((name) => [name, "1"] as const),
      ...HOSTILE.filter((value) => value === LONG || /\p{Cc}/u.test(value)).map((value) => ["ticket", value] as const),
      // 1,024 characters, and twice the bytes.
      ["ticket", "\u00e9".repeat(1024)],
      ...WRONG_TYPES.filter((value) => value !== null).map((value) => ["ticket", value] as const),
    ];
    const requests = bad.flatMap(([name, value]) => [
      { what: `${shown(name)}=${shown(value)}`, status: 400, request: { route: patch, body: { [name]: value } } },
      { what: `originate ${shown(name)}=${shown(value)}`, status: 400, request: { route: originate, body: { ...wellFormed("originateCall"), attributes: { [name]: value } } } },
    ]);
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("in every form field of seed 002's face", async () => {
    const requests = routes
      .filter(({ path, body }) => path.startsWith("/call/") && body !== null)
      .flatMap((route) =>
        (route.body ?? []).flatMap((name) =>
          HOSTILE.filter((value) => !namesChannel(name, value)).map((value) => {
            const fields = { ...wellFormed(route.operation), [name]: value };
            const text = new URLSearchParams(Object.entries(fields).map(([key, each]): [string, string] => [key, String(each)])).toString();
            return { what: `form ${name}=${shown(value)}`, status: 400, request: { route, raw: { type: "application/x-www-form-urlencoded", text } } };
          }),
        ),
      );
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("in every path", async () => {
    const requests = routes.flatMap((route) =>
      route.pathParameters.flatMap((name) =>
        HOSTILE_IDS.filter((value) => !namesChannel(name, value)).filter((value) => name === "id" || !/^[\w-]+$/.test(value) || value === LONG).map((value) => ({
          what: `path ${name}=${shown(value)}`,
          status: 400,
          request: { route, path: { [name]: value }, ...(route.body === null ? {} : { body: wellFormed(route.operation) }), ...(route.operation === "hangupChannel" ? { query: wellFormed("hangupChannel") } : {}) },
        })),
      ),
    );
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("in every path, query and form of Twilio's API, in its own words", { timeout: 120_000 }, async () => {
    expect(account).toMatch(/^AC[0-9a-f]{32}$/);
    expect(twilioRoutes.length).toBeGreaterThan(20);
    // A name is free text there, and an empty value takes a setting back.
    const values = (name: string): readonly string[] => (name === "FriendlyName" ? [] : HOSTILE.filter((value) => value !== ""));
    const requests = twilioRoutes.flatMap((route): { readonly what: string; readonly request: Sent }[] => [
      ...route.pathParameters.flatMap((name) => HOSTILE_IDS.map((value) => ({ what: `path ${name}=${shown(value)}`, request: { route, path: { [name]: value } } }))),
      ...route.query.flatMap((name) => values(name).map((value) => ({ what: `query ${name}=${shown(value)}`, request: { route, query: { [name]: value } } }))),
      ...(route.body ?? []).flatMap((name) =>
        values(name).map((value) => ({ what: `form ${name}=${shown(value)}`, request: { route, raw: { type: "application/x-www-form-urlencoded", text: new URLSearchParams({ [name]: value }).toString() } } })),
      ),
    ]);
    const found: string[] = [];
    for (const { what, request } of requests) {
      const { status, body } = await send(request);
      const told = `${request.route.operation} ${what}: ${status} ${JSON.stringify(body).slice(0, 200)}`;
      // A list may be filtered by any text; what makes or changes something must refuse.
      if (status >= 500 || (status < 400 && request.route.method !== "GET")) found.push(told);
      else if (status >= 400 && dialectFault(request.route.path, body) !== null) found.push(`not in its words: ${told}`);
    }
    expect(found).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("an unknown parameter", async () => {
    const requests = routes.flatMap((route) => {
      const valid = wellFormed(route.operation);
      const inQuery = { what: "an unknown query parameter", status: 400, request: { route, query: { ...(route.body === null ? valid : {}), [MARK]: "1" } } };
      // Any name is an attribute's there.
      return route.body === null || route.operation === "setCallAttributes" ? [inQuery] : [inQuery, { what: "an unknown field", status: 400, request: { route, body: { ...valid, [MARK]: "1" } } }];
    });
    expect(await faults(requests)).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("bodies that are no JSON object, too large, or of another type, and methods that a path does not take", async () => {
    const every = [...routes, ...twilioRoutes];
    const withBody = every.filter(({ body }) => body !== null);
    const json = (text: string): NonNullable<Sent["raw"]> => ({ type: "application/json", text });
    const broken = withBody.flatMap((route) =>
      ["{", `{"${MARK}"`, "null", "[]", "5", `"${MARK}"`, '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', "\u0000", `{"a":"${MARK}"} trailing`].map((text) => ({ what: `body ${text}`, status: 400, request: { route, raw: json(text) } })),
    );
    const large = withBody.map((route) => ({ what: "a body over 256 KB", status: 413, request: { route, raw: json(JSON.stringify({ ...wellFormed(route.operation), x: MARK.repeat(40_000) })) } }));
    const typed = withBody.flatMap((route) => ["text/xml", "text/plain", "multipart/form-data; boundary=x"].map((type) => ({ what: type, status: 415, request: { route, raw: { type, text: `<${MARK}/>` } } })));
    const taken = new Map<string, Set<string>>();
    for (const { path, method } of every) taken.set(path, (taken.get(path) ?? new Set()).add(method));
    const methods = every.flatMap((route) =>
      ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => taken.get(route.path)?.has(method) !== true).map((method) => ({ what: method, status: 405, request: { route, method } })),
    );
    expect(await faults([...broken, ...large, ...typed, ...methods])).toEqual([]);
    expectNothingReachedFreeSwitch();
  });

  it("pipelined without end by a client that reads nothing, on every route that can be asked without a body, with a token and without", { timeout: 120_000 }, async () => {
    const sockets = new ServedSockets();
    try {
      const before = process.memoryUsage.rss();
      const asked = everyRoute.filter(({ method }) => method === "GET");
      expect(asked.some(({ isPublic }) => isPublic)).toBe(true);
      for (const { path } of asked) {
        for (const token of [null, stage.as.alice.token]) {
          const filled = path.replace(/\{([a-z]+)\}/g, (_whole, name: string) => (name === "id" ? own.id : "1001"));
          const client = await rawConnection(stage.url(), { reading: false });
          client.write(get(filled, token === null ? {} : { Authorization: `Bearer ${token}` }).repeat(5000));
          await eventually(`the connection that asks ${filled} to be ended`, () => sockets.lost(client));
          client.close();
        }
      }
      // A fifth of what one such connection once took; what all of them leave to be collected is less.
      expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
      expectNothingReachedFreeSwitch();
    } finally {
      sockets.close();
    }
  });

  it("and whatever was answered is in the document, refusals with their codes", async () => {
    expect(answers.size).toBeGreaterThan(100);
    expect(answers.undocumented(objectOf(await (await fetch(`${stage.url()}/docs/json`)).json()))).toEqual([]);
  });

  it("and the calls go on as if nothing had been", async () => {
    await stage.as.admin.sees(own.id, { state: "active", assignedTo: "1001" });
    await stage.as.admin.sees(other.id, { state: "queued", department: "support" });
    const before = lab.tap.sent.length;
    ok(await stage.as.alice.post(`/voicechannel/calls/${own.id}:dtmf`, { digits: "5" }));
    expect(lab.tap.commands(before)).toEqual([`api uuid_send_dtmf ${own.id} 5`]);
  });
});

describe("what a caller chooses herself", () => {
  beforeAll(async () => {
    for (const phone of ["1002", "1003", "1004", "1005"]) await lab.phone(phone, { kind: "answer", afterMs: 5 });
  });

  it.each([
    ["a quote", `O'${MARK}`],
    ["an expansion", `\${system(${MARK})}`],
    ["a brace", `}${MARK}`],
    ["a list", `1,${MARK}|x`],
    ["a delimiter", `^^:${MARK}`],
    ["an enterprise delimiter", `1:_:${MARK}`],
    ["a backslash", `\\s${MARK}`],
    ["blanks", `  ${MARK} &system() `],
    ["an endless name", MARK.repeat(200)],
    ["another script", "\u6f22\u5b57\u00e9"],
  ])("as her number never spoils or steers an operation: %s", async (_what, from) => {
    const { as } = stage;
    const id = lab.simulator.callIn({ from, to: "queue:sales", name: from });
    await as.admin.sees(id, { state: "queued", from });
    const before = lab.tap.sent.length;
    ok(await as.bob.post(`/voicechannel/calls/${id}:pickup`));
    ok(await as.bob.post(`/voicechannel/calls/${id}:record`, { action: "start" }), 201);
    ok(await as.carol.post(`/voicechannel/calls/${id}:supervise`, { mode: "whisper" }));
    ok(await as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1004" }));
    ok(await as.dave.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1005" }), 201);
    ok(await as.dave.post(`/voicechannel/calls/${id}:complete`), 204);
    ok(await as.admin.post(`/voicechannel/calls/${id}:hangup`));
    await as.admin.gone(id);
    for (const line of lab.tap.sent.slice(before)) {
      // Our own state is JSON, a blank that we put in ourselves is written `\s`, and our own list of codecs has an escaped comma.
      const words = line.replace("PCMU\\,PCMA", "").replace(/presence_data[= ]\{.*?\}(?=,[a-z_]+=|\}[a-z]+\/|$)/g, "presence_data");
      expect(words).not.toContain(`\\s${MARK}`);
      // A supervisor's leg names two codecs, whoever calls.
      expect(words.replaceAll("\\s", "").replace(",absolute_codec_string=PCMU\\,PCMA", "")).not.toMatch(/['$\\^|]|:_:|&system|(?:\}.*){2}/);
      expect(line.length).toBeLessThan(2000);
    }
  });

  it("as a department does not name a queue that an operation could be steered with", async () => {
    const customer = newCustomer();
    const id = lab.simulator.callIn({ from: customer, to: `queue:}${MARK}` });
    const { as } = stage;
    await eventually("the caller to wait", async () => (await as.admin.call(id))?.state === "queued");
    ok(await as.bob.post(`/voicechannel/calls/${id}:pickup`));
    ok(await as.bob.post(`/voicechannel/calls/${id}:hangup`));
    expect(lab.tap.sent.filter((line) => line.includes(`}${MARK}`))).toEqual([]);
  });
});
