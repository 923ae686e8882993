/**
 * FreeSWITCH's words as branded types. A value of one of these can only be made by its validator,
 * so whatever reaches the command builder has been checked (CONTRACT: nothing reaches FreeSWITCH unchecked).
 */
import { createHash } from "node:crypto";
import { invalid } from "../errors.js";

declare const brand: unique symbol;
/** A value that a validator of this room has checked; nothing else can make one. */
export type Branded<T, B extends string> = T & { readonly [brand]: B };

/** A channel's uuid: any name that FreeSWITCH takes for one. Other software sets its own, a profile may take the SIP Call-ID, and upper case is another name. */
export type ChannelUuid = Branded<string, "ChannelUuid">;
/** A user part in a directory: an extension or agent id. */
export type Extension = Branded<string, "Extension">;
/** A phone number as somebody writes it: `(212) 555-0100`, `tel:+1…`, `0044…`. The dialling room reads it; it never reaches FreeSWITCH. */
export type NumberText = Branded<string, "NumberText">;
/** A number for the trunk: E.164 with its `+`, or a short number. Nothing but digits follows, so what was judged is what is dialled. */
export type PhoneNumber = Branded<string, "PhoneNumber">;
/** A host name or IP address that is a SIP domain. */
export type DomainName = Branded<string, "DomainName">;
/** A channel variable's name. */
export type VariableName = Branded<string, "VariableName">;
/** A channel variable's value without control characters. */
export type VariableValue = Branded<string, "VariableValue">;
/** Keypad digits, A to D and `w`/`W` pauses (0.5 s and 1 s) included. */
export type DtmfDigits = Branded<string, "DtmfDigits">;
/** The name of a department's queue. */
export type QueueName = Branded<string, "QueueName">;
/** The name of a SIP profile or gateway of mod_sofia. */
export type SofiaName = Branded<string, "SofiaName">;
/** The SIP Call-ID of a REGISTER. */
export type RegistrationId = Branded<string, "RegistrationId">;

/** Makes the validator of a branded string. */
export function validator<B extends string>(pattern: RegExp, what: string) {
  const isValid = (value: string): value is Branded<string, B> => pattern.test(value);
  return (value: string, parameter: string): Branded<string, B> => {
    if (!isValid(value)) throw invalid(parameter, `is not ${what}.`);
    return value;
  };
}

// What a SIP Call-ID may hold (RFC 3261, `word`), besides quotes, backslashes and braces, which would make something else of a command; and what other
// software likes. FreeSWITCH cuts it at 256 characters (SWITCH_UUID_FORMATTED_LENGTH).
const CHANNEL_UUID = /^[A-Za-z0-9!#%()*+\-./:<=>?@[\]_~]{1,256}$/;
const RANDOM_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isChannelUuid = (value: string): value is ChannelUuid => RANDOM_UUID.test(value) || CHANNEL_UUID.test(value);

/** For names of files and conferences: the id itself where it is a UUID, else a UUID made of it, the same each time. */
export const plainUuid = (id: string): string => (RANDOM_UUID.test(id) ? id : createHash("sha256").update(id).digest("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"));

// Each throws InvalidParameter naming `parameter`.
export const channelUuid = (value: string, parameter = "id"): ChannelUuid => {
  if (!isChannelUuid(value)) throw invalid(parameter, "is not a channel uuid.");
  return value;
};
export const extension = validator<"Extension">(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, "an extension");
// Also the blanks, hyphens and invisible marks that come with text copied from a page.
const NUMBER_TEXT = /^(?=.*[0-9*#])(?!.*[./]{2})(?:tel:)?(?![./-])[0-9+*#() ./\-\u00A0\u00AD\u2000-\u200F\u2010-\u2015\u202A-\u202F\u2043\u205F-\u2064\u2066-\u2069\u2212\u3000\uFE58\uFE63\uFEFF\uFF0D]{1,64}$/iu;
const PHONE_NUMBER = /^(?:\+[1-9][0-9]{4,14}|[0-9]{2,6})$/;
export const isNumberText = (value: string): value is NumberText => NUMBER_TEXT.test(value);
export const isPhoneNumber = (value: string): value is PhoneNumber => PHONE_NUMBER.test(value);
export const phoneNumber = validator<"PhoneNumber">(PHONE_NUMBER, "a phone number in international form, or a short one");
export const numberText = validator<"NumberText">(NUMBER_TEXT, "a phone number");
export const domainName = validator<"DomainName">(/^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/, "a host name or IP address");
export const variableName = validator<"VariableName">(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/, "a variable name");
export const dtmfDigits = validator<"DtmfDigits">(/^[0-9*#A-Da-dWw]{1,64}$/, "a string of keypad digits");
export const queueName = validator<"QueueName">(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, "a department name");
export const sofiaName = validator<"SofiaName">(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, "a profile's or gateway's name");
// RFC 3261 allows more; these characters are one word to FreeSWITCH, without quotes.
export const registrationId = validator<"RegistrationId">(/^[A-Za-z0-9][A-Za-z0-9._!~*+:@%/=-]{0,254}$/, "a Call-ID of letters, digits and . _ ! ~ * + : @ % / = -");
export const callerId = validator<"CallerId">(/^[\p{L}\p{N}+ _.-]{1,64}$/u, "a caller id");

// `$` begins an expansion and `^^` changes a delimiter, so neither may ride in a value.
const UNSAFE_VALUE = /[\p{Cc}$'\\]|\^\^/u;
const MAX_VALUE = 8192;
// What Callplane has encoded for itself (base64url) may be longer: nothing in it means anything to FreeSWITCH.
const ENCODED_VALUE = /^[A-Za-z0-9_-]{0,196608}$/;
const isVariableValue = (value: string): value is VariableValue => (value.length <= MAX_VALUE ? !UNSAFE_VALUE.test(value) : ENCODED_VALUE.test(value));

/** A value for a channel variable: no control characters, no `$`, quotes, backslashes or `^^`. */
export const variableValue = (value: string, parameter = "value"): VariableValue => {
  if (!isVariableValue(value)) throw invalid(parameter, "holds characters that may not reach FreeSWITCH.");
  return value;
};
