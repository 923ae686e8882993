/** `<Dial>`: connects the caller with somebody, and tells the program what became of it (https://www.twilio.com/docs/voice/twiml/dial). */
import type { Form } from "../ports.js";
import { NEXT, type Next } from "../next.js";
import { recordingForm, type KeptRecording } from "../recording-book.js";
import type { Run } from "../run.js";
import type { EndStatus } from "../statuses.js";
import type { Dial } from "../verbs/dial.js";
import { dialConference } from "./dial-conference.js";
import { dialParties } from "./dial-parties.js";
import { dialQueue } from "./dial-queue.js";

/** What became of a Dial. */
export interface DialOutcome {
  /** `answered`: of a conference, as Twilio words it. */
  readonly status: EndStatus | "answered";
  /** Of the party that was called last; null: none was, or it was a conference. */
  readonly callSid: string | null;
  /** Seconds of the party's call; null: none answered, or it was a conference. */
  readonly durationS: number | null;
  /** Whether the two could talk. */
  readonly bridged: boolean;
  readonly recording: KeptRecording | null;
  /** Where the party wants the caller to go, as its REFER says; absent or null: it has sent none that anybody is asked about. */
  readonly referredTo?: string | null;
  readonly others: Form;
}

/** A Dial that reached nobody. */
export const unconnected = (status: EndStatus, callSid: string | null = null, others: Form = []): DialOutcome => ({ status, callSid, durationS: null, bridged: false, recording: null, others });

export async function dial(run: Run, verb: Dial): Promise<Next> {
  const outcome = await connect(run, verb);
  run.signal.throwIfAborted();
  // The party has left the caller to whom `referUrl` names; `action` is not told of it.
  if (outcome !== "skip" && outcome.referredTo != null && !run.leg.hungUp) return run.action(verb.referUrl, verb.referMethod, [["ReferTransferTarget", outcome.referredTo]]);
  if (outcome === "skip" || verb.action === null) return NEXT;
  if (!run.leg.hungUp) return run.action(verb.action, verb.method, parametersOf(outcome));
  await run.lastRequest(verb.action, verb.method, parametersOf(outcome));
  return NEXT;
}

/** `skip`: the document goes on with its next verb, whatever the action. */
async function connect(run: Run, verb: Dial): Promise<DialOutcome | "skip"> {
  switch (verb.target.kind) {
    case "parties":
      return dialParties(run, verb, verb.target.parties);
    case "queue":
      return dialQueue(run, verb, verb.target.queue);
    case "conference":
      return dialConference(run, verb, verb.target.conference);
  }
}

function parametersOf({ status, callSid, durationS, bridged, recording, others }: DialOutcome): Form {
  return [
    ["DialCallStatus", status],
    ...(callSid === null ? [] : ([["DialCallSid", callSid]] as const)),
    ...(durationS === null ? [] : ([["DialCallDuration", String(durationS)]] as const)),
    ...(status === "answered" ? [] : ([["DialBridged", String(bridged)]] as const)),
    ...(recording === null ? [] : recordingForm(recording)),
    ...others,
  ];
}
