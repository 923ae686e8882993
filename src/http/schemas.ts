/** The shapes that several routes share. Each string has a limit and takes no control characters. */
import { z } from "zod";
import { PASSWORD_CHARACTERS } from "../auth/index.js";
import { CallplaneError, ERROR_CODES } from "../errors.js";
import { extension, isChannelUuid, numberText, queueName } from "../freeswitch/index.js";
import { numberedCursorOf, numberedKeyOf, type NumberedPage, type Place } from "../pages.js";
import { userAddress } from "./targets.js";

const NO_CONTROL = /^\P{Cc}*$/u;

/** A non-empty string of at most `max` characters. */
export const text = (max: number) => z.string().min(1, "is empty.").max(max, `is longer than ${max} characters.`).regex(NO_CONTROL, "holds control characters.");

/** A password, as somebody sets or sends it. */
export const passwordText = z.string().min(1, "is empty.").max(1024, "is longer than 1024 characters.").regex(PASSWORD_CHARACTERS, "holds control characters.");

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

/** One of what points to an object. */
export const UsedBy = z.object({ type: z.enum(["line", "config", "department", "agent", "callback", "organization"]), id: z.string() });

const Refusal = z
  .object({
    error: z.enum(ERROR_CODES),
    message: z.string().describe("A sentence for people."),
    status: z.literal("forbidden").optional().describe("Of `NotYourCall` alone: the word of AdaHeads' call API."),
    description: z.string().optional().describe("Of `NotYourCall` alone: whose call it is, as `Call|<id> belongs to <agent>`."),
    usedBy: z.array(UsedBy).optional().describe("Of `InUse` alone: what points to the object, 100 at most."),
  })
  .meta({ id: "Error", description: "The code of the catalogue, and a text." });
/** What a route of the native face, or of `seeds/001_a9d9437cdc2741c7.txt`'s, may answer besides its success. */
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;

export const total = z.number().int().describe("Of the whole filtered set.");
export const next = z.string().nullable().describe("The cursor of the next page.");

/** A moment that a request names. */
export const Moment = z.iso.datetime({ offset: true, error: "is not a time of ISO 8601, such as 2026-11-20T10:00:00Z." }).max(40).transform((at) => new Date(at));

/** A number in a query, as somebody writes it. A `+` that was not encoded comes as a blank. */
export const NumberQuery = text(64)
  .transform((number) => number.replace(/^ (?=[0-9])/, "+"))
  .describe("The number at either end, in international form or as it is written in the organization's country.");

/** The longest name, in the longest letters, makes a cursor that is shorter. */
const Cursor = text(1024);
const CURSOR = "`next` of the page before. It is a place in the order of the list: what comes and goes before it neither repeats an item nor leaves one out. Give it with the same `sort`, or it is refused (400); with other filters the list goes on from that place.";

export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(1000).optional().describe("How many, 100 by default."),
  cursor: Cursor.optional().describe(CURSOR),
};

/** A whole number in a query. Coerced alone, an empty string would be 0. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `is not a whole number from ${min}.`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not a whole number from ${min} to ${max}.`)
    .meta({ type: "integer", minimum: min, maximum: max, pattern: undefined });

/** The pages of `seeds/001_a9d9437cdc2741c7.txt`, and beside them those of the native face. */
export const IndexedPageQuery = {
  pageIndex: wholeNumber(0, 999_999).prefault("0").describe("From 0. Counted from the beginning of the list as it is now: an item that came on top meanwhile shifts the pages, which `cursor` bears."),
  pageSize: wholeNumber(1, 1000).prefault("50").describe("How many; `cursor` keeps it."),
  limit: wholeNumber(1, 1000).optional().describe("The same as `pageSize`, and counts before it, also beside `cursor`."),
  cursor: Cursor.optional().describe(`${CURSOR} \`pageIndex\` is not looked at then.`),
};
export const indexedPage = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), pageIndex: z.int().describe("With a cursor: how many pages were before."), pageSize: z.int(), total, next: next.optional() });

/** Which page is asked for. Throws InvalidParameter (`cursor`). */
export function pageAsked({ pageIndex, pageSize, limit, cursor }: { readonly pageIndex: number; readonly pageSize: number; readonly limit?: number | undefined; readonly cursor?: string | undefined }, sort = ""): NumberedPage {
  if (cursor === undefined) return { pageIndex, pageSize: limit ?? pageSize, after: null, sort };
  const page = numberedKeyOf(cursor, sort);
  return { ...page, pageSize: Math.min(1000, limit ?? page.pageSize) };
}

/** The page with where it stands, and the cursor of the next one, which begins after `last`; null: there is none. */
export const indexed = <T>(items: readonly T[], total: number, page: NumberedPage, last: Place | null) => ({ items: [...items], pageIndex: page.pageIndex, pageSize: page.pageSize, total, next: last === null ? null : numberedCursorOf(last, page) });

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

/** Where a call is sent; the words of `seeds/000_e2594b29d1bf22c7.txt`. */
export const Target = z.strictObject({ type: z.enum(["client", "phonenumber", "department"]).describe(`${PHONE_TARGET}; \`department\`: its queue.`), to: text(256) }).superRefine(fitsItsType).meta({ id: "Target", description: "Where a call is sent." });

/** A target that can answer: only a transfer sends a call to a department. */
export const PhoneTarget = z.strictObject({ type: z.enum(["client", "phonenumber"]).describe(`${PHONE_TARGET}.`), to: text(256) }).superRefine(fitsItsType).meta({ id: "PhoneTarget", description: "Who is called." });

export const CreatedId = z.object({ id: z.string() }).meta({ id: "Created", description: "The id of what was made." });

/** What is sent as it is, of a media type of its own. */
export const content = (type: string, description: string, schema: z.ZodType = z.string()) => ({ description, content: { [type]: { schema } } });
/** Bytes. */
export const Binary = z.string().meta({ format: "binary" });
