/** What a waiting caller hears: greeting, announcements, music; and the recording of a message. */
import { underAny } from "../abort.js";
import { SYSTEM_DOER, type CallLegs, type LiveCall, type LiveLeg } from "../calls/index.js";
import { conflict } from "../errors.js";
import type { Logger } from "../logger.js";

/** For a caller who begins to wait; sounds as freeswitch/media.ts takes them. */
export interface Greeting {
  /** Played to its end first. */
  readonly greeting: string | null;
  /** The digit to bind. */
  readonly key: string | null;
  /** Null: FreeSWITCH's hold music, as the dialplan plays it. */
  readonly music: string | null;
}

const BEEP = "tone_stream://%(500,0,800)";

/** Throws Conflict for a call that waits in no department. */
function waiting(calls: CallLegs, callId: string): { readonly call: LiveCall; readonly caller: LiveLeg; readonly department: string } {
  const call = calls.find(callId);
  const caller = call?.customer;
  if (call === undefined || call.queue === null || caller === undefined || caller.hungUp) throw conflict(`The call ${callId} waits in no department.`);
  return { call, caller, department: call.queue };
}

/** While it runs nobody can take the call. Throws Conflict when somebody is about to talk to the caller. */
const undisturbed = <T>(calls: CallLegs, { id }: LiveCall, name: string, given: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  calls.activities.hold(id, { name, by: SYSTEM_DOER, terms: "refuses" }, (held) => underAny([given, held.signal], work));

/** Binds the key, plays the greeting, during which nobody can take the call, then music. With nothing to play or bind, the dialplan's music goes on. */
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

/** Plays sounds to the caller, then music again; stops when somebody takes the call. */
export async function tell(calls: CallLegs, callId: string, sounds: readonly string[], music: string | null, given: AbortSignal): Promise<void> {
  const { call, caller } = waiting(calls, callId);
  const maySpeak = (): boolean => call.state === "queued" && !call.ownSounds && !caller.hungUp && [null, "yields"].includes(calls.activities.termsOf(callId));
  if (!maySpeak()) return;
  await calls.activities.beside(callId, { name: "announcement", by: SYSTEM_DOER }, (closing) =>
    underAny([given, closing], async (signal) => {
      await calls.interrupt(caller);
      for (const sound of sounds) if (maySpeak()) await calls.play(caller, sound, signal);
    }),
  );
  if (maySpeak()) calls.music(caller, music);
}

/**
 * Plays a greeting and a tone, and records the caller until the caller hangs up or `maxS` seconds are over; then the call ends. Resolves with the recording's path.
 * When recording fails, the caller returns to the queue, and the error is thrown.
 */
export async function takeMessage(calls: CallLegs, callId: string, greeting: string | null, maxS: number, given: AbortSignal): Promise<string> {
  const { call, caller, department } = waiting(calls, callId);
  return undisturbed(calls, call, "message", given, async (signal) => {
    calls.stage(call, "message");
    let path: string | null = null;
    try {
      await calls.silence(caller, signal);
      for (const sound of [...(greeting === null ? [] : [greeting]), BEEP]) await calls.play(caller, sound, signal);
      path = await calls.record(caller, department, signal);
      await calls.hungUpWithin(caller, maxS * 1000, signal);
      if (!caller.hungUp) await calls.end(caller);
      return path;
    } catch (error) {
      // The abort of the signal may come before the hangup.
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
