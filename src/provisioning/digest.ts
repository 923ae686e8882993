/** Finds the password of an agent that fits a phone's answer to FreeSWITCH's challenge. */
import { createHash, randomBytes } from "node:crypto";
import type { SipHashes } from "../people/index.js";
import type { SwitchRequest } from "./request.js";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** A random hash that belongs to no password: FreeSWITCH takes a user without any hash as authenticated (sofia_reg.c, sofia_reg_parse_auth). */
export const createNobodysHash = (): string => randomBytes(16).toString("hex");

/** The response of RFC 2617 as FreeSWITCH computes it (sofia_reg.c): with `qop` only when the phone sent nc, cnonce and qop. */
export function digestResponse(a1: string, request: SwitchRequest): string {
  const [nonce, nc, cnonce, qop] = ["nonce", "nc", "cnonce", "qop"].map((name) => request.get(`sip_auth_${name}`));
  const a2 = md5(`${request.get("sip_auth_method") ?? ""}:${request.get("sip_auth_uri") ?? ""}`);
  return md5(nc !== undefined && cnonce !== undefined && qop !== undefined ? `${a1}:${nonce ?? ""}:${nc}:${cnonce}:${qop}:${a2}` : `${a1}:${nonce ?? ""}:${a2}`);
}

/** The hash that FreeSWITCH is given to compare with. */
export interface ServedCredential {
  readonly a1: string;
  /** Of a one-time password; null for the agent's own. */
  readonly expiresAt: Date | null;
}

/** What to serve for this authentication: the credential that fits the phone's response, else the agent's own, else `nobodys`. FreeSWITCH compares again. */
export function credentialFor(hashes: SipHashes | undefined, request: SwitchRequest, nobodys: string, now: Date): ServedCredential {
  const own = { a1: hashes?.own ?? nobodys, expiresAt: null };
  const response = request.get("sip_auth_response")?.toLowerCase();
  const oneTime = hashes?.oneTime.filter(({ expiresAt }) => expiresAt > now) ?? [];
  if (response === undefined || oneTime.length === 0) return own;
  return oneTime.find(({ a1 }) => digestResponse(a1, request) === response) ?? own;
}
