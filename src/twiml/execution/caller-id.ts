/** Which number a dialled party is shown (https://www.twilio.com/docs/voice/twiml/dial#callerid). */
import type { Run } from "../run.js";
import type { Dial, PartyNoun } from "../verbs/dial.js";

/** Twilio's error 13214: the caller id may not be shown, or is missing. */
export class CallerIdMissing extends Error {
  readonly twilioCode = 13214;

  constructor(message: string) {
    super(message);
    this.name = "CallerIdMissing";
  }
}

export interface ShownCaller {
  /** Null: the default. */
  readonly shown: string | null;
  /** As programs are told it. */
  readonly from: string;
}

/**
 * The verb's, which must be one of the organization's numbers or a party of this call; else the caller's own. Throws CallerIdMissing, as for a client who calls a number
 * without one: a client has no number.
 */
export function callerIdFor(run: Run, { callerId }: Dial, noun: PartyNoun): ShownCaller {
  const { from, to } = run.call.facts.parties;
  if (callerId === null) {
    if (noun.noun === "Number" && from.startsWith("client:")) throw new CallerIdMissing("A client who calls a number needs a callerId.");
    return { shown: null, from };
  }
  const isOfCall = [from, to, run.liveCall.from, run.liveCall.to].includes(callerId);
  if (noun.noun === "Number" && !isOfCall && !run.parts.organizations.isOwnNumber(run.call.account.organizationId, callerId)) throw new CallerIdMissing("The callerId is neither a number of the organization nor a party of the call.");
  return { shown: callerId, from: callerId };
}
