/** The settings of a department, with their defaults: the one schema for what is stored and what the API takes. */
import { z } from "zod";
import { isNumberText } from "../freeswitch/index.js";
import { isSoundChoice, SoundChoiceSchema as sound } from "./sound-choice.js";

const word = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "is not a name of letters, digits and _ . -");
const seconds = (max: number) => z.int().min(0).max(max);

const STRATEGIES = ["longest-idle", "skill", "round-robin", "ring-all"] as const;

/** Where a caller goes who cannot or may not wait any longer. */
const OverflowSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hangup") }),
  z.strictObject({ type: z.literal("department"), to: word }),
  z.strictObject({ type: z.literal("phonenumber"), to: z.string().refine((value): boolean => isNumberText(value), "is not a phone number") }),
  /** A greeting is played and what the caller says is recorded. */
  z.strictObject({ type: z.literal("message"), greeting: sound.optional() }),
]);

const limit = (max: number) => z.int().min(1).max(max).nullable().default(null);

/** Each null: no alarm. */
const AlarmsSchema = z.strictObject({
  /** Seconds that a caller has waited. */
  longestWaitS: limit(86_400),
  /** Callers who wait. */
  waiting: limit(10_000),
  /** Seconds that a conversation has lasted. */
  talkS: limit(86_400),
  /** Seconds that an agent has been away. */
  awayS: limit(86_400),
});
const NO_ALARMS = { longestWaitS: null, waiting: null, talkS: null, awayS: null };

export const DepartmentSettingsSchema = z.strictObject({
  strategy: z.enum(STRATEGIES).describe("Who is offered the next caller: the agent who was idle longest, the most skilled, each in turn, or all at once.").default("longest-idle"),
  priority: z.int().min(-10).max(10).describe("Callers of a department with a higher priority come first for an agent of both; -10 to 10.").default(0),
  skills: z.array(word).max(20).describe("Skills that an agent must have to be offered its callers; the strategy `skill` prefers the higher level.").default([]),
  ringTimeoutS: z.int().min(3).max(120).describe("Seconds that an agent's phone rings before the next one is tried.").default(20),
  maxMissed: z.int().min(0).max(20).describe("An agent who missed so many calls in a row (the phone rang in vain, was busy, on do-not-disturb, or refused) is set away; 0: never.").default(3),
  wrapUpS: z.int().min(-1).max(3600).describe("Seconds of wrap-up after a call; 0: none, -1: until the agent ends it.").default(0),
  dispositions: z.array(word).max(100).describe("What a call may be closed as; empty: nothing is asked.").default([]),
  maxWaitS: seconds(86_400).nullable().describe("Seconds that a caller may wait; null: for ever.").default(null),
  maxLength: z.int().min(0).max(10_000).nullable().describe("How many may wait; null: without limit.").default(null),
  overflow: OverflowSchema.describe("Where a caller goes who waited too long, or finds the queue full.").default({ type: "hangup" }),
  music: sound.nullable().describe("What callers hear; null: FreeSWITCH's hold music.").default(null),
  greeting: sound.nullable().describe("Played once before the wait; while it plays nobody can take the call.").default(null),
  announceEveryS: z.int().min(5).max(600).nullable().describe("Seconds between two announcements of a caller's place; null: none.").default(null),
  callbackKey: z.string().regex(/^[0-9*#]$/).nullable().describe("The key by which a caller asks to be called back; null: there is none.").default(null),
  serviceLevelS: seconds(3600).describe("Seconds within which a call is answered in time, for the service level.").default(20),
  serviceLevelTarget: z.number().min(0).max(1).describe("Which part of the callers is to be answered in time, 0 to 1.").default(0.8),
  alarms: AlarmsSchema.describe("From where on consoles raise an alarm: seconds that a caller has waited, callers who wait, seconds that a conversation has lasted, seconds that an agent has been away. Each null: no alarm.").default(NO_ALARMS),
  recorded: z.boolean().describe("Every conversation of its calls is recorded.").default(false),
  workflowSid: z.string().regex(/^WW[0-9a-fA-F]{32}$/, "is not the SID of a workflow: WW and 32 hexadecimal digits").nullable().describe("What `<Enqueue workflowSid>` of an application that was written for Twilio's TaskRouter calls it; null: nothing.").default(null),
});

export type DepartmentSettings = z.output<typeof DepartmentSettingsSchema>;
export type Strategy = DepartmentSettings["strategy"];

export const DEFAULT_DEPARTMENT_SETTINGS: DepartmentSettings = DepartmentSettingsSchema.parse({});

/** What is stored, with the defaults of what is not; a setting that no longer parses falls back to its default. */
export function departmentSettings(stored: unknown): DepartmentSettings {
  return parsed(withoutForeignGreeting(stored));
}

/** An overflow that takes messages goes on doing so when its greeting may not be played. */
function withoutForeignGreeting(stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null) return stored;
  const overflow: unknown = Reflect.get(stored, "overflow");
  if (typeof overflow !== "object" || overflow === null || Reflect.get(overflow, "type") !== "message") return stored;
  const greeting: unknown = Reflect.get(overflow, "greeting");
  return typeof greeting !== "string" || isSoundChoice(greeting) ? stored : { ...stored, overflow: { type: "message" } };
}

function parsed(stored: unknown): DepartmentSettings {
  const whole = DepartmentSettingsSchema.safeParse(stored);
  if (whole.success) return whole.data;
  if (typeof stored !== "object" || stored === null) return DEFAULT_DEPARTMENT_SETTINGS;
  const fine = Object.entries(stored).filter(([key, value]: [string, unknown]) => DepartmentSettingsSchema.safeParse({ [key]: value }).success);
  return DepartmentSettingsSchema.parse(Object.fromEntries(fine));
}
