/** What a dialled party meets before the bridge: keys, then a document of its own (https://www.twilio.com/docs/voice/twiml/number#attributes-url). The caller hears ringing meanwhile. */
import { underAny, unlessAborted } from "../../abort.js";
import type { LiveLeg } from "../../calls/index.js";
import { interpret } from "../interpreter.js";
import { LegEnded, ProgramError } from "../program-error.js";
import type { Run, RunCall } from "../run.js";
import type { PartyCall } from "./party-call.js";
import { sendKeys } from "./play.js";

/** The party's leg has been given a document of its own: from now on it is another program's. */
class Taken extends LegEnded {}

/** Resolves to whether the party is to be connected: not when its document hangs up or cannot be had, when the party has hung up, or when an update has given it another document. */
export async function prepareParty(run: Run, party: PartyCall, leg: LiveLeg): Promise<boolean> {
  const { noun, facts } = party;
  const over = new AbortController();
  const taken = new AbortController();
  const off = run.parts.legs.onLeg(leg.uuid, ({ type }) => {
    if (type === "completed") over.abort(new LegEnded());
    if (type === "taken") taken.abort(new Taken());
  });
  const callerGone = new AbortController();
  const offCaller = run.parts.legs.onLeg(run.leg.uuid, ({ type }) => {
    if (type === "completed") callerGone.abort(new LegEnded());
  });
  const prepare = async (signal: AbortSignal): Promise<boolean> => {
    const call: RunCall = { ...run.call, facts, parameters: [] };
    const beside = run.beside(leg, "party", call, { signal, ended: over.signal });
    if (noun.noun === "Number" && noun.sendDigits !== null) await sendKeys(beside, noun.sendDigits);
    await party.detect(leg);
    signal.throwIfAborted();
    if (noun.document === null || leg.hungUp) return !leg.hungUp;
    await run.parts.followed.kept(facts.callSid);
    const { url, method } = noun.document;
    const outcome = await interpret(beside, { source: { url: run.url(url), method }, fallback: null });
    return outcome === "end" && !leg.hungUp;
  };
  try {
    if (leg.hungUp || run.leg.hungUp) return false;
    const isPrepared = await unlessAborted(callerGone.signal, unlessAborted(taken.signal, underAny([run.signal, taken.signal], prepare)));
    run.signal.throwIfAborted();
    return isPrepared === true;
  } catch (error) {
    run.signal.throwIfAborted();
    if (leg.hungUp || error instanceof LegEnded || error instanceof ProgramError) return false;
    throw error;
  } finally {
    off();
    offCaller();
  }
}
