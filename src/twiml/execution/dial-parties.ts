/** Dial of numbers, clients and SIP addresses: they ring together or one after another, and the first to answer is connected. */
import type { LiveLeg } from "../../calls/index.js";
import { answeredElsewhere } from "../../calls/index.js";
import { CallplaneError, conflict, ShuttingDown } from "../../errors.js";
import { PARTY_PROGRAM } from "../party-program.js";
import type { Run } from "../run.js";
import type { EndStatus } from "../statuses.js";
import type { Dial, PartyNoun } from "../verbs/dial.js";
import { unconnected, type DialOutcome } from "./dial.js";
import { CallerIdMissing, callerIdFor } from "./caller-id.js";
import { noteParameters } from "./noted.js";
import { PartyCall } from "./party-call.js";
import { partyTarget } from "./party-target.js";
import type { Recorder } from "./recorder.js";
import { ringTone } from "./ring-tones.js";
import { sipAnswer } from "./sip-answer.js";
import { talk } from "./talk.js";
import { prepareParty } from "./whisper.js";

/** Twilio's errors (https://www.twilio.com/docs/api/errors). */
const NESTED_DIAL = 13201;
const NO_NUMBER = 13224;

export async function dialParties(run: Run, verb: Dial, parties: readonly PartyNoun[], recorder: Recorder): Promise<DialOutcome> {
  const about = { element: "Dial", line: verb.line };
  if (run.kind !== "call") {
    run.error(NESTED_DIAL, "<Dial> cannot stand in a document that runs before the bridge, or while somebody waits.", about);
    return unconnected("failed");
  }
  if (parties.length === 0) {
    run.error(NO_NUMBER, "<Dial> names nobody.", about);
    return unconnected("failed");
  }
  if (!verb.answerOnBridge) await run.answer();
  const silence = await ringback(run, verb);
  if (run.leg.answered) await recorder.begin("ringing");
  let outcome = unconnected("failed");
  for (const round of verb.sequential ? parties.map((party) => [party]) : [parties]) {
    const result = await callTogether(run, verb, round);
    if ("leg" in result) return connect(run, verb, result, recorder);
    outcome = result;
    if (run.signal.aborted || run.leg.hungUp) break;
  }
  await silence();
  return { ...outcome, ...(run.leg.hungUp ? { status: "canceled" } : {}) };
}

interface Answered {
  readonly party: PartyCall;
  readonly leg: LiveLeg;
}

/** The one that answered first, or what became of all. The others are called off. */
async function callTogether(run: Run, verb: Dial, nouns: readonly PartyNoun[]): Promise<Answered | DialOutcome> {
  const began = performance.now();
  noteParameters(run, nouns);
  const parties = callAll(run, verb, nouns);
  const answered = await firstAnswered(parties);
  if (parties.length > 0) run.tookTime(began);
  for (const party of parties) {
    if (party === answered?.party) continue;
    party.cancel(answeredElsewhere());
    // It may have answered at the same moment.
    void party.answered.then((leg) => (leg === null ? undefined : run.parts.children.release(leg)));
  }
  if (answered !== null && !run.leg.hungUp && !run.signal.aborted) return answered;
  if (answered !== null) await run.parts.children.release(answered.leg);
  const last = parties.at(-1);
  return unconnected(together(parties.map(({ why }) => why)), last?.facts.callSid ?? null, last === undefined ? [] : await sipAnswer(run, verb, last, null));
}

/** When one of them cannot be called for a reason that ends the document, nobody rings on for it. */
function callAll(run: Run, verb: Dial, nouns: readonly PartyNoun[]): readonly PartyCall[] {
  const parties: PartyCall[] = [];
  try {
    for (const noun of nouns) parties.push(...call(run, verb, noun));
    return parties;
  } catch (error) {
    for (const party of parties) {
      party.cancel(conflict("The program failed."));
      void party.answered.then((leg) => (leg === null ? undefined : run.parts.children.release(leg)));
    }
    throw error;
  }
}

/** Nobody is called for a noun that cannot be: none. */
function call(run: Run, verb: Dial, noun: PartyNoun): readonly PartyCall[] {
  try {
    const target = partyTarget(run, noun);
    const { shown, from } = callerIdFor(run, verb, noun);
    return [new PartyCall(run, verb, noun, target, from, shown)];
  } catch (error) {
    if (!(error instanceof CallplaneError) && !(error instanceof CallerIdMissing)) throw error;
    run.error(error instanceof CallerIdMissing ? error.twilioCode : NO_NUMBER, error.message, { element: noun.noun, line: noun.line });
    return [];
  }
}

/** Null: none does. */
function firstAnswered(parties: readonly PartyCall[]): Promise<Answered | null> {
  return new Promise((resolve) => {
    let left = parties.length;
    if (left === 0) resolve(null);
    for (const party of parties) {
      void party.answered.then((leg) => {
        left -= 1;
        if (leg !== null) resolve({ party, leg });
        else if (left === 0) resolve(null);
      });
    }
  });
}

/** Of several that did not answer, the one that says most to the caller. */
const ORDER: readonly EndStatus[] = ["no-answer", "busy", "canceled", "failed"];
const together = (ends: readonly EndStatus[]): EndStatus => ORDER.find((end) => ends.includes(end)) ?? "failed";

const isStopping = ({ signal }: Run): boolean => signal.reason instanceof ShuttingDown;

/** Not any more when the program's server has given the party a document of its own. */
const isOurs = ({ program }: LiveLeg): boolean => program === null || program === PARTY_PROGRAM;

/** The party is prepared, and talks to the caller. */
async function connect(run: Run, verb: Dial, { party, leg }: Answered, recorder: Recorder): Promise<DialOutcome> {
  const began = performance.now();
  const sip = sipAnswer(run, verb, party, leg);
  const durationS = (): number => Math.round((performance.now() - began) / 1000);
  const done = async (bridged: boolean, referredTo: string | null = null): Promise<DialOutcome> => ({ referredTo, status: "completed", callSid: party.facts.callSid, durationS: durationS(), bridged, others: await sip });
  try {
    if (!(await prepareParty(run, party, leg)) || !isOurs(leg)) return await done(false);
    await run.answer();
    await recorder.begin("ringing");
    if (!isOurs(leg)) return await done(false);
    await talk(run, verb, leg, recorder, { asksForReferrals: verb.referUrl !== null });
    return await done(true, verb.referUrl === null || run.leg.hungUp ? null : await referral(run));
  } catch (error) {
    run.signal.throwIfAborted();
    // One of the two has hung up before they could talk.
    if (!leg.hungUp && !run.leg.hungUp) throw error;
    return await done(false);
  } finally {
    // Whoever talks to somebody else by now, after a transfer, or runs a document of its own, is left alone. When Callplane stops, the two go on in FreeSWITCH.
    if (isOurs(leg) && (leg.partner === null || leg.partner === run.leg) && !isStopping(run)) await run.parts.children.release(leg);
  }
}

/** Where the party has referred the caller to; null: nowhere. */
async function referral(run: Run): Promise<string | null> {
  const { children } = run.parts;
  try {
    const target = await children.referralOf(run.leg);
    if (target !== null) await children.acceptReferral(run.leg, run.signal);
    return target;
  } catch (error) {
    run.signal.throwIfAborted();
    // The caller has hung up meanwhile.
    if (!run.leg.hungUp) throw error;
    return null;
  }
}

/** An answered caller hears ringing; one whose call is not answered hears that of the own network. Returns what ends it. */
async function ringback(run: Run, verb: Dial): Promise<() => Promise<void>> {
  if (!run.leg.answered) return () => Promise.resolve();
  await run.parts.legs.playOn(run.leg, ringTone(verb.ringTone));
  return async () => {
    if (!run.leg.hungUp && !run.signal.aborted) await run.parts.legs.silence(run.leg);
  };
}
