/** What a leg says of whose phone it is; "" where it does not. */
export interface SaidOfLeg {
  /** `inbound`: a phone or a trunk called FreeSWITCH. */
  readonly direction: string;
  readonly presenceId: string;
  /** Variable `user_name`: the directory user that FreeSWITCH authenticated. */
  readonly user: string;
  /** Variable `domain_name`: that user's domain. */
  readonly domain: string;
  /** Variable `sip_from_uri`: what the phone itself wrote, `user@host` or `user@host:port`. */
  readonly from: string;
}

/**
 * The presence id (`extension@domain`) of a leg when it comes from what FreeSWITCH authenticated or from what we wrote, else "" (DESIGN decision 11).
 * A leg that FreeSWITCH calls has it from the dial string. One that calls FreeSWITCH has it from the directory, or, where a profile manages presence and the
 * directory is silent, from the From header (FREESWITCH.md, "Phones, identities and redirects"): then it counts only when it names the authenticated user.
 */
export function provenPresence({ direction, presenceId, user, domain, from }: SaidOfLeg): string {
  if (direction !== "inbound" || presenceId === "") return presenceId;
  if (user === "") return "";
  const said = presenceId.toLowerCase();
  const isFrom = from.toLowerCase().replace(/:\d+$/, "") === said;
  return !isFrom || `${user}@${domain}`.toLowerCase() === said ? presenceId : "";
}
