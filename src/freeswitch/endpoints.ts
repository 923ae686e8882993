/** Where FreeSWITCH can call, as a branded type: what stands behind the braces of `originate`. */
import { invalid } from "../errors.js";
import type { Branded, ChannelUuid, DomainName, Extension, PhoneNumber } from "./words.js";

/** One dial string for one destination, without variables, alternatives or a second destination. */
export type Endpoint = Branded<string, "Endpoint">;
/** A leg of mod_loopback whose far end hears another leg. */
export type CopyingEndpoint = Branded<string, "CopyingEndpoint">;
/** An organization's dial string, with `{number}` once. */
export type DialString = Branded<string, "DialString">;

const PLACEHOLDER = "{number}";
// No blanks, quotes, `,` (also calls), `|` (then calls), braces of any kind (variables), `$` (expansion), `^` (delimiter), `&` (application).
const PLAIN = /^[A-Za-z][A-Za-z0-9_]{0,31}\/[A-Za-z0-9_.:;=@+*#~%?/-]{1,500}$/;
// FreeSWITCH's delimiter of an enterprise originate (switch_types.h, SWITCH_ENT_ORIGINATE_DELIM).
const ENTERPRISE = ":_:";

const isEndpoint = (value: string): value is Endpoint => PLAIN.test(value) && !value.includes(ENTERPRISE);
// mod_loopback splits at slashes, and the inline dialplan at the delimiter that is named.
const isCopying = (value: string): value is CopyingEndpoint => /^loopback\/m:\^:answer\^eavesdrop:[A-Za-z0-9._~@:+-]+\/default\/inline$/.test(value);
const isDialString = (value: string): value is DialString =>
  value.split(PLACEHOLDER).length === 2 && isEndpoint(value.replace(PLACEHOLDER, "0"));

/** Checks an organization's dial string, such as `sofia/gateway/trunk/{number}`. Throws InvalidParameter. */
export const dialString = (template: string, parameter = "dialString"): DialString => {
  if (!isDialString(template)) {
    throw invalid(parameter, `is not a dial string such as sofia/gateway/trunk/${PLACEHOLDER}, with ${PLACEHOLDER} once and without blanks, commas, bars or brackets.`);
  }
  return template;
};

const endpoint = (value: string, parameter: string): Endpoint => {
  if (!isEndpoint(value)) throw invalid(parameter, "is not an endpoint that FreeSWITCH may call.");
  return value;
};

export const endpoints = {
  /** What is said and heard on a leg, by `eavesdrop` at the far end of a loopback. Throws InvalidParameter for a uuid with characters that would split it. */
  copyOf: (leg: ChannelUuid): CopyingEndpoint => {
    const value = `loopback/m:^:answer^eavesdrop:${leg}/default/inline`;
    if (!isCopying(value)) throw invalid("leg", "has a uuid that FreeSWITCH cannot copy the audio of.");
    return value;
  },
  /** A user of the directory, by all registered contacts (the directory's own dial string). */
  user: (user: Extension, domain: DomainName): Endpoint => endpoint(`user/${user}@${domain}`, "extension"),
  /** A number over a gateway of FreeSWITCH's. Throws InvalidParameter for a name that is none. */
  gateway: (gateway: string, number: PhoneNumber): Endpoint => {
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(gateway)) throw invalid("trunk", "is not the name of a gateway.");
    return endpoint(`sofia/gateway/${gateway}/${number}`, "to");
  },
  /** A number over the organization's dial string. Throws InvalidParameter when the template is not one. */
  dialString: (template: string, number: PhoneNumber): Endpoint =>
    // A function, because `$` in a replacement text has a meaning.
    endpoint(dialString(template).replace(PLACEHOLDER, () => number), "to"),
};
