/** Channel variables that the operator asks for by name, besides those that Callplane itself reads (`event-headers.ts`). */

/** By name; a variable that is not set is missing. */
export type ChannelVariables = ReadonlyMap<string, string>;

export const NO_VARIABLES: ChannelVariables = new Map();
export const MAX_VARIABLES = 16;
/** A longer value is cut. */
const MAX_LENGTH = 256;
/** Half of a surrogate pair that was cut in two. */
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const CONTROL = /\p{Cc}/u;

/** What is given to nobody, and why. FreeSWITCH compares names without case. */
const WITHHELD: readonly (readonly [RegExp, string])[] = [
  [/^callplane_/i, "is Callplane's own state"],
  // Organization and agent are proven by them. A reader of the bare values would believe what a caller writes (`sip_from_*`).
  [/^(?:user_name|domain_name|dialed_user|dialed_domain|presence_id|presence_data|sip_from_.*)$/i, "says whose a channel is, which only Callplane may judge"],
  // The digest of a phone's password, and the stamp of the credential with which it registered.
  [/^(?:sip_auth.*|sip_acl_.*|acl_token|registration_metadata)$/i, "comes from a phone's credentials"],
  // An SDP holds the keys of SRTP and the passwords of ICE.
  [/crypto|sdp/i, "holds keys of the media"],
  [/pass(?:word|wd)|pwd|secret|token|authorization|cookie|(?:^|_)pin(?:_|$)|digits_dialed/i, "may hold a secret"],
];

/** Why a variable of this name cannot be asked for; null when it can. */
export function refusedVariable(name: string): string | null {
  if (!NAME.test(name)) return "is not a variable's name (a letter or _, then up to 63 letters, digits and _)";
  return WITHHELD.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The values of these names. `read` gives a value as FreeSWITCH has it; one with control characters counts as not set, as an empty one does. */
export function askedVariables(names: readonly string[], read: (name: string, index: number) => string | undefined): ChannelVariables {
  const values = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const value = read(name, index) ?? "";
    if (value !== "" && !CONTROL.test(value)) values.set(name, value.length > MAX_LENGTH ? value.slice(0, MAX_LENGTH).replace(HALF_CHARACTER, "") : value);
  }
  return values;
}
