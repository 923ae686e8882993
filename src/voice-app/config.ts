/** How an organization's callers are met: the one schema of what is stored and what the API takes. */
import { z } from "zod";
import { HoursSchema } from "./hours.js";
import { ConfigTargetSchema, Method, WebUrl, type CallTarget, type ConfigTarget } from "./targets.js";

const spoken = (max: number) => z.string().trim().min(1, "is empty.").max(max, `is longer than ${max} characters.`).regex(/^[^\p{Cc}]*$/u, "holds control characters.");
const Language = z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, "is not a language such as en-US.");
const Voice = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "is not the name of a voice.");

/** What a caller hears: a text that is spoken, or a sound. */
export const PromptSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("say"), text: spoken(4096), voice: Voice.optional(), language: Language.optional() }),
  z.strictObject({ type: z.literal("play"), url: WebUrl }),
]);
export type Prompt = Readonly<z.output<typeof PromptSchema>>;

const Key = z.string().regex(/^[0-9*#]$/, "is not a key.");

const MenuSchema = z.strictObject({
  prompt: PromptSchema,
  keys: z.record(Key, ConfigTargetSchema).refine((keys) => Object.keys(keys).length > 0, "has no key."),
  tries: z.int().min(1).max(10).default(3).describe("How often the menu is heard before the caller goes to the configuration's target."),
  timeoutS: z.int().min(1).max(60).default(5).describe("Seconds after the menu in which a key may be pressed."),
  invalid: PromptSchema.nullable().default(null).describe("Heard after a key that the menu does not have."),
});
export type Menu = Readonly<z.output<typeof MenuSchema>>;

export const CALLBACK_EVENTS = ["initiated", "ringing", "answered", "completed"] as const;
export const StatusCallbackSchema = z.strictObject({
  url: WebUrl,
  method: Method.default("POST"),
  events: z.array(z.enum(CALLBACK_EVENTS)).min(1).max(CALLBACK_EVENTS.length).default(["completed"]).describe("Of the phones that are rung; of the caller's own leg the end alone is told, as Twilio does."),
});

const Closed = z.strictObject({ greeting: PromptSchema.nullable().default(null), target: ConfigTargetSchema.default({ type: "hangup" }) });
const Voicemail = z.strictObject({ greeting: PromptSchema.nullable().default(null), maxLengthS: z.int().min(2).max(3600).default(180) });

const FIELDS = {
  language: Language.describe("Of what is spoken, where a prompt has none of its own."),
  voice: Voice.nullable().describe("Null: the engine's default."),
  greeting: PromptSchema.nullable().describe("Heard first, when callers are taken."),
  menu: MenuSchema.nullable(),
  target: ConfigTargetSchema.describe("Where callers go without a menu, or when they have chosen nothing."),
  ringS: z.int().min(5).max(600).describe("Seconds that an agent's phone or a number rings."),
  unanswered: ConfigTargetSchema.describe("Where callers go when nobody has answered."),
  hours: HoursSchema.nullable().describe("Null: callers are taken at any time."),
  closed: Closed.describe("What happens outside the hours."),
  voicemail: Voicemail,
  recorded: z.boolean().describe("Whether the conversations are recorded."),
  music: WebUrl.nullable().describe("What callers hear while they wait; a sound, or TwiML. Null: the department's."),
  statusCallback: StatusCallbackSchema.nullable(),
};

/** What is given of the settings. */
export const VoiceConfigChangeSchema = z.strictObject(FIELDS).partial();

export const VoiceConfigSettingsSchema = z.strictObject({
  language: FIELDS.language.default("en-US"),
  voice: FIELDS.voice.default(null),
  greeting: FIELDS.greeting.default(null),
  menu: FIELDS.menu.default(null),
  target: FIELDS.target.default({ type: "hangup" }),
  ringS: FIELDS.ringS.default(20),
  unanswered: FIELDS.unanswered.default({ type: "voicemail" }),
  hours: FIELDS.hours.default(null),
  closed: FIELDS.closed.default({ greeting: null, target: { type: "hangup" } }),
  voicemail: FIELDS.voicemail.default({ greeting: null, maxLengthS: 180 }),
  recorded: FIELDS.recorded.default(false),
  music: FIELDS.music.default(null),
  statusCallback: FIELDS.statusCallback.default(null),
});
export type VoiceConfigSettings = Readonly<z.output<typeof VoiceConfigSettingsSchema>>;

/** What is given of the settings; what is not keeps its value, or the default. */
export type VoiceConfigChange = Readonly<Partial<VoiceConfigSettings>> & { readonly name?: string };

export interface VoiceConfigRecord {
  readonly id: number;
  readonly organizationId: number;
  /** Unique within the organization. */
  readonly name: string;
  readonly settings: VoiceConfigSettings;
  /** From 1; another one after each change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Whether the version that is there is the expected one. */
export type Expected = (version: number) => boolean;

export interface VoiceConfigRepository {
  /** Throws InvalidParameter naming the setting that points to what is not there, NotFound for the organization, Conflict when the name is taken. */
  create(organizationId: number, name: string, settings: Partial<VoiceConfigSettings>): Promise<VoiceConfigRecord>;
  /** Sets what is given. Throws besides NotFound, and PreconditionFailed for another version than expected. */
  update(organizationId: number, id: number, change: VoiceConfigChange, isExpected?: Expected): Promise<VoiceConfigRecord>;
  /** Throws NotFound, PreconditionFailed, and InUse naming what points to it. */
  remove(organizationId: number, id: number, isExpected?: Expected): Promise<void>;
  list(organizationId?: number): Promise<readonly VoiceConfigRecord[]>;
}

/** What is stored, with the defaults of what is not; a setting that no longer parses falls back to its default. */
export function voiceConfigSettings(stored: unknown): VoiceConfigSettings {
  const whole = VoiceConfigSettingsSchema.safeParse(stored);
  if (whole.success) return whole.data;
  if (typeof stored !== "object" || stored === null) return VoiceConfigSettingsSchema.parse({});
  const fine = Object.entries(stored).filter(([key, value]: [string, unknown]) => VoiceConfigSettingsSchema.safeParse({ [key]: value }).success);
  return VoiceConfigSettingsSchema.parse(Object.fromEntries(fine));
}

/** Every target of the settings, with the name of the setting that has it. */
export function targetsOf({ target, unanswered, closed, menu }: Partial<VoiceConfigSettings>): readonly (readonly [setting: string, target: ConfigTarget])[] {
  return [
    ...(target === undefined ? [] : [["target", target] as const]),
    ...(unanswered === undefined ? [] : [["unanswered", unanswered] as const]),
    ...(closed === undefined ? [] : [["closed", closed.target] as const]),
    ...Object.values(menu?.keys ?? {}).map((each) => ["menu", each] as const),
  ];
}

/** Whether a target is this agent, department or configuration. */
export const pointsTo = (target: ConfigTarget | CallTarget, type: "client" | "department" | "config", to: string): boolean => target.type === type && target.to === to;
