/**
 * Our own small state of a call, as it rides in `presence_data` of every live leg (DESIGN decision 4): what events alone cannot tell
 * after a restart of the control plane. Short keys, because every event of the channel carries it.
 */
import { z } from "zod";
import { isChannelUuid } from "../freeswitch/index.js";

/** Epoch milliseconds; FreeSWITCH ran in no year before 2000, and what is after 2100 is no date of a live call. */
const MOMENTS = { min: 946_684_800_000, max: 4_102_444_800_000 } as const;
const moment = z.number().int().min(MOMENTS.min).max(MOMENTS.max);

/** What stands as it is; everything else is written in base64url behind a `~`, which no way to FreeSWITCH and back changes. */
const PLAIN = /^[A-Za-z0-9_+*#@./-]*$/;
const ENCODED = /^~[A-Za-z0-9_-]+$/;
const MAX_TEXT_BYTES = 255;
/** Of texts. */
const MAX_LIST = 10;
/** Ids and other numbers that are no moment. */
const MAX_ID = 1_000_000_000;

function encodeText(text: string): string {
  return PLAIN.test(text) ? text : `~${Buffer.from(text).toString("base64url")}`;
}

/** As much of it as can be read again. */
function clipped(written: string): string {
  let length = Math.min(written.length, MAX_TEXT_BYTES);
  while (Buffer.byteLength(written.slice(0, length)) > MAX_TEXT_BYTES) length--;
  return written.slice(0, length);
}

const text = z.string().transform((written, context) => {
  const read = ENCODED.test(written) ? Buffer.from(written.slice(1), "base64url").toString("utf8") : written;
  if (read === "" || Buffer.byteLength(read) > MAX_TEXT_BYTES || (read === written && !PLAIN.test(written))) context.addIssue("is no text of ours");
  return read;
});

/** Above every priority that a dialplan can give. */
export const FIRST_IN_LINE = 11;

const uuid = text.refine((value): boolean => isChannelUuid(value));

/** A field that cannot be read is left out: it must not spoil the others. */
const maybe = <T extends z.ZodType>(field: T) => field.optional().catch(undefined);

const supervisionSchema = z.object({
  /** The supervisor's agent id. */
  a: text,
  m: z.enum(["listen", "whisper", "barge"]),
  /** When it began. */
  t: moment,
  /** The leg that is watched. */
  u: uuid,
});

/** A leg that copies the audio of another one to a program. */
const copySchema = z.object({
  /** The stream that it is for. */
  s: text,
  /** When it began. */
  t: moment,
  /** The leg that is copied. */
  u: uuid,
});

/** Who asks for help with the call. */
const helpSchema = z.object({
  /** The agent's id, and why. */
  a: maybe(text),
  r: maybe(text),
  /** Since when. */
  t: moment,
  /** A supervisor has come. */
  d: maybe(z.literal(1)),
});

const schema = z.object({
  v: z.literal(1),
  /** The call's id; for a supervisor's leg the call that is watched. */
  c: uuid,
  /** The organization's id. */
  o: maybe(z.number().int()),
  /** The owner's agent id. */
  a: maybe(text),
  /** The department whose queue the call waits in, since when it waits, and, where it waited in another one before, since when in this one. */
  q: maybe(text),
  t: maybe(moment),
  Q: maybe(moment),
  /** The caller's priority there, when it is not 0; with `t` it is the caller's place. */
  i: maybe(z.number().int().min(-10).max(FIRST_IN_LINE)),
  /** How far the caller is: has heard the greeting and may be offered (w), or leaves a message (m). */
  h: maybe(z.enum(["w", "m"])),
  /** The department that it waited in last, when it waits no more. */
  e: maybe(text),
  /** The dialplan's queue variable on this leg, when it is another one than that department ("" for none): only a change of it queues the call. */
  z: maybe(text.or(z.literal(""))),
  /** Why the customer is parked. */
  s: maybe(z.enum(["held", "parked"])),
  /** When it was put aside; for its length, and the return to the parker. */
  k: maybe(moment),
  /** The agent whose phone has vanished, and (of a leg) since when its phone is not registered. */
  L: maybe(text),
  P: maybe(moment),
  /** The leg's SIP Call-ID. */
  S: maybe(text),
  /** When the call began, and when two of it first talked. */
  j: maybe(moment),
  l: maybe(moment),
  /** When this leg was answered. */
  y: maybe(moment),
  r: maybe(z.enum(["customer", "agent", "supervisor", "other"])),
  /** This leg is parked, bridged to (b), or member of the call's conference (m; 2: on hold there): the row's application column does not tell after our own `set`. */
  p: maybe(z.literal(1)),
  b: maybe(uuid),
  m: maybe(z.literal([1, 2])),
  /** This leg is one that the owner consults (2: it waits while the owner talks to the caller). */
  n: maybe(z.literal([1, 2])),
  /** This leg is muted. */
  x: maybe(z.literal(1)),
  /** Since when the call is in its state (`Z`), where the call itself does not tell it. */
  T: maybe(moment),
  Z: maybe(z.enum(["queued", "ringing", "active", "held", "parked", "scripted"])),
  /** The call has attributes, which stand in a variable of their own, or has had some. */
  B: maybe(z.literal(1)),
  /** The agents who owned the call before. */
  A: maybe(z.array(text).max(MAX_LIST)),
  /** The recording is paused. */
  G: maybe(z.literal(1)),
  /** The file that this leg is recorded to; without it nobody could stop that. */
  g: maybe(text),
  d: maybe(z.enum(["inbound", "outbound", "internal"])),
  f: maybe(text),
  u: maybe(text),
  /** The caller's name. */
  N: maybe(text),
  O: maybe(helpSchema),
  w: maybe(supervisionSchema),
  F: maybe(copySchema),
  /** The program that runs this leg. */
  R: maybe(text),
  /** FreeSWITCH runs `record` on this leg. */
  V: maybe(z.literal(1)),
  /** The star of this leg ends whom it talks to. */
  H: maybe(z.literal(1)),
  /** This leg was rung for an operation that has not joined it with anybody yet. */
  W: maybe(z.literal(1)),
  /** Which ringing made this leg: all contacts of a user have the same. */
  ring: maybe(uuid),
});

export type ChannelState = z.infer<typeof schema>;

const TEXTS = ["c", "b", "a", "q", "e", "z", "g", "f", "u", "N", "L", "S", "R", "ring"] as const;

/** Whether a leg that runs this, as FreeSWITCH says, is in `record`: our own `set` covers the name. */
export const isInRecord = (application: string, state: ChannelState | undefined): boolean => application === "record" || (application === "set" && state?.V === 1);

/**
 * Compact JSON without blanks or quotes of another kind, as FreeSWITCH's argument splitting needs it. What could not be read again is left out:
 * a strange caller id must not spoil the rest.
 */
export function encodeChannelState(state: ChannelState): string {
  if (Object.values(state).every(isPlain)) return JSON.stringify(state);
  const written: Record<string, unknown> = { ...state };
  for (const key of TEXTS) {
    const value = state[key];
    if (value !== undefined) written[key] = encodeText(value);
  }
  if (state.A !== undefined) written["A"] = state.A.map(encodeText);
  if (state.O !== undefined) written["O"] = { ...state.O, ...(state.O.a === undefined ? {} : { a: encodeText(state.O.a) }), ...(state.O.r === undefined ? {} : { r: encodeText(clipped(state.O.r)) }) };
  if (state.w !== undefined) written["w"] = { ...state.w, a: encodeText(state.w.a), u: encodeText(state.w.u) };
  if (Object.values(written).every((value) => isPlain(value) || isEncoded(value))) return JSON.stringify(written);
  const readable: Record<string, unknown> = { ...schema.parse(written) };
  return JSON.stringify(Object.fromEntries(Object.entries(written).filter(([key]) => readable[key] !== undefined)));
}

/** Whether the value of a field can be read again as it is; nearly all can, and to ask the schema takes ten times as long. */
function isPlain(value: unknown): boolean {
  if (typeof value === "string") return value !== "" && value.length <= MAX_TEXT_BYTES && PLAIN.test(value);
  if (typeof value === "number") return Number.isInteger(value) && value <= MOMENTS.max && (value >= MOMENTS.min || Math.abs(value) < MAX_ID);
  return value === undefined || (Array.isArray(value) && value.length <= MAX_LIST && value.every(isPlain));
}

/** Whether what `encodeText` has made of a text can be read again. */
const isEncoded = (value: unknown): boolean => typeof value === "string" && ENCODED.test(value) && value.length <= 1 + Math.floor((MAX_TEXT_BYTES * 4) / 3);

/** `undefined` for what is not ours: another system's presence data, a newer or broken version. */
export function decodeChannelState(text: string): ChannelState | undefined {
  if (!text.startsWith("{")) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}
