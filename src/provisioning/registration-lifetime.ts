/** The variables of a directory user that bound a registration, and stamp it with the credential it was made with. */
import { element, type XmlElement } from "../freeswitch/index.js";
import type { ServedCredential } from "./digest.js";
import { registrationStamp, type LoginPart } from "./registration-stamp.js";

/** Seconds. A registration that Callplane could not end expires by then. */
export const DEFAULT_REGISTRATION_MAX_S = 3600;

export interface RegistrationTerms {
  /** Seconds that a registration lasts at most. */
  readonly maxS: number;
  readonly now: Date;
}

/** `sip-force-expires-max` bounds what the phone asks for, whatever that is (sofia_reg.c, sofia_reg_handle_register_token: read from the user's variables). */
export function registrationVariables({ a1, expiresAt }: ServedCredential, login: LoginPart | undefined, { maxS, now }: RegistrationTerms): readonly XmlElement[] {
  const restS = expiresAt === null ? maxS : Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
  const variables = { "sip-force-expires-max": Math.max(1, Math.min(maxS, restS)), registration_metadata: registrationStamp(a1, login) };
  return Object.entries(variables).map(([name, value]) => element("variable", { name, value }));
}
