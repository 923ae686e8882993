import type { components } from "../../../api/openapi.js";
import type { Admin } from "../../../messages/admin.en.js";

export type VoiceAgent = components["schemas"]["VoiceAgent"];
export type SipCredentials = components["schemas"]["SipCredentials"];

/** `*` is no department: the agent sees who waits in all of them. */
export function departmentsText(departments: readonly string[], words: Pick<Admin, "seesAll" | "none">): string {
  const named = departments.map((name) => (name === "*" ? words.seesAll : name));
  return named.length === 0 ? words.none : named.join(", ");
}

export const credentialPairs = (sip: SipCredentials, words: Admin["secret"]): readonly { readonly label: string; readonly value: string }[] => [
  { label: words.user, value: sip.user },
  { label: words.domain, value: sip.domain },
  { label: words.password, value: sip.password },
];
