/** `<Dial>`: connects the caller with somebody, and tells the program what became of it (https://www.twilio.com/docs/voice/twiml/dial). */
import { ShuttingDown } from "../../errors.js";
import type { Form } from "../ports.js";
import { NEXT, type Next } from "../next.js";
import { recordingForm, type KeptRecording } from "../recording-book.js";
import type { Run } from "../run.js";
import type { EndStatus } from "../statuses.js";
import type { Dial } from "../verbs/dial.js";
import { dialConference } from "./dial-conference.js";
import { dialParties } from "./dial-parties.js";
import { dialQueue } from "./dial-queue.js";
import { Recorder } from "./recorder.js";

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
  /** Where the party wants the caller to go, as its REFER says; absent or null: it has sent none that anybody is asked about. */
  readonly referredTo?: string | null;
  readonly others: Form;
}

/** A Dial that reached nobody. */
export const unconnected = (status: EndStatus, callSid: string | null = null, others: Form = []): DialOutcome => ({ status, callSid, durationS: null, bridged: false, others });

export async function dial(run: Run, verb: Dial): Promise<Next> {
  const recorder = new Recorder(run, verb);
  try {
    const outcome = await connect(run, verb, recorder);
    run.signal.throwIfAborted();
    const recording = await recorder.end();
    // The party has left the caller to whom `referUrl` names; `action` is not told of it.
    if (outcome !== "skip" && outcome.referredTo != null && !run.leg.hungUp) return run.action(verb.referUrl, verb.referMethod, [["ReferTransferTarget", outcome.referredTo]]);
    if (outcome === "skip" || verb.action === null) return NEXT;
    if (outcome.callSid !== null) await run.parts.followed.kept(outcome.callSid);
    const parameters = parametersOf(outcome, recording);
    if (!run.leg.hungUp) return run.action(verb.action, verb.method, parameters);
    await run.lastRequest(verb.action, verb.method, parameters);
    return NEXT;
  } finally {
    // However the Dial ends, what is recorded so far is kept. When Callplane stops, the recording goes on in FreeSWITCH.
    if (!(run.signal.reason instanceof ShuttingDown)) await recorder.end();
  }
}

/** `skip`: the document goes on with its next verb, whatever the action. */
async function connect(run: Run, verb: Dial, recorder: Recorder): Promise<DialOutcome | "skip"> {
  switch (verb.target.kind) {
    case "parties":
      return dialParties(run, verb, verb.target.parties, recorder);
    case "queue":
      return dialQueue(run, verb, verb.target.queue, recorder);
    case "conference":
      return dialConference(run, verb, verb.target.conference);
  }
}

function parametersOf({ status, callSid, durationS, bridged, others }: DialOutcome, recording: KeptRecording | null): Form {
  return [
    ["DialCallStatus", status],
    ...(callSid === null ? [] : ([["DialCallSid", callSid]] as const)),
    ...(durationS === null ? [] : ([["DialCallDuration", String(durationS)]] as const)),
    ...(status === "answered" ? [] : ([["DialBridged", String(bridged)]] as const)),
    ...(recording === null ? [] : recordingForm(recording)),
    ...others,
  ];
}
