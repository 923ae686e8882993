/** Programs of calls in the words of `seeds/001_a9d9437cdc2741c7.txt`: what Twilio's `Calls` take, for the same services. */
import { z } from "zod";
import { CALL_STATUSES } from "../../call-logs/index.js";
import type { CallView } from "../../calls/index.js";
import { invalid } from "../../errors.js";
import { Time } from "../../events/index.js";
import { Method, WebUrl } from "../../voice-app/index.js";
import { text } from "../schemas.js";
import type { DocumentSource, NewProgramCall } from "../twilio-rest/index.js";
import { Domain } from "./schemas.js";

export const Call = z.object({
  id: z.string(),
  callSid: z.string().describe("`CA` and 32 hexadecimal digits: of the leg that began the call."),
  status: z.enum(CALL_STATUSES),
  direction: z.enum(["inbound", "outbound", "internal"]),
  from: z.string(),
  to: z.string(),
  agent: z.string().nullable().describe("Whose call it is; of one that ended, who had it last, or whose phone rang in vain."),
  department: z.string().nullable(),
  startedAt: Time,
  answeredAt: Time.nullable(),
  endedAt: Time.nullable(),
}).meta({ id: "VoiceCall", description: "A call in the words of Comm100's voiceconfig." });
export type Call = z.output<typeof Call>;

const Party = text(256).regex(/^(?:client:[A-Za-z0-9_.@-]{1,120}|\+?[0-9().\s-]{2,32})$/, "is neither a phone number nor `client:` and an agent.");
const Request = { url: WebUrl, method: Method.default("POST") };

/** The document that the call runs. */
const Source = {
  url: WebUrl.optional().describe("Asked for TwiML."),
  method: Method.optional().describe("Of `url`; POST by default."),
  twiml: text(4000).optional().describe("The document itself, in place of `url`."),
};
const fallback = z.strictObject(Request).nullable().optional().describe("Asked, with `ErrorCode` and `ErrorUrl`, when `url` fails.");
type Source = { readonly [Field in keyof typeof Source]?: z.output<(typeof Source)[Field]> };

const STEPS = ["initiated", "ringing", "answered", "completed"] as const;

export const ProgramCall = z
  .strictObject({
    to: Party.describe("Who is called: a number that the organization may dial, or `client:` and an agent id or extension."),
    from: Party.describe("What the far end is shown: a number of the organization's, or `client:` and an agent."),
    ...Source,
    fallback,
    statusCallback: z.strictObject({ ...Request, events: z.array(z.enum(STEPS)).min(1).max(STEPS.length).default(["completed"]) }).nullable().optional().describe("Told of these steps of the call."),
    ringTimeoutS: z.int().min(1).max(600).default(60).describe("Seconds that it may ring."),
    timeLimitS: z.int().min(1).max(86_400).nullable().default(null).describe("Seconds that the call may last; null: no limit."),
    sendDigits: z.string().regex(/^[0-9*#wW]{1,32}$/, "is not up to 32 of 0-9, *, #, w and W.").nullable().default(null).describe("Sent after the answer, before the document: `w` waits half a second, `W` one."),
    record: z.boolean().default(false).describe("Whether it is recorded from its answer on."),
    domain: Domain,
  })
  .superRefine((body, context) => oneOf(["url", "twiml"], body, context));

export const Update = z
  .strictObject({
    status: z.enum(["completed", "canceled"]).optional().describe("`completed` ends the call; `canceled` ends it unless it has been answered."),
    ...Source,
  })
  .superRefine((body, context) => oneOf(["status", "url", "twiml"], body, context));

function oneOf(names: readonly string[], body: object, context: z.RefinementCtx): void {
  const given = names.filter((name) => Reflect.get(body, name) !== undefined);
  const [first = ""] = given.length === 0 ? names : given.slice(1);
  if (given.length !== 1) context.addIssue({ code: "custom", path: [first], message: given.length === 0 ? `is missing, and so is ${names.slice(1).join(" or ")}.` : `cannot be given together with ${given[0] ?? ""}.` });
}

/** The document that the body names. Throws InvalidParameter when it names none. */
export function sourceOf({ url, method = "POST", twiml }: Source, other: { readonly url: string; readonly method: "GET" | "POST" } | null = null): DocumentSource {
  if (url !== undefined) return { url, method, fallback: other };
  if (twiml !== undefined) return { twiml };
  throw invalid("url", "is missing.");
}

/** Without whose it is, and who asks. */
export const newCallOf = ({ to, from, fallback: other, statusCallback = null, ringTimeoutS, timeLimitS, sendDigits, record, ...source }: z.output<typeof ProgramCall>): Omit<NewProgramCall, "organizationId" | "by"> => ({
  to,
  from,
  callerId: null,
  source: sourceOf(source, other),
  statusCallback,
  ringS: ringTimeoutS,
  timeLimitS,
  sendDigits,
  record: record ? { dual: false, track: "both", trim: false, callback: null } : null,
  machineDetection: null,
});

/** The leg that runs the document: the caller's, else the one that began the call, else the oldest. */
export const programLegOf = ({ id, legs }: Pick<CallView, "id" | "legs">): string => (legs.find(({ role }) => role === "customer") ?? legs.find((leg) => leg.id === id) ?? legs[0])?.id ?? id;
