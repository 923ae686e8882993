/**
 * What others have noted about a call: a customer's number, a ticket, a language. They stand on each leg in a channel variable of their own: they may be larger than what
 * comes back whole in a row of FreeSWITCH's table of channels.
 */
import { invalid } from "../errors.js";

export type Attributes = Readonly<Record<string, string>>;
/** Null takes an attribute away. */
export type AttributesPatch = Readonly<Record<string, string | null>>;

export const NO_ATTRIBUTES: Attributes = {};
/** All of them at their limits are 136 KB of JSON at most, which fits into one variable in base64url. */
export const ATTRIBUTE_LIMITS = { count: 64, keyLength: 64, valueBytes: 1024 } as const;
/** The channel variable that holds them, and what the names of those begin with that a dialplan sets. */
export const ATTRIBUTES_VARIABLE = "callplane_attributes";
export const ATTRIBUTE_PREFIX = "callplane_attr_";

const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const CONTROL = /\p{Cc}/u;

/** Why it cannot be an attribute; null: it can. */
function refused(key: string, value: string): string | null {
  if (!KEY.test(key)) return "is no name of an attribute: a letter or digit, then up to 63 letters, digits, _ . and -.";
  if (CONTROL.test(value)) return "holds control characters.";
  return Buffer.byteLength(value) > ATTRIBUTE_LIMITS.valueBytes ? `is longer than ${ATTRIBUTE_LIMITS.valueBytes} bytes.` : null;
}

const fits = (attributes: Attributes): boolean => Object.keys(attributes).length <= ATTRIBUTE_LIMITS.count;

function patched(attributes: Attributes, patch: AttributesPatch): Attributes {
  const all = new Map<string, string | null>([...Object.entries(attributes), ...Object.entries(patch)]);
  return Object.fromEntries([...all].flatMap(([key, value]): [string, string][] => (value === null ? [] : [[key, value]])));
}

/** Throws InvalidParameter, which names what is at fault. */
export function changed(attributes: Attributes, patch: AttributesPatch): Attributes {
  for (const [key, value] of Object.entries(patch)) {
    const why = refused(key, value ?? "");
    // What names nothing must not be thrown back as a parameter's name.
    if (why !== null) throw invalid(KEY.test(key) ? key : "attributes", why);
  }
  const after = patched(attributes, patch);
  if (!fits(after)) throw invalid("attributes", `are more than ${ATTRIBUTE_LIMITS.count}.`);
  return after;
}

/** As many of the others as there is room for; what is known already stays unless `wins`. */
export function joined(attributes: Attributes, others: Attributes, wins = false): Attributes {
  let all = attributes;
  for (const [key, value] of Object.entries(others)) {
    if ((Object.hasOwn(all, key) && !wins) || refused(key, value) !== null) continue;
    const more = patched(all, { [key]: value });
    if (fits(more)) all = more;
  }
  return all;
}

/** "" for none. */
export const encodeAttributes = (attributes: Attributes): string => (Object.keys(attributes).length === 0 ? "" : Buffer.from(JSON.stringify(attributes)).toString("base64url"));

/** None when it is not ours. */
export function decodeAttributes(text: string): Attributes {
  if (text === "" || !/^[A-Za-z0-9_-]+$/.test(text)) return NO_ATTRIBUTES;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    return NO_ATTRIBUTES;
  }
  if (typeof json !== "object" || json === null) return NO_ATTRIBUTES;
  return joined(NO_ATTRIBUTES, Object.fromEntries(Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === "string")));
}

/** Of a leg with these variables: what Callplane wrote, and besides what a dialplan set as `callplane_attr_<name>` where the leg called FreeSWITCH. */
export function attributesOfVariables(written: string, set: Attributes): Attributes {
  return joined(decodeAttributes(written), set);
}

/** For a leg that FreeSWITCH is to make. */
export const attributeVariables = (attributes: Attributes): Readonly<Record<string, string>> => (Object.keys(attributes).length === 0 ? {} : { [ATTRIBUTES_VARIABLE]: encodeAttributes(attributes) });
