/** Dial of a conference: the caller waits until it starts, and takes part until one of the two ends (https://www.twilio.com/docs/voice/twiml/conference). */
import { underAny } from "../../abort.js";
import { ShuttingDown } from "../../errors.js";
import type { Conference } from "../conferences/conference.js";
import type { StayRules } from "../conferences/kept.js";
import { TakenOut, type Participant } from "../conferences/participant.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { DocumentUrl, Form } from "../ports.js";
import { ProgramError } from "../program-error.js";
import type { Run } from "../run.js";
import type { Dial } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { waitOnce, type WaitSound } from "./waiting.js";

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
  if (noun.participantLabel !== null && conference.hasLabel(noun.participantLabel)) {
    run.error(LABEL_TAKEN, "The conference has a participant of this label.", about);
    return "skip";
  }
  if (conference.isFull || conference.node !== run.leg.node) {
    run.error(CONFERENCE_FAILED, conference.isFull ? "The conference has its fill of participants." : `The conference is on another FreeSWITCH (${conference.node}).`, about);
    return unconnected("failed");
  }
  await stay(run, conference, conference.join(run, noun, rulesOf(run, verb, noun)));
  return { status: "answered", callSid: null, durationS: null, bridged: true, others: [] };
}

/** A participant of an earlier process goes on in its conference; afterwards the action is asked, where there is one. Null: there is none. Throws as a verb does. */
export async function resumeConference(run: Run, conference: Conference): Promise<{ readonly source: DocumentUrl; readonly parameters: Form } | null> {
  const participant = conference.rejoin(run);
  await stay(run, conference, participant);
  const { action } = participant.rules;
  const parameters = [["DialCallStatus", "answered"]] as const;
  if (run.leg.hungUp && action !== null) await run.lastRequest(action.url, action.method, parameters);
  run.assertUp();
  return action === null ? null : { source: action, parameters };
}

function rulesOf(run: Run, verb: Dial, noun: ConferenceNoun): StayRules {
  return {
    waitUrl: absolute(run, noun.waitUrl) ?? noun.waitUrl,
    waitMethod: noun.waitMethod,
    action: actionOf(run, verb),
    timeLimitS: verb.timeLimitS,
    hangupOnStar: verb.hangupOnStar,
  };
}

function actionOf(run: Run, { action, method }: Dial): DocumentUrl | null {
  const url = action === null ? null : absolute(run, action);
  return url === null ? null : { url, method };
}

/** Null: it is none, which whoever asks for it is told then. */
function absolute(run: Run, url: string | null): string | null {
  if (url === null || url === "") return null;
  try {
    return run.url(url);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return null;
  }
}

/** Until the participant has left, for whatever reason. */
async function stay(run: Run, conference: Conference, participant: Participant): Promise<void> {
  try {
    await underAny([run.signal, participant.out.signal], (signal) => takePart(run, conference, participant, signal));
  } catch (error) {
    if (run.signal.aborted) participant.takeOut("participant_updated_via_api");
    run.signal.throwIfAborted();
    if (!(error instanceof TakenOut) && !run.leg.hungUp) throw error;
    if (!run.leg.hungUp) await run.parts.children.takeOut(run.leg, run.signal);
  } finally {
    // When Callplane stops, the participants go on in FreeSWITCH.
    if (!(run.signal.reason instanceof ShuttingDown)) await conference.left(participant);
  }
}

async function takePart(run: Run, conference: Conference, participant: Participant, signal: AbortSignal): Promise<void> {
  const { rules } = participant;
  if (conference.state === "init") await untilStart(run, conference, rules, signal);
  run.silentDocuments = 0;
  // A key of the first moment counts too.
  const off = rules.hangupOnStar ? run.onDigit((digit) => (digit === "*" ? participant.takeOut("participant_hung_up") : undefined)) : (): void => undefined;
  try {
    await untilOver(run, participant, await enter(run, conference, participant, signal), signal);
  } finally {
    off();
  }
}

async function untilOver(run: Run, participant: Participant, over: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const { rules } = participant;
  const leftS = rules.timeLimitS - (Date.now() - (participant.enteredAt?.getTime() ?? Date.now())) / run.parts.secondMs;
  const timer = setTimeout(() => participant.takeOut("participant_hung_up"), Math.max(0, leftS) * run.parts.secondMs);
  try {
    await over(signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the participant is in the room, with what waits until it has left. */
async function enter(run: Run, conference: Conference, participant: Participant, signal: AbortSignal): Promise<(signal: AbortSignal) => Promise<void>> {
  const { children } = run.parts;
  if (run.leg.inConference) {
    // It was taken in by an earlier process, which may have been killed before it could know.
    const { over } = children.conferring(run.leg);
    await conference.found(participant);
    return over;
  }
  // It has left the room while nobody was there to see it.
  if (participant.isInRoom) return () => Promise.resolve();
  const { muted } = participant;
  const { over } = await children.confer(run.leg, { room: conference.room, flags: muted ? ["mute"] : [] }, signal);
  await conference.entered(participant, muted);
  return over;
}

/** The caller hears the waitUrl once, then silence; without one, music. */
async function untilStart(run: Run, conference: Conference, sound: WaitSound, signal: AbortSignal): Promise<void> {
  const started = new AbortController();
  void conference.starts.then(() => started.abort(new Started()));
  try {
    await underAny([signal, run.ended, started.signal], (until) => waitOnce(run, sound, until));
  } catch (error) {
    signal.throwIfAborted();
    run.assertUp();
    if (!(error instanceof Started)) throw error;
  }
}

class Started extends Error {}
