/** The parameters of Twilio's Calls (twilio.com/docs/voice/api/call-resource), and its refusals of what they hold. */
import { z } from "zod";
import type { TwimlApp } from "../../voice-app/index.js";
import { TwilioError } from "./errors.js";
import { field, Flag, isUrl, Method, Text, Words } from "./form.js";
import type { DocumentSource, MachineDetection, NewProgramCall, NewRecording, ProgressCallback } from "./ports.js";

const MAX_TWIML = 4000;
const EVENTS = new Set(["initiated", "ringing", "answered", "completed"]);
const Url = Text(8192);

const milliseconds = (minimum: number, maximum: number) => field(z.coerce.number().int().min(minimum).max(maximum).optional());
const optional = <T extends z.ZodType>(schema: T) => field(schema.optional());

const Source = {
  Url: optional(Url),
  Method: optional(Method),
  FallbackUrl: optional(Url),
  FallbackMethod: optional(Method),
  Twiml: optional(Text(MAX_TWIML)),
};

/** What is said of a recording when it begins. */
export const RecordingFields = {
  RecordingChannels: field(z.enum(["mono", "dual"]).optional()),
  RecordingTrack: field(z.enum(["inbound", "outbound", "both"]).optional()),
  Trim: field(z.enum(["trim-silence", "do-not-trim"]).optional()),
  RecordingStatusCallback: optional(Url),
  RecordingStatusCallbackMethod: optional(Method),
  RecordingStatusCallbackEvent: Words.optional(),
};

export const CreateBody = z.object({
  ...Source,
  ApplicationSid: optional(Text(34)),
  To: optional(Text(1024)),
  From: optional(Text(1024)),
  CallerId: optional(Text(64)),
  StatusCallback: optional(Url),
  StatusCallbackMethod: optional(Method),
  StatusCallbackEvent: Words.optional(),
  Timeout: optional(Text(8)),
  TimeLimit: field(z.coerce.number().int().min(1).max(86_400).optional()),
  SendDigits: optional(Text(32)),
  Record: optional(Flag),
  ...RecordingFields,
  MachineDetection: optional(Text(32)),
  MachineDetectionTimeout: field(z.coerce.number().int().min(3).max(60).optional()),
  MachineDetectionSpeechThreshold: milliseconds(1000, 6000),
  MachineDetectionSpeechEndThreshold: milliseconds(500, 5000),
  MachineDetectionSilenceTimeout: milliseconds(2000, 10_000),
  AsyncAmd: optional(Flag),
  AsyncAmdStatusCallback: optional(Url),
  AsyncAmdStatusCallbackMethod: optional(Method),
});
export type CreateBody = z.output<typeof CreateBody>;

export const UpdateBody = z.object({ ...Source, Status: optional(Text(32)), StatusCallback: optional(Url), StatusCallbackMethod: optional(Method) });
export type UpdateBody = z.output<typeof UpdateBody>;

/** Throws 21205 for what is no URL. */
function url(value: string, name = "Url", code = 21205): string {
  if (!isUrl(value)) throw new TwilioError(code, `${name} is not a valid URL`);
  return value;
}

/** Where the document comes from; null: the parameters do not say. `Url` before `Twiml`. */
export function sourceOf({ Url: at, Method: method = "POST", FallbackUrl: fallback, FallbackMethod: fallbackMethod = "POST", Twiml: twiml }: Pick<CreateBody, keyof typeof Source>): DocumentSource | null {
  if (at !== undefined && at !== "") return { url: url(at), method, fallback: fallback === undefined || fallback === "" ? null : { url: url(fallback, "FallbackUrl"), method: fallbackMethod } };
  return twiml === undefined || twiml === "" ? null : { twiml };
}

/** Null: nobody is told. Throws 21609 for what is no URL. */
export function callback(at: string | undefined, method: "GET" | "POST" | undefined, events: readonly string[], name: string): ProgressCallback | null {
  return at === undefined || at === "" ? null : { url: url(at, name, 21609), method: method ?? "POST", events };
}

/** Twilio's words for a party: a number, `client:` or `sip:`. */
const PARTY = /^(?:\+?[0-9().\s-]{2,32}|client:[A-Za-z0-9_.@-]{1,120}|sips?:[^\s]{1,1000})$/;

function party(value: string | undefined, name: "To" | "From", missing: number, bad: number): string {
  if (value === undefined || value === "") throw new TwilioError(missing, name === "To" ? "No 'To' number is specified" : "No 'From' number is specified");
  if (!PARTY.test(value)) throw new TwilioError(bad, `The phone number you are attempting to call, or to call from, is not valid ('${name}')`);
  return value;
}

function machineDetection(body: CreateBody): MachineDetection | null {
  const { MachineDetection: mode = "" } = body;
  if (mode === "" || mode === "none") return null;
  if (mode !== "Enable" && mode !== "DetectMessageEnd") throw new TwilioError(20001, "MachineDetection is neither Enable nor DetectMessageEnd");
  const async = body.AsyncAmd === true;
  const at = body.AsyncAmdStatusCallback ?? "";
  return {
    mode,
    timeoutMs: body.MachineDetectionTimeout === undefined ? null : body.MachineDetectionTimeout * 1000,
    speechThresholdMs: body.MachineDetectionSpeechThreshold ?? null,
    speechEndThresholdMs: body.MachineDetectionSpeechEndThreshold ?? null,
    silenceTimeoutMs: body.MachineDetectionSilenceTimeout ?? null,
    beside: async,
    // Without one the verdict is in the call's resource and in its status callbacks alone.
    callback: async && at !== "" ? { url: url(at, "AsyncAmdStatusCallback"), method: body.AsyncAmdStatusCallbackMethod ?? "POST" } : null,
  };
}

/** Where the document comes from when an application says it; null: it has no URL. */
export function sourceOfApp({ voiceUrl, voiceMethod, voiceFallbackUrl, voiceFallbackMethod }: TwimlApp): DocumentSource | null {
  return voiceUrl === null ? null : { url: voiceUrl, method: voiceMethod, fallback: voiceFallbackUrl === null ? null : { url: voiceFallbackUrl, method: voiceFallbackMethod } };
}

const RECORDING_EVENTS = ["in-progress", "completed", "absent"] as const;

/** Throws 21609 for a callback that is no URL. */
export function newRecordingOf(body: Pick<CreateBody, keyof typeof RecordingFields>): NewRecording {
  const events = RECORDING_EVENTS.filter((event) => body.RecordingStatusCallbackEvent?.includes(event));
  const told = callback(body.RecordingStatusCallback, body.RecordingStatusCallbackMethod, [], "RecordingStatusCallback");
  return {
    dual: body.RecordingChannels === "dual",
    track: body.RecordingTrack ?? "both",
    trim: body.Trim === "trim-silence",
    callback: told === null ? null : { url: told.url, method: told.method, events: events.length === 0 ? ["completed"] : events },
  };
}

/** `app`: whose status callback counts when the body has none. Throws TwilioError naming the parameter. */
export function newCallOf(body: CreateBody, source: DocumentSource | null, app: TwimlApp | null = null): Omit<NewProgramCall, "organizationId" | "by"> {
  const to = party(body.To, "To", 21201, 21211);
  const from = party(body.From, "From", 21213, 21212);
  if (source === null) throw new TwilioError(21205, "Url, Twiml or ApplicationSid is needed");
  const ringS = body.Timeout === undefined || body.Timeout === "" ? 60 : Number(body.Timeout);
  if (!Number.isInteger(ringS) || ringS < 1) throw new TwilioError(21208, "Timeout is not a positive whole number");
  const digits = body.SendDigits ?? "";
  if (!/^[0-9*#wW]*$/.test(digits)) throw new TwilioError(21206, "SendDigits holds something other than 0-9, *, #, w and W");
  const events = (body.StatusCallbackEvent ?? []).filter((event) => EVENTS.has(event));
  return {
    to,
    from,
    callerId: body.CallerId === undefined || body.CallerId === "" ? null : body.CallerId,
    source,
    statusCallback: callback(body.StatusCallback ?? app?.statusCallback ?? undefined, body.StatusCallback === undefined ? app?.statusCallbackMethod : body.StatusCallbackMethod, events.length === 0 ? ["completed"] : events, "StatusCallback"),
    ringS: Math.min(600, ringS),
    timeLimitS: body.TimeLimit ?? null,
    sendDigits: digits === "" ? null : digits,
    record: body.Record === true ? newRecordingOf(body) : null,
    machineDetection: digits === "" ? machineDetection(body) : null,
  };
}
