import { CallplaneError } from "../errors.js";
import type { DialPolicy, Organization } from "../calls/ports.js";
import { endpoints } from "../freeswitch/endpoints.js";
import type { Endpoint } from "../freeswitch/endpoints.js";
import type { PhoneNumber } from "../freeswitch/words.js";

/** An international number without its +: E.164 gives 15 digits at most, and fewer than 8 are somebody's short code. */
const INTERNATIONAL = /^[0-9]{8,15}$/;

function permits(prefix: string, number: string): boolean {
  if (number.startsWith(prefix)) return true;
  return prefix.startsWith("+") && INTERNATIONAL.test(number) && number.startsWith(prefix.slice(1));
}

/**
 * A number may be dialled when it begins, as it is written, with an allowed prefix, or when it is the same international number written without its `+`.
 * No prefix: own extensions alone.
 */
export class PrefixDialPolicy implements DialPolicy {
  endpointFor(organization: Organization, number: PhoneNumber): { readonly endpoint: Endpoint; readonly callerId: string | null } {
    if (!organization.allowedPrefixes.some((prefix) => permits(prefix, number))) {
      throw new CallplaneError("NUMBER_NOT_ALLOWED", `The organization ${organization.name} may not dial ${number}.`);
    }
    return { endpoint: endpoints.dialString(organization.dialString, number), callerId: organization.callerId };
  }
}
