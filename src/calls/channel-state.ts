/**
 * Our own small state of a call, as it rides in `presence_data` of every live leg (DESIGN decision 4): what events alone cannot tell
 * after a restart of the control plane. Short keys, because every event of the channel carries it.
 */
import { z } from "zod";

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** Epoch milliseconds; FreeSWITCH ran in no year before 2000, and what is after 2100 is no date of a live call. */
const moment = z.number().int().min(946_684_800_000).max(4_102_444_800_000);
const word = z.string().regex(/^[A-Za-z0-9_+*#@.-]{1,128}$/);

const supervisionSchema = z.object({
  /** The supervisor's agent id. */
  a: word,
  m: z.enum(["listen", "whisper", "barge"]),
  /** Epoch milliseconds of the start. */
  t: moment,
  /** The leg that is watched. */
  u: uuid,
});

const schema = z.object({
  v: z.literal(1),
  /** The call's id; for a supervisor's leg the call that she watches. */
  c: uuid,
  /** The organization's id. */
  o: z.number().int().optional(),
  /** The owner's agent id. */
  a: word.optional(),
  /** The department whose queue the call waits in, and since when (epoch milliseconds). */
  q: word.optional(),
  t: moment.optional(),
  /** Her priority there, when it is not 0; with `t` it is her place. */
  i: z.number().int().min(-10).max(10).optional(),
  /** How far she is: she has heard the greeting and may be offered (w), or she leaves a message (m). */
  h: z.enum(["w", "m"]).optional(),
  /** The department that it waited in last, when it waits no more. */
  e: word.optional(),
  /** The dialplan's queue variable on this leg, when it is another one than that department ("" for none): only a change of it queues the call. */
  z: word.or(z.literal("")).optional(),
  /** Why the customer is parked. */
  s: z.enum(["held", "parked"]).optional(),
  /** When it was parked, epoch milliseconds; for the return to the parker. */
  k: moment.optional(),
  /** When the call began, and when two of it first talked. */
  j: moment.optional(),
  l: moment.optional(),
  /** When this leg was answered. */
  y: moment.optional(),
  r: z.enum(["customer", "agent", "supervisor", "other"]).optional(),
  /** This leg is parked, bridged to (b), or member of the call's conference (m): the row's application column does not tell after our own `set`. */
  p: z.literal(1).optional(),
  b: uuid.optional(),
  m: z.literal(1).optional(),
  /** This leg is one that the owner consults. */
  n: z.literal(1).optional(),
  /** This leg is muted. */
  x: z.literal(1).optional(),
  /** The file that this leg is recorded to; without it nobody could stop that. */
  g: z.string().regex(/^\/[A-Za-z0-9_./-]{1,255}$/).optional(),
  d: z.enum(["inbound", "outbound", "internal"]).optional(),
  f: word.optional(),
  u: word.optional(),
  w: supervisionSchema.optional(),
});

export type ChannelState = z.infer<typeof schema>;

/** Compact JSON without spaces, as FreeSWITCH's argument splitting needs it. */
export function encodeChannelState(state: ChannelState): string {
  return JSON.stringify(state);
}

/** `undefined` for what is not ours: another system's presence data, an older or broken version. */
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

/** The value when it may ride in the state, else undefined: a strange caller id must not spoil the rest. */
export function stateWord(value: string): string | undefined {
  return word.safeParse(value).success ? value : undefined;
}
