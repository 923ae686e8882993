/** What a caller in a department's queue hears and says: greeting, announcements, music, a message. */
import { underAny } from "../abort.js";
import { SYSTEM_DOER, type CallLegs, type LiveCall, type LiveLeg } from "../calls/index.js";
import { conflict } from "../errors.js";
import type { Logger } from "../logger.js";

/** What a caller hears who begins to wait: sounds as freeswitch/media.ts takes them. */
export interface Greeting {
  /** Played to its end first; while it plays nobody can take the call. */
  readonly greeting: string | null;
  /** The keypad digit whose press is told. */
  readonly key: string | null;
  /** Null: FreeSWITCH's hold music, as the dialplan plays it. */
  readonly music: string | null;
}

const BEEP = "tone_stream://%(500,0,800)";

/** Throws Conflict for a call that waits in no department. */
function waiting(calls: CallLegs, callId: string): { readonly call: LiveCall; readonly caller: LiveLeg } {
  const call = calls.find(callId);
  const caller = call?.customer;
  if (call === undefined || call.queue === null || caller === undefined || caller.hungUp) throw conflict(`The call ${callId} waits in no department.`);
  return { call, caller };
}

/** While it runs nobody can take the call. Throws Conflict when somebody is about to talk to the caller. */
const undisturbed = <T>(calls: CallLegs, { id }: LiveCall, name: string, given: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  calls.activities.hold(id, { name, by: SYSTEM_DOER, terms: "refuses" }, (held) => underAny([given, held.signal], work));

/**
 * Takes a caller in: binds the key, plays the greeting, then music. While the greeting plays nobody can take the call. Without anything to play
 * or to bind the caller is left as the dialplan parked the call.
 */
export async function takeIn(calls: CallLegs, callId: string, { greeting, key, music }: Greeting, logger: Logger, given: AbortSignal): Promise<void> {
  const { call, caller } = waiting(calls, callId);
  if (greeting === null && key === null && music === null) {
    calls.stage(call, "waiting");
    return;
  }
  await undisturbed(calls, call, "greeting", given, async (signal) => {
    await calls.silence(caller, signal);
    if (key !== null) await calls.bindKey(caller, key).catch((error: unknown) => logger.warn({ err: error, call: callId }, "a caller's key could not be bound; the caller cannot ask to be called back"));
    if (greeting !== null) await calls.play(caller, greeting, signal);
    if (call.queue === null || caller.hungUp) return;
    calls.stage(call, "waiting");
    calls.music(caller, music);
  });
}

/** Tells the caller something, then music again; given up when somebody takes the caller meanwhile. */
export async function tell(calls: CallLegs, callId: string, sounds: readonly string[], music: string | null, given: AbortSignal): Promise<void> {
  const { call, caller } = waiting(calls, callId);
  const mayBeTold = (): boolean => call.state === "queued" && !caller.hungUp && [null, "yields"].includes(calls.activities.termsOf(callId));
  if (!mayBeTold()) return;
  await calls.activities.beside(callId, { name: "announcement", by: SYSTEM_DOER }, (closing) =>
    underAny([given, closing], async (signal) => {
      await calls.interrupt(caller);
      for (const sound of sounds) if (mayBeTold()) await calls.play(caller, sound, signal);
    }),
  );
  if (mayBeTold()) calls.music(caller, music);
}

/**
 * A greeting, a tone, and what the caller says is recorded until the caller hangs up or `maxS` seconds are over; then the call ends. Gives the recording's path.
 * When nothing can be recorded the caller is back in the queue, and the error is thrown.
 */
export async function takeMessage(calls: CallLegs, callId: string, greeting: string | null, maxS: number, given: AbortSignal): Promise<string> {
  const { call, caller } = waiting(calls, callId);
  return undisturbed(calls, call, "message", given, async (signal) => {
    calls.stage(call, "message");
    let path: string | null = null;
    try {
      await calls.silence(caller, signal);
      for (const sound of [...(greeting === null ? [] : [greeting]), BEEP]) await calls.play(caller, sound, signal);
      path = await calls.record(caller, signal);
      await calls.hungUpWithin(caller, maxS * 1000, signal);
      if (!caller.hungUp) await calls.end(caller);
      return path;
    } catch (error) {
      // That the caller hung up may be told first as the end of the wait.
      if (path !== null && caller.hungUp) return path;
      if (!caller.hungUp && call.queue !== null && !signal.aborted) {
        calls.stage(call, "waiting");
        calls.music(caller, null);
      }
      throw error;
    }
  });
}

/** Plays the sound, if any, and ends a waiting caller's call. */
export async function endWaiting(calls: CallLegs, callId: string, sound: string | null, given: AbortSignal): Promise<void> {
  const { call, caller } = waiting(calls, callId);
  await undisturbed(calls, call, "farewell", given, async (signal) => {
    if (sound !== null) {
      await calls.interrupt(caller);
      await calls.play(caller, sound, signal);
    }
    await calls.end(caller);
  });
}
