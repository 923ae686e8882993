/** Bodies of Twilio's API are forms; a parameter may come several times. */
import { parse } from "node:querystring";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { invalid } from "../../errors.js";

/** Of what an operation takes. JSON is read as well. */
export const FORM = ["application/x-www-form-urlencoded"];
const MAX_FIELDS = 200;

export function addFormParsing(app: FastifyInstance): void {
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    const fields = parse(String(body), "&", "=", { maxKeys: MAX_FIELDS + 1 });
    if (Object.keys(fields).length > MAX_FIELDS) done(invalid("body", `has more than ${MAX_FIELDS} parameters.`));
    else done(null, { ...fields });
  });
}

/** The last one counts where a parameter comes several times and should not. */
const last = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);

export const field = <T extends z.ZodType>(schema: T) => z.preprocess(last, schema);

export const Text = (max: number) => z.string().max(max, `is longer than ${max} characters.`);
export const Method = z.string().transform((value) => value.toUpperCase()).pipe(z.enum(["GET", "POST"]));
export const Flag = z.string().transform((value) => value.toLowerCase() === "true");
/** Several parameters of one name, or one with blanks between its words. */
export const Words = z.preprocess((value) => (value === undefined ? undefined : [value].flat()), z.array(z.string().max(200)).max(20)).transform((values) => values.flatMap((value) => value.split(/\s+/)).filter((word) => word !== ""));

export const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
