/** Dial of a conference: the caller waits until it starts, and takes part until one of the two ends (https://www.twilio.com/docs/voice/twiml/conference). */
import { underAny } from "../../abort.js";
import { ShuttingDown } from "../../errors.js";
import type { Conference } from "../conferences/conference.js";
import { TakenOut, type Participant } from "../conferences/participant.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { waitOnce } from "./waiting.js";

/** Twilio's errors (https://www.twilio.com/docs/api/errors). */
const NESTED_DIAL = 13201;
const LABEL_TAKEN = 16025;
const CONFERENCE_FAILED = 13246;

export async function dialConference(run: Run, verb: Dial, noun: ConferenceNoun): Promise<DialOutcome | "skip"> {
  const about = { element: "Conference", line: noun.line };
  if (run.kind !== "call") {
    run.error(NESTED_DIAL, "<Dial> cannot stand in a document that runs before the bridge, or while somebody waits.", about);
    return unconnected("failed");
  }
  await run.answer();
  const conference = run.parts.conferences.open(run, noun);
  if (noun.participantLabel !== null && conference.participant(noun.participantLabel) !== undefined) {
    run.error(LABEL_TAKEN, "The conference has a participant of this label.", about);
    return "skip";
  }
  if (conference.isFull || conference.node !== run.leg.node) {
    run.error(CONFERENCE_FAILED, conference.isFull ? "The conference has its fill of participants." : `The conference is on another FreeSWITCH (${conference.node}).`, about);
    return unconnected("failed");
  }
  const participant = conference.join(run, noun);
  try {
    await underAny([run.signal, participant.out.signal], (signal) => takePart(run, conference, participant, verb, noun, signal));
  } catch (error) {
    if (run.signal.aborted) participant.takeOut("participant_updated_via_api");
    run.signal.throwIfAborted();
    if (!(error instanceof TakenOut) && !run.leg.hungUp) throw error;
    if (!run.leg.hungUp) await run.parts.children.takeOut(run.leg, run.signal);
  } finally {
    // When Callplane stops, the participants go on in FreeSWITCH.
    if (!(run.signal.reason instanceof ShuttingDown)) await conference.left(participant);
  }
  return { status: "answered", callSid: null, durationS: null, bridged: true, recording: null, others: [] };
}

async function takePart(run: Run, conference: Conference, participant: Participant, verb: Dial, noun: ConferenceNoun, signal: AbortSignal): Promise<void> {
  if (conference.state === "init") await untilStart(run, conference, noun, signal);
  run.silentDocuments = 0;
  const { muted } = participant;
  const { over } = await run.parts.children.confer(run.leg, { room: conference.room, flags: muted ? ["mute"] : [] }, signal);
  await conference.entered(participant, muted);
  const timer = setTimeout(() => participant.takeOut("participant_hung_up"), verb.timeLimitS * run.parts.secondMs);
  const off = verb.hangupOnStar ? run.onDigit((digit) => (digit === "*" ? participant.takeOut("participant_hung_up") : undefined)) : (): void => undefined;
  try {
    await over(signal);
  } finally {
    clearTimeout(timer);
    off();
  }
}

/** The caller hears the waitUrl once, then silence; without one, music. */
async function untilStart(run: Run, conference: Conference, noun: ConferenceNoun, signal: AbortSignal): Promise<void> {
  const started = new AbortController();
  void conference.starts.then(() => started.abort(new Started()));
  try {
    await underAny([signal, run.ended, started.signal], (until) => waitOnce(run, noun, until));
  } catch (error) {
    signal.throwIfAborted();
    run.assertUp();
    if (!(error instanceof Started)) throw error;
  }
}

class Started extends Error {}
