/** The app's own list of routes, with a well-formed request for each, so that a new route cannot be forgotten by the tests that run over all. */
import type { FastifyInstance, RouteOptions } from "fastify";
import { CALLS } from "./ids.js";

export interface KnownRoute {
  readonly method: string;
  readonly url: string;
  readonly operation: string;
  readonly access: NonNullable<NonNullable<RouteOptions["config"]>["access"]>;
  /** Names of the path's parameters. */
  readonly parameters: readonly string[];
  readonly hasBody: boolean;
}

/** Collects the routes; call it before the app is ready. */
export function collectRoutes(app: FastifyInstance): KnownRoute[] {
  const routes: KnownRoute[] = [];
  app.addHook("onRoute", (route) => {
    const { method, url, config, schema } = route;
    if (config?.access === undefined) return;
    for (const name of [method].flat()) {
      if (name === "HEAD") continue;
      routes.push({
        method: name,
        url,
        operation: schema?.operationId ?? `${name} ${url}`,
        access: config.access,
        parameters: [...url.matchAll(/(?<!:):([a-z]+)/g)].map(([, parameter = ""]) => parameter),
        hasBody: schema?.body !== undefined,
      });
    }
  });
  return routes;
}

/** A well-formed request for each operation that needs more than its path. Query for GET and DELETE, body otherwise. */
export const WELL_FORMED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  login: { username: "alice", password: "demo" },
  openSession: { username: "alice", password: "demo" },
  changeOwnPassword: { current: "demo", new: "a longer password" },
  createOrganization: { name: "acme", domain: "acme.example" },
  updateOrganization: { supervisionVisible: true },
  createUser: { username: "dora", password: "a longer password", role: "agent", agent: "1010" },
  updateUser: { disabled: true },
  setUserPassword: { password: "a longer password" },
  createToken: { name: "crm", lifetimeS: 86_400 },
  listUsedBy: { type: "department", id: "support" },
  createTrunk: { name: "acme-out", proxy: "sip.example.com" },
  updateTrunk: { proxy: "sip.example.com" },
  originateCall: { type: "client", to: "1002", agent: "1001" },
  setCallAttributes: { ticket: "4711" },
  transferCall: { type: "client", to: "1002" },
  consult: { type: "client", to: "1002" },
  conference: { add: { type: "client", to: "1002" } },
  bridgeCalls: { with: CALLS.queued },
  sendDigits: { digits: "1" },
  recordCall: { action: "start" },
  moveCall: { department: "sales", priority: 5 },
  askForHelp: { reason: "An angry caller" },
  reportQuality: { rttMs: 80, jitterMs: 4, lossPct: 0.5 },
  superviseCall: { mode: "listen", agent: "1003" },
  streamCall: { url: "wss://bot.example.org/listen", mode: "listen", tracks: "both" },
  setAgentStatus: { status: "online" },
  extendAgentWrapUp: { byS: 30 },
  callTransfer: { source: CALLS.queued },
  callState: { call_id: CALLS.alice },
  callOriginate: { extension: "1002", agent: "1001" },
  originateChannel: { calledId: "1002", callerId: "1001" },
  updateChannel: { state: "hold" },
  eavesdropChannel: { user: "1003" },
  v1Transfer: { ext: "1002", legs: "aleg" },
  v1Listen: { ext: "1003" },
  v1Whisper: { ext: "1003" },
  v1Barge: { ext: "1003" },
  createCallLog: { direction: "inbound", from: "+15551234567", to: "1001", startedAt: "2026-11-20T10:00:00Z" },
  setDisposition: { code: "sold" },
  updateCallback: { state: "cancelled" },
  updateMessage: { state: "closed" },
  updateCallLog: { disposition: "sold" },
  createVoiceAgent: { extension: "1009" },
  updateVoiceAgent: { extension: "1009" },
  createDepartment: { name: "billing" },
  updateDepartment: { strategy: "ring-all" },
  createSharedNumber: { name: "Taxi", number: "+12125550101" },
  updateSharedNumber: { number: "+12125550101" },
  getClientToken: { ttlS: "600" },
  getClientTokens: { ttlS: "600" },
  createClientToken: { ttlS: 600 },
  createClientTokens: { ttlS: 600 },
  transferTwilioCall: { type: "client", to: "1002" },
  setAgentAvailable: { available: true },
  createVoiceCall: { type: "client", to: "1002", agent: "1001" },
  updateVoiceCall: { status: "completed" },
  createConfig: { name: "Main" },
  updateConfig: { recorded: true },
  createPhoneLine: { phoneNumber: "+12125550101", target: { type: "department", to: "sales" } },
  updatePhoneLine: { recorded: true },
  createWebhook: { url: "https://crm.example.org/callplane", topics: ["call", "calllog.completed"] },
  updateWebhook: { enabled: false },
  rotateWebhookSecret: { keepsPrevious: true },
  v1Park: { legs: "bleg" },
  twilioUpdateRecording: { Status: "paused" },
  twilioStopStream: { Status: "stopped" },
};

/** The route's path with its parameters filled in. */
export const pathOf = ({ url }: KnownRoute, values: Readonly<Record<string, string>>): string =>
  url.replace(/(?<!:):([a-z]+)(?:\([^)]*\))?/g, (_whole, name: string) => values[name] ?? "missing").replace("::", ":");

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly payload?: object;
}

/** The request of a route with these path values and parameters. */
export function requestFor(route: KnownRoute, values: Readonly<Record<string, string>>, given: Readonly<Record<string, unknown>> = WELL_FORMED[route.operation] ?? {}): Request {
  const path = pathOf(route, values);
  const { method } = route;
  if (method === "POST" || method === "PUT" || method === "PATCH") return { method, url: path, payload: given };
  const query = new URLSearchParams(Object.entries(given).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return { method: method === "DELETE" ? "DELETE" : "GET", url: query === "" ? path : `${path}?${query}` };
}
