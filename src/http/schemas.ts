/** The shapes that several routes share. Each string has a limit and takes no control characters. */
import { z } from "zod";
import { CallplaneError, ERROR_CODES } from "../errors.js";
import { extension, isChannelUuid, numberText, queueName } from "../freeswitch/index.js";
import { userAddress } from "./targets.js";

const NO_CONTROL = /^\P{Cc}*$/u;

/** A non-empty string of at most `max` characters. */
export const text = (max: number) => z.string().min(1, "is empty.").max(max, `is longer than ${max} characters.`).regex(NO_CONTROL, "holds control characters.");

/** A string that a validator of FreeSWITCH's words accepts; its refusal becomes the schema's. */
export const word = (validate: (value: string, parameter: string) => string, max = 256) =>
  text(max).superRefine((value, context) => {
    const message = refusalOf(validate, value);
    if (message !== null) context.addIssue({ code: "custom", message });
  });

function refusalOf(validate: (value: string, parameter: string) => string, value: string): string | null {
  try {
    validate(value, "");
    return null;
  } catch (error) {
    if (error instanceof CallplaneError) return error.message.replace(/^: /, "");
    throw error;
  }
}

export const Uuid = z
  .string()
  .refine((value): boolean => isChannelUuid(value), "is not a uuid.")
  .describe("The id of a call, or the uuid of any leg of it.");

export const AgentId = word(extension).describe("An agent id.");
/** `agent` or `agent@domain`; root has to give the domain. */
export const AgentAddress = word(userAddress).describe("An agent id or extension; for root with its domain, `1001@example.org`.");

export const CallParams = z.object({ id: Uuid });
export const Empty = z.strictObject({}).describe("Nothing; an empty body will do.");
/** 200 with no body. */
export const NoContent = z.undefined().describe("Done, confirmed by FreeSWITCH.");

const Refusal = z
  .object({
    error: z.enum(ERROR_CODES),
    message: z.string().describe("A sentence for people."),
    status: z.literal("forbidden").optional().describe("Of `NotYourCall` alone: seed 002's word."),
    description: z.string().optional().describe("Of `NotYourCall` alone: whose call it is, as `Call|<id> belongs to <agent>`."),
    usedBy: z.array(z.object({ type: z.enum(["line", "config", "department", "agent", "callback", "organization"]), id: z.string() })).optional().describe("Of `InUse` alone: what points to the object, 100 at most."),
  })
  .meta({ id: "Error", description: "The code of the catalogue, and a text." });
/** What a route of the native face, or of seed 001's, may answer besides its success. */
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;

export const total = z.number().int().describe("Of the whole filtered set.");
export const next = z.string().nullable().describe("The cursor of the next page.");

/** A moment that a request names. */
export const Moment = z.iso.datetime({ offset: true, error: "is not a time of ISO 8601, such as 2026-11-20T10:00:00Z." }).max(40).transform((at) => new Date(at));

/** A number in a query, as somebody writes it. A `+` that was not encoded comes as a blank. */
export const NumberQuery = text(64)
  .transform((number) => number.replace(/^ (?=[0-9])/, "+"))
  .describe("The number at either end, in international form or as it is written in the organization's country.");

export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).optional().describe("How many, 100 by default."),
  cursor: text(512).optional().describe("`next` of the page before."),
};

/** A whole number in a query. Coerced alone, an empty string would be 0. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `is not a whole number from ${min}.`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not a whole number from ${min} to ${max}.`)
    .meta({ type: "integer", minimum: min, maximum: max, pattern: undefined });

/** The pages of seed 001, and beside them those of the native face. */
export const IndexedPageQuery = {
  pageIndex: wholeNumber(0, 999_999).prefault("0").describe("From 0."),
  pageSize: wholeNumber(1, 1000).prefault("50"),
  limit: wholeNumber(1, 1000).optional().describe("The same as `pageSize`, and counts before it."),
  cursor: z.string().regex(/^i\d{1,6}\.\d{1,4}$/, "is not one that a page gave.").meta({ examples: ["i1.50"] }).optional().describe("`next` of the page before, in place of `pageIndex` and of how many."),
};
export const indexedPage = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), pageIndex: z.int(), pageSize: z.int(), total, next: next.optional() });

interface IndexedPage {
  readonly pageIndex: number;
  readonly pageSize: number;
}

/** Which page is asked for. */
export function pageAsked({ pageIndex, pageSize, limit, cursor }: IndexedPage & { readonly limit?: number | undefined; readonly cursor?: string | undefined }): IndexedPage {
  const [, index, size] = /^i(\d+)\.(\d+)$/.exec(cursor ?? "") ?? [];
  return index === undefined || size === undefined ? { pageIndex, pageSize: limit ?? pageSize } : { pageIndex: Number(index), pageSize: Math.min(1000, Math.max(1, Number(size))) };
}

/** The page with where it stands, and the cursor of the next one. */
export const indexed = <T>(items: readonly T[], total: number, { pageIndex, pageSize }: IndexedPage) => ({ items: [...items], pageIndex, pageSize, total, next: (pageIndex + 1) * pageSize < total ? `i${pageIndex + 1}.${pageSize}` : null });

/** Of what changes and removes an object. */
export const WITH_TAG = "Takes `If-Match`: 412 when it has been changed meanwhile.";
/** 304, with nothing. */
export const Unchanged = z.undefined().describe("The client has it already (`If-None-Match`).");

const TARGET_WORDS = { client: extension, phonenumber: numberText, department: queueName } as const;

const fitsItsType = ({ type, to }: { readonly type: keyof typeof TARGET_WORDS; readonly to: string }, context: z.RefinementCtx): void => {
  const message = refusalOf(TARGET_WORDS[type], to);
  if (message !== null) context.addIssue({ code: "custom", path: ["to"], message });
};

const PHONE_TARGET = "`client`: an agent or extension; `phonenumber`: in international form, or as it is dialled in the organization's country";

/** Where a call is sent; the words of seed 000. */
export const Target = z.strictObject({ type: z.enum(["client", "phonenumber", "department"]).describe(`${PHONE_TARGET}; \`department\`: its queue.`), to: text(256) }).superRefine(fitsItsType).meta({ id: "Target", description: "Where a call is sent." });

/** A target that can answer: only a transfer sends a call to a department. */
export const PhoneTarget = z.strictObject({ type: z.enum(["client", "phonenumber"]).describe(`${PHONE_TARGET}.`), to: text(256) }).superRefine(fitsItsType).meta({ id: "PhoneTarget", description: "Who is called." });

export const CreatedId = z.object({ id: z.string() }).meta({ id: "Created", description: "The id of what was made." });

/** What is sent as it is, of a media type of its own. */
export const content = (type: string, description: string, schema: z.ZodType = z.string()) => ({ description, content: { [type]: { schema } } });
/** Bytes. */
export const Binary = z.string().meta({ format: "binary" });
