/** What the action of Dial is told of a SIP party's answer (https://www.twilio.com/docs/voice/twiml/sip#dial-action-http-parameters). */
import type { LiveLeg } from "../../calls/index.js";
import type { Form } from "../ports.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import type { PartyCall } from "./party-call.js";

/**
 * Nothing of a party that is no SIP address, and where nobody is told.
 * @param leg has answered; null: nobody has. To be asked while it is up: FreeSWITCH forgets the headers with it. Never rejects.
 */
export async function sipAnswer(run: Run, { action }: Dial, party: PartyCall, leg: LiveLeg | null): Promise<Form> {
  const { noun, sip } = party;
  if (noun.noun !== "Sip" || action === null) return [];
  const headers = leg === null ? [] : await headersOf(run, leg, noun.line);
  return [
    ...(sip.callId === null ? [] : ([["DialSipCallId", sip.callId]] as const)),
    ...(sip.response === "" ? [] : ([["DialSipResponseCode", sip.response]] as const)),
    ...headers,
  ];
}

async function headersOf(run: Run, leg: LiveLeg, line: number): Promise<Form> {
  try {
    return (await run.parts.children.answerHeaders(leg)).map(({ name, value }) => [`DialSipHeader_${name}`, value] as const);
  } catch (error) {
    if (!leg.hungUp) run.warn(codeOfError(error, PROGRAM_CODES.internal), "The headers of the party's answer could not be had, so the action is not told them.", { element: "Sip", line });
    return [];
  }
}
