/** What the document says of the API as a whole. */
import { ERROR_CATALOGUE } from "../../errors.js";

export const VERSION = "1";

const DESCRIPTION = `Live call control on FreeSWITCH. One control core, several faces: \`/voicechannel\` (native, and Comm100's voice channel), \`/voiceconfig\` and \`/voicetwilio\` (Comm100's), \`/call\` (AdaHeads), \`/api/v2/channels\` (Webitel), \`/v1/call\` (TEL4VN) and \`/2010-04-01\` (Twilio), each with its own envelopes and error bodies.

Success is reported only after FreeSWITCH's own event confirmed it. Error codes: ${Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => `\`${code}\` (${status})`).join(", ")}.

\`DatabaseUnavailable\` (with \`Retry-After\`) answers logins, changes of accounts and settings, and requests with an \`Idempotency-Key\` while the database takes nothing; acts on live calls do not wait for it.

Ids are strings and times ISO 8601, except where a field says otherwise; a name that ends in \`S\` is in seconds, one in \`Ms\` in milliseconds. A query parameter or a field of a body that an operation does not know is refused (400 \`InvalidParameter\`), except in the requests of Twilio's. Replies get further fields over time: ignore those that you do not know. What happens is told by live events, which \`/docs/events\` describes.

Each operation names the roles that may use it in its description and in \`x-roles\`: \`agent\`, \`supervisor\`, \`admin\`, \`service\` (an integration's token) and \`root\`. Another organization's objects are 404.`;

export const INFO = {
  title: "Callplane",
  version: VERSION,
  summary: "The control plane between FreeSWITCH and the people who handle calls.",
  description: DESCRIPTION,
  contact: { name: "Whoever operates this Callplane" },
  license: { name: "Proprietary", identifier: "LicenseRef-Proprietary" },
};

/** Each group of operations. A new tag needs a line here. */
const TAGS = {
  session: "Logging in and out, and who a token belongs to.",
  calls: "The live calls, and what is done with them.",
  supervision: "Listening, whispering and barging.",
  agents: "Agents, their status and their phones.",
  queues: "Who waits in which department.",
  directory: "Colleagues, departments and shared numbers, with who is there.",
  "live events": "A snapshot, then every change in order; the events are described at `/docs/events`.",
  "call logs": "The records of calls, and their recordings.",
  reports: "What departments and agents did, by quarters, hours and days.",
  "voice agents": "Agents with the credentials of their phones.",
  organizations: "Organizations and their settings.",
  users: "Who logs in.",
  tokens: "Long-lived tokens of integrations.",
  trunks: "The gateways by which an organization reaches the outside.",
  messages: "What callers have said to departments.",
  callbacks: "Callers who have asked to be called back.",
  departments: "Departments and their settings.",
  "phone lines": "Which number goes where.",
  "voice configurations": "How callers are met: greeting, menu, hours.",
  webhooks: "Servers of the organization that are told of its events.",
  "voice account": "Who an organization's voice applications are to Callplane.",
  "voice application": "The application that answers TwiML from the configuration.",
  "client tokens": "Short-lived credentials of browsers and softphones.",
  audit: "What was done, by whom.",
  system: "Health, metrics, documentation.",
  "/call": "AdaHeads' call API.",
  "/api/v2/channels": "Webitel's channels API.",
  "/v1/call": "TEL4VN's call API.",
  "/2010-04-01": "Twilio's REST API.",
} as const satisfies Readonly<Record<string, string>>;

export const TAG_LIST = Object.entries(TAGS).map(([name, description]) => ({ name, description }));

/** The cookie of a browser's session. */
export const SESSION_COOKIE = "callplane_session";

/** How somebody shows who asks. */
export const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "The token of `POST /login`, or one of `callplane token create`." },
  accessToken: { type: "apiKey", in: "header", name: "X-Access-Token", description: "The token, together with its key." },
  key: { type: "apiKey", in: "header", name: "X-Key", description: "The token's key." },
  ticket: { type: "apiKey", in: "query", name: "ticket", description: "A one-use ticket of `POST /events/tickets`." },
  grant: { type: "apiKey", in: "query", name: "grant", description: "Of the address that `POST /voiceconfig/recordings/{id}:grant` gives." },
  account: { type: "http", scheme: "basic", description: "The SID of an organization's account and its auth token." },
  signature: { type: "apiKey", in: "header", name: "X-Twilio-Signature", description: "Made with the line's signing token; needed where the line has one." },
  session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE, description: "The cookie that `POST /session` sets: for `/session` and `/session:refresh` alone, which check `Origin`." },
  metricsToken: { type: "http", scheme: "bearer", description: "METRICS_TOKEN; not needed by a direct connection from loopback." },
} as const;

/** A credential that some operations take in place of a token. */
export type Credential = "ticket" | "grant" | "account" | "signature" | "session" | "metricsToken";
