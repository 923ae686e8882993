/** Where a call goes: what phone lines and configurations have in common. */
import { z } from "zod";
import { CallplaneError } from "../errors.js";
import { extension, isNumberText, queueName } from "../freeswitch/index.js";

const NO_CONTROL = /^\P{Cc}*$/u;
const MAX_URL = 2048;

/** A text that a validator of FreeSWITCH's words accepts. */
const word = (validate: (value: string, parameter: string) => string) =>
  z.string().max(256).superRefine((value, context) => {
    try {
      validate(value, "");
    } catch (error) {
      if (!(error instanceof CallplaneError)) throw error;
      context.addIssue({ code: "custom", message: error.message.replace(/^: /, "") });
    }
  });

function isWebUrl(value: string): boolean {
  if (!NO_CONTROL.test(value) || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return (protocol === "https:" || protocol === "http:") && hostname !== "";
}

/** Of an application or a sound. Whether its address may be asked is decided when it is. */
export const WebUrl = z.string().max(MAX_URL, `is longer than ${MAX_URL} characters.`).refine(isWebUrl, "is not an http or https URL.");
export const Method = z.enum(["GET", "POST"]);

const Client = z.strictObject({ type: z.literal("client"), to: word(extension).describe("An agent id.") });
const Department = z.strictObject({ type: z.literal("department"), to: word(queueName) });
const Config = z.strictObject({ type: z.literal("config"), to: z.string().regex(/^[1-9][0-9]{0,14}$/, "is not the id of a configuration.") });
const Url = z.strictObject({ type: z.literal("url"), to: WebUrl.describe("Of an application that answers TwiML."), method: Method.default("POST") });
const PhoneNumber = z.strictObject({ type: z.literal("phonenumber"), to: z.string().max(64).refine((value): boolean => isNumberText(value), "is not a phone number.") });

/** An agent's phone, a department, a configuration, or an application that answers TwiML. */
export const CallTargetSchema = z.discriminatedUnion("type", [Client, Department, Config, Url]);
export type CallTarget = Readonly<z.output<typeof CallTargetSchema>>;
export type CallTargetType = CallTarget["type"];

/** Within a configuration a call may also be dialled on, leave a message, or end. */
export const ConfigTargetSchema = z.discriminatedUnion("type", [Client, Department, Config, Url, PhoneNumber, z.strictObject({ type: z.literal("voicemail") }), z.strictObject({ type: z.literal("hangup") })]);
export type ConfigTarget = Readonly<z.output<typeof ConfigTargetSchema>>;
