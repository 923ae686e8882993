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

/** What is said of the phone's password. `isShown`: the one just made stands beside it, and has not been given to any phone yet: there is no older one to speak of. */
export function phoneWordsOf(hasPassword: boolean, isShown: boolean, words: Admin["agents"]): { readonly act: string; readonly hint: string | null } {
  if (!hasPassword) return { act: words.first, hint: words.firstHint };
  return { act: words.reset, hint: isShown ? null : words.resetHint };
}
