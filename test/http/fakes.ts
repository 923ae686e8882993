/**
 * The services behind the faces, as small worlds in memory: two organizations, their people and calls. They check the actor as the doors say,
 * so that the adapters are tested against refusals in their true order, and they note what they were asked.
 */
import { pino } from "pino";
import type { FastifyInstance } from "fastify";
import type { AgentService, AgentStatus, AgentView } from "../../src/agents/index.js";
import type { AuthService, BrowserLoginService } from "../../src/auth/types.js";
import type { Actor, Directory, Organization, Role, SupervisionMode } from "../../src/people/index.js";
import type { AuditEntry } from "../../src/audit/index.js";
import type { CallDetail, CallService, CallView } from "../../src/calls/index.js";
import { CallplaneError, conflict, invalid, notFound, notYourCall } from "../../src/errors.js";
import type { ChannelRow, NodeStatus } from "../../src/freeswitch/types.js";
import { domainName, extension } from "../../src/freeswitch/words.js";
import { createApp } from "../../src/http/app.js";
import type { HttpConfig, HttpServices } from "../../src/http/services.js";
import { createMetrics } from "../../src/prometheus.js";
import { fakeCallbacks, fakeCallLogs, fakeMessages } from "./fake-call-logs.js";
import { fakeAdministration } from "./fake-administration.js";
import { fakeReports } from "./fake-reports.js";
import { fakeContacts, fakeStaff } from "./fake-staff.js";
import { fakeVoiceAccounts, fakeVoiceApplication, fakeVoiceConfiguration, fakeWebhooks } from "./fake-voice-app.js";
import { fakePrograms } from "./fake-programs.js";
import { CONNECTIONS } from "../support/connection-settings.js";
import { CALLS } from "./ids.js";
import { Answers } from "./documented.js";
import { collectRoutes, type KnownRoute } from "./routes.js";
import type { TwimlAppRepository } from "../../src/voice-app/index.js";
import type { IdempotencyClaim, IdempotencyRepository } from "../../src/store/index.js";
import { PLAIN_CALL } from "../support/plain-call.js";

export const ORG = 1;
export const OTHER_ORG = 2;

export { CALLS };

const NO_FIGURES = { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } };

const actor = (name: string, role: Role, organizationId: number | null, agentId: string | null, permissions: readonly SupervisionMode[] = []): Actor => ({
  name,
  role,
  organizationId,
  agentId,
  permissions: new Set(permissions),
  tokenId: `jti-${name}`,
});
const ALL = ["listen", "whisper", "barge"] as const;

/** Everyone's token is her name; her X-Key is `jti-<name>`. */
export const ACTORS: Readonly<Record<string, Actor>> = {
  alice: actor("alice", "agent", ORG, "1001"),
  bob: actor("bob", "agent", ORG, "1002"),
  carol: actor("carol", "supervisor", ORG, "1003", ALL),
  admin: actor("admin", "admin", ORG, null, ALL),
  service: actor("service", "service", ORG, null, ["listen"]),
  root: actor("root", "root", null, null, ALL),
  mallory: actor("mallory", "admin", OTHER_ORG, null, ALL),
  eve: actor("eve", "agent", OTHER_ORG, "2001"),
};

const organization = (id: number, name: string): Organization => ({
  id,
  name,
  domain: domainName(`${name}.local`, "domain"),
  dialString: "sofia/gateway/trunk/{number}",
  callerId: null,
  allowedPrefixes: ["+1555"],
  supervisionVisible: false,
});

export const directory: Directory = (() => {
  const organizations = [organization(ORG, "demo"), organization(OTHER_ORG, "other")];
  const agents = [[ORG, "1001", "1001"], [ORG, "1002", "1002"], [ORG, "1003", "2003"], [OTHER_ORG, "2001", "2001"]] as const;
  const identities = agents.map(([organizationId, agentId, ext]) => ({ organizationId, agentId, extension: extension(ext, "extension"), name: agentId, departments: [] }));
  return {
    organizations: () => organizations,
    organization: (id) => organizations.find((one) => one.id === id),
    organizationByName: (name) => organizations.find((one) => one.name === name),
    organizationByDomain: (domain) => organizations.find((one) => one.domain === domain),
    agent: (id, agentId) => identities.find((one) => one.organizationId === id && one.agentId === agentId),
    agentByExtension: (id, ext) => identities.find((one) => one.organizationId === id && one.extension === ext),
    agents: (id) => identities.filter((one) => one.organizationId === id),
    hasDepartment: (id, name) => id === ORG && name === "sales",
    departments: (id) => (id === ORG ? ["sales"] : []),
    servesDepartment: () => true,
    supervises: (_org, agentId) => agentId === "1003",
    onChange: () => () => undefined,
  };
})();

export const row = (uuid: string, columns: Partial<ChannelRow> = {}): ChannelRow => {
  const base = { ...blank(), uuid, direction: "inbound", created: "2026-11-20 10:00:00", created_epoch: "1795168800", state: "CS_EXECUTE", ip_addr: "10.0.0.1", context: "demo.local", dest: "1001", cid_num: "+15551234567" };
  return { ...base, ...columns };
};

function blank(): ChannelRow {
  return {
    uuid: "", direction: "", created: "", created_epoch: "", name: "", state: "", cid_name: "", cid_num: "", ip_addr: "", dest: "", application: "", application_data: "",
    dialplan: "", context: "", read_codec: "", read_rate: "", read_bit_rate: "", write_codec: "", write_rate: "", write_bit_rate: "", secure: "", hostname: "",
    presence_id: "", presence_data: "", accountcode: "", callstate: "", callee_name: "", callee_num: "", callee_direction: "", call_uuid: "", sent_callee_name: "",
    sent_callee_num: "", initial_cid_name: "", initial_cid_num: "", initial_ip_addr: "", initial_dest: "", initial_dialplan: "", initial_context: "",
  };
}

export const legOf = (callId: string): string => `${callId.slice(0, -1)}9`;

function detail(id: string, organizationId: number, owner: string | null, changes: Partial<CallView> = {}): CallDetail {
  const view: CallView = {
    id,
    state: owner === null ? "queued" : "active",
    direction: "inbound",
    from: "+15551234567",
    fromName: null,
    fromText: "(555) 123-4567",
    toText: "1001",
    ...PLAIN_CALL,
    to: owner ?? "sales",
    assignedTo: owner,
    department: owner === null ? "sales" : null,
    node: "fs1",
    createdAt: "2026-11-20T10:00:00.000Z",
    answeredAt: "2026-11-20T10:00:05.000Z",
    ringing: [],
    legs: [{ id, role: "customer", agent: null, number: "+15551234567", name: null, state: "active", muted: false, sipCallId: null, quality: null }],
    supervision: [],
    recording: false,
    heldBy: null,
    help: null,
    conference: false,
    ...changes,
  };
  return { view, organizationId, aLeg: row(id), bLeg: owner === null ? null : row(legOf(id), { direction: "outbound", presence_id: `${owner}@demo.local` }), queuedAt: owner === null ? new Date("2026-11-20T10:00:20.000Z") : null };
}

export interface World {
  /** What the app was made of. */
  readonly services: HttpServices;
  readonly app: FastifyInstance;
  /** What the services were asked: method, then arguments without the actor. */
  readonly asked: readonly (readonly [method: string, ...rest: readonly unknown[]])[];
  readonly audit: readonly AuditEntry[];
  readonly log: readonly string[];
  readonly calls: Map<string, CallDetail>;
  /** The next acting call of any service throws this; null: nothing. */
  failWith(error: Error | null): void;
  /** The next originate waits for this. */
  holdUntil(gate: Promise<void>): void;
  nodes: NodeStatus[];
  /** What was answered, by operation. */
  readonly answers: Answers;
  /** What `collect` gathered. */
  readonly routes: readonly KnownRoute[];
  close(): Promise<void>;
}

export const node = (name: string, state: NodeStatus["state"], error: string | null = null): NodeStatus => ({
  name, state, error, since: new Date("2026-11-20T10:00:00Z"), epoch: 1, version: "1.10.12", coreUuid: "", stale: state !== "ready", holdMusic: "",
});

export interface WorldOptions {
  readonly config?: Partial<HttpConfig>;
  readonly services?: Partial<HttpServices>;
}

/** Builds the app over a fresh world. */
export function createWorld(options: WorldOptions = {}): World {
  const asked: (readonly [string, ...unknown[]])[] = [];
  const audit: AuditEntry[] = [];
  const log: string[] = [];
  const calls = new Map([detail(CALLS.alice, ORG, "1001"), detail(CALLS.bob, ORG, "1002"), detail(CALLS.queued, ORG, null), detail(CALLS.other, OTHER_ORG, "2001")].map((call) => [call.view.id, call]));
  let failure: Error | null = null;
  let gate: Promise<void> = Promise.resolve();
  const world = { nodes: [node("fs1", "ready")] };

  const note = (method: string, ...rest: readonly unknown[]): void => {
    asked.push([method, ...rest]);
    const error = failure;
    failure = null;
    if (error !== null) throw error;
  };
  const visible = (who: Actor): CallDetail[] =>
    [...calls.values()].filter(({ organizationId, view }) => (who.role === "root" || organizationId === who.organizationId) && (who.role !== "agent" || view.assignedTo === who.agentId || view.state === "queued"));
  const find = (who: Actor, id: string): CallDetail => {
    const call = [...calls.values()].find(({ view, bLeg }) => view.id === id || bLeg?.uuid === id);
    if (call === undefined || (who.role !== "root" && call.organizationId !== who.organizationId)) throw notFound(id);
    return call;
  };
  const own = (who: Actor, id: string): CallDetail => {
    const call = find(who, id);
    const { assignedTo, state } = call.view;
    if (who.role === "agent" && assignedTo !== who.agentId && !(assignedTo === null && state === "queued")) throw notYourCall(call.view.id, assignedTo ?? "");
    return call;
  };
  const act = (method: string) => async (who: Actor, id: string, ...rest: readonly unknown[]): Promise<void> => {
    own(who, id);
    note(method, id, ...rest);
  };

  const callService: CallService = {
    list(who, filter, page) {
      note("list", filter, page);
      const items = visible(who).map(({ view }) => view);
      return { items, total: items.length, next: null };
    },
    listJson(who, filter, page) {
      const list = callService.list(who, filter, page);
      return { ...list, items: list.items.map((call) => JSON.stringify(call)) };
    },
    get: (who, id) => own(who, id),
    details: (who) => visible(who),
    queued: (who) => visible(who).filter(({ view }) => view.state === "queued"),
    current: (who) => [...calls.values()].find(({ view, organizationId }) => who.agentId !== null && view.assignedTo === who.agentId && organizationId === who.organizationId) ?? null,
    channels(who, asking) {
      note("channels", asking);
      const rows = visible(who).flatMap(({ aLeg, bLeg }) => [aLeg, bLeg].filter((leg) => leg !== null)).map((leg) => JSON.stringify(leg));
      const offset = asking.offset ?? 0;
      return { rowCount: rows.length, rows: rows.slice(offset, asking.limit === undefined ? undefined : offset + asking.limit), etag: `v${rows.length}` };
    },
    async originate(who, request) {
      note("originate", request);
      await gate;
      if (who.agentId === null && request.agent === undefined) throw invalid("agent", "is needed.");
      const id = "ffffffff-0000-4000-8000-000000000006";
      calls.set(id, detail(id, who.organizationId ?? ORG, request.agent ?? who.agentId ?? "", { direction: "outbound" }));
      return { id };
    },
    hold: act("hold"),
    resume: act("resume"),
    transfer: act("transfer"),
    transferLeg: act("transferLeg"),
    park: act("park"),
    parkLeg: act("parkLeg"),
    async pickup(who, id) {
      const chosen = id ?? visible(who).find(({ view }) => view.state === "queued")?.view.id;
      if (chosen === undefined) throw notFound("A waiting call");
      own(who, chosen);
      note("pickup", id);
      return { id: chosen };
    },
    async bridge(who, id, withId) {
      own(who, id);
      own(who, withId);
      note("bridge", id, withId);
      return { id };
    },
    async joinCurrent(who, id) {
      const source = own(who, id);
      note("joinCurrent", id);
      const destination = callService.current(who);
      if (destination === null) throw conflict("There is no current call.");
      if (destination.view.direction !== "outbound") throw conflict("Cannot transfer to an inbound call.");
      return { source, destination };
    },
    hangup: act("hangup"),
    hangupChannel: act("hangupChannel"),
    mute: act("mute"),
    unmute: act("unmute"),
    setAttributes: act("setAttributes"),
    dtmf: act("dtmf"),
    swapConsult: act("swapConsult"),
    move: act("move"),
    help: act("help"),
    quality(who, id, report) {
      own(who, id);
      note("quality", id, report);
    },
    async record(who, id, action) {
      own(who, id);
      note("record", id, action);
      return action === "start" ? { id: "recording-1" } : null;
    },
    async consult(who, id, target) {
      own(who, id);
      note("consult", id, target);
      return { id: legOf(id) };
    },
    completeConsult: act("completeConsult"),
    cancel: act("cancel"),
    conference: act("conference"),
    leave: act("leave"),
    actOnLeg: act("actOnLeg"),
    async supervise(who, id, request) {
      find(who, id);
      if (who.role === "agent") throw new CallplaneError("Forbidden");
      const { mode = "listen", muted = false } = request;
      if (mode !== "off" && !who.permissions.has(mode)) throw new CallplaneError("Forbidden");
      note("supervise", id, request);
      return mode === "off" ? null : { id: legOf(id), mode, heardBy: [], muted };
    },
  };

  const supervises = (who: Actor, id: string, mode: SupervisionMode | "off"): void => {
    find(who, id);
    if (who.role === "agent") throw new CallplaneError("Forbidden");
    if (mode !== "off" && !who.permissions.has(mode)) throw new CallplaneError("Forbidden");
  };
  const streams: HttpServices["streams"] = {
    async supervise(who, id, request) {
      supervises(who, id, request.mode);
      note("streamCall", id, request);
      return { id: "MZ00000000000000000000000000000001" };
    },
    async switchMode(who, id, sid, mode) {
      supervises(who, id, mode);
      note("switchStream", id, sid, mode);
    },
    async endSupervision(who, id, sid) {
      supervises(who, id, "off");
      note("endStream", id, sid);
    },
  };

  const statuses = new Map<string, AgentStatus>();
  const agentView = (id: string): AgentView => ({ id, extension: id, name: id, departments: [], status: statuses.get(id) ?? "offline", since: "2026-11-20T10:00:00.000Z", reason: null, until: null, next: null, wrapUp: null, registered: true, phones: [], calls: [], ringing: [] });
  const findAgent = (who: Actor, id: string): void => {
    const there = who.role === "root" ? [ORG, OTHER_ORG].some((org) => directory.agent(org, id)) : directory.agent(who.organizationId ?? 0, id) !== undefined;
    if (!there) throw notFound(`Agent ${id}`);
    if (who.role === "agent" && who.agentId !== id) throw new CallplaneError("Forbidden");
  };
  const agents: AgentService = {
    list(who, page) {
      note("agents.list", page);
      const items = directory.agents(who.organizationId ?? ORG).filter(({ agentId }) => who.role !== "agent" || agentId === who.agentId).map(({ agentId }) => agentView(agentId));
      return { items, total: items.length, next: null };
    },
    get(who, id) {
      findAgent(who, id);
      return agentView(id);
    },
    present: () => () => undefined,
    shown: (_org, id) => agentView(id),
    async setStatus(who, id, { status }) {
      if (status === "inCall") throw invalid("status", "inCall is set by the system.");
      findAgent(who, id);
      note("setStatus", id, status);
      statuses.set(id, status);
    },
    async withdrawNext(who, id) {
      findAgent(who, id);
      note("withdrawNext", id);
      return agentView(id);
    },
    async extendWrapUp(who, id, byS) {
      findAgent(who, id);
      note("extendWrapUp", id, byS);
      return agentView(id);
    },
    async history(who, id) {
      findAgent(who, id);
      note("history", id);
      return [];
    },
    async heartbeat(who, id) {
      findAgent(who, id);
      note("heartbeat", id);
    },
    onChange: () => () => undefined,
    close: async () => undefined,
  };

  const auth: AuthService = {
    async login(username, password, address) {
      note("login", username, address);
      const who = ACTORS[username];
      if (who === undefined || password !== "demo") throw new CallplaneError("Unauthorized");
      return { key: who.tokenId, token: username, expires: 1_800_000_000_000, username, domain: directory.organization(who.organizationId ?? 0)?.domain ?? "", role: who.role };
    },
    async logout(who) {
      note("logout", who.name);
    },
    async authenticate({ token, key }) {
      const who = Object.hasOwn(ACTORS, token) ? ACTORS[token] : undefined;
      if (who === undefined || (key !== undefined && key !== who.tokenId)) throw new CallplaneError("Unauthorized");
      return who;
    },
    recheck: (_who, presented) => auth.authenticate(presented),
  };
  const browserLogins: BrowserLoginService = {
    async open(username, password, address) {
      await auth.login(username, password, address);
      const who = ACTORS[username];
      if (who === undefined) throw new CallplaneError("Unauthorized");
      return { token: username, expires: new Date("2026-11-20T10:15:00Z"), cookie: { value: `cookie-${username}`, maxAgeS: 43_200 }, actor: who };
    },
    async refresh(cookie) {
      const username = cookie.replace(/^cookie-/, "");
      return browserLogins.open(username, "demo", "");
    },
    async end(cookie) {
      note("session.end", cookie);
    },
    async changePassword(who) {
      if (who.role === "service") throw new CallplaneError("Forbidden");
      note("changePassword", who.name);
    },
  };

  const callLogs = fakeCallLogs({ find, own, note });
  const services: HttpServices = {
    callbacks: fakeCallbacks({ own, note }, (name) => ACTORS[name]),
    messages: fakeMessages({ own, note }, (name) => ACTORS[name]),
    clientTokens: {
      async issue(who, asking) {
        const identity = asking.agent ?? who.agentId;
        if (identity === null) throw invalid("agent", "is needed.");
        note("clientToken", asking);
        return { token: "jwt", identity, expires: 1_795_172_400_000, sip: { domain: "demo.local", wssUrl: "wss://demo.local:7443", user: identity, password: "once", iceServers: [{ urls: ["stun:demo.local"] }] } };
      },
    },
    callLogs,
    reports: fakeReports({ directory, note }),
    staff: fakeStaff({ directory, note }),
    administration: fakeAdministration({ note }),
    contacts: fakeContacts({ directory, note }),
    voiceAccounts: fakeVoiceAccounts({ directory, note }),
    voiceApplication: fakeVoiceApplication(),
    voiceConfiguration: fakeVoiceConfiguration({ directory, note }),
    webhooks: fakeWebhooks({ directory, note }),
    twilio: { accounts: { bySid: () => undefined, of: () => undefined }, apps: noTwimlApps, programs: fakePrograms(note), conferences: null, queues: null, notes: null },
    calls: callService,
    streams,
    agents,
    queues: { figures: () => NO_FIGURES, queue: (org, name) => ({ name, waiting: [...calls.values()].filter(({ view, organizationId }) => organizationId === org && view.state === "queued" && view.department === name).length, serviceLevelS: 20, serviceLevelTarget: 0.8, alarms: null, figures: NO_FIGURES, entries: [] }) },
    auth,
    browserLogins,
    profile: ({ name, organizationId, agentId }) => {
      const home = organizationId === null ? undefined : directory.organization(organizationId);
      return { name, username: name, organization: home === undefined ? null : { id: home.id, name: home.name, domain: home.domain }, extension: home === undefined || agentId === null ? null : (directory.agent(home.id, agentId)?.extension ?? null), departments: [], settings: home === undefined ? null : { supervisionVisible: false, awayReasons: [], dispositions: {} } };
    },
    directory,
    audit: { append: (entry) => void audit.push(entry) },
    trail: { list: async () => [] },
    idempotency: memoryIdempotency(),
    metrics: createMetrics(),
    logger: pino({ level: "info" }, { write: (line: string) => void log.push(line) }),
    health: () => world.nodes,
    ...options.services,
    config: { allowQueryToken: false, metricsToken: null, rateLimitPerMinute: 100_000, replyMemoryMb: 64, trustProxy: false, publicUrl: null, corsOrigins: [], ...CONNECTIONS, ...options.config },
  };
  const app = createApp(services);
  const routes = collectRoutes(app);
  const answers = new Answers();
  app.addHook("onSend", async (request, reply, payload) => {
    const operation = request.routeOptions.schema?.operationId;
    const isJson = typeof payload === "string" && String(reply.getHeader("content-type")).startsWith("application/json");
    if (operation !== undefined) answers.note(operation, reply.statusCode, isJson && reply.statusCode >= 400 ? (JSON.parse(payload) as unknown) : null);
  });
  return {
    services,
    answers,
    routes,
    app,
    asked,
    audit,
    log,
    calls,
    failWith(error) {
      failure = error;
    },
    holdUntil(until) {
      gate = until;
    },
    get nodes() {
      return world.nodes;
    },
    set nodes(nodes) {
      world.nodes = nodes;
    },
    close: () => app.close(),
  };
}

/** No organization has applications. */
const noTwimlApps: TwimlAppRepository = {
  create: () => Promise.reject(notFound("The organization")),
  update: () => Promise.reject(notFound("The application")),
  remove: () => Promise.reject(notFound("The application")),
  find: async () => undefined,
  list: async () => [],
};

/** The repository's rules, without a database. */
export function memoryIdempotency(): IdempotencyRepository {
  const kept = new Map<string, { readonly hash: string; readonly done: { readonly status: number; readonly reply: string } | null }>();
  const at = (tokenId: string, key: string): string => `${tokenId}\n${key}`;
  return {
    async claim(tokenId, key, hash): Promise<IdempotencyClaim> {
      const known = kept.get(at(tokenId, key));
      if (known === undefined) {
        kept.set(at(tokenId, key), { hash, done: null });
        return { outcome: "fresh" };
      }
      if (known.hash !== hash) return { outcome: "mismatch" };
      return known.done === null ? { outcome: "pending" } : { outcome: "replay", ...known.done };
    },
    async complete(tokenId, key, status, reply) {
      const known = kept.get(at(tokenId, key));
      if (known !== undefined) kept.set(at(tokenId, key), { ...known, done: { status, reply } });
    },
    async release(tokenId, key) {
      kept.delete(at(tokenId, key));
    },
  };
}

export const bearer = (name: string): { readonly authorization: string } => ({ authorization: `Bearer ${name}` });
