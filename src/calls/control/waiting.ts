/** What a caller in a department's queue hears, and where she goes when nobody has time for her. */
import { underAny } from "../../abort.js";
import { CallplaneError, conflict, notFound } from "../../errors.js";
import { commands, dtmfDigits, mediaSource, queueName, recordingPath, variableName, variableValue, type MediaSource } from "../../freeswitch/index.js";
import { SYSTEM } from "../activities.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Greeting } from "../queueing.js";
import { KEY_PRESSED } from "../channel-events.js";
import { confirmed } from "./confirm.js";
import { attempt, newUuid, nodeOf, organizationOf, type ControlContext } from "./context.js";
import { end, playMusic } from "./legs.js";

/** No sound that is played to its end lasts longer. */
const SOUND_MS = 300_000;
const MUSIC_BEGINS_MS = 1500;
const BEEP = mediaSource("tone_stream://%(500,0,800)");

function callerOf(call: Call): Channel {
  const caller = call.customer;
  if (call.queue === null || caller === undefined || caller.hungUp) throw conflict(`The call ${call.id} waits in no department.`);
  return caller;
}

const sourceOf = (music: string | null): MediaSource | undefined => (music === null ? undefined : mediaSource(music, "music"));

/** While it runs nobody can take the call. */
const undisturbed = <T>(context: ControlContext, call: Call, name: string, given: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  context.activities.hold(call.id, { name, by: SYSTEM, terms: "refuses" }, (held) => underAny([given, held.signal], work));

/**
 * Takes a caller in: binds her key, plays the greeting, then music. While the greeting plays nobody can take the call. Without anything to play
 * or to bind she is left as the dialplan parked her.
 */
export async function takeIn(context: ControlContext, call: Call, { greeting, key, music }: Greeting, given: AbortSignal): Promise<void> {
  const caller = callerOf(call);
  if (greeting === null && key === null && music === null) {
    context.registry.annotate(call, { stage: "waiting" });
    return;
  }
  await undisturbed(context, call, "greeting", given, async (signal) => {
    const node = nodeOf(context, caller);
    await musicBegun(context, caller, signal);
    await attempt(context, node, commands.breakAll(caller.uuid));
    if (key !== null) await bindKey(context, caller, key);
    if (greeting !== null) await played(context, call, caller, mediaSource(greeting, "greeting"), signal);
    if (call.queue === null || caller.hungUp) return;
    context.registry.annotate(call, { stage: "waiting" });
    playMusic(context, caller, sourceOf(music));
  });
}

/**
 * A dialplan's `sched_broadcast` begins its music up to a second after the park (switch_scheduler.c), and FreeSWITCH runs nothing on a leg while a broadcast
 * plays: what is played before it began would stay behind it for ever.
 */
async function musicBegun(context: ControlContext, caller: Channel, signal: AbortSignal): Promise<void> {
  const begun = (): true | undefined => (caller.playing || caller.hungUp ? true : undefined);
  try {
    await context.registry.proofs.until([caller.uuid], begun, { of: "PLAYBACK_START", timeoutMs: MUSIC_BEGINS_MS, signal, node: caller.node });
  } catch (error) {
    // There is none.
    if (!(error instanceof CallplaneError) || error.code !== "Timeout") throw error;
  }
}

async function bindKey(context: ControlContext, caller: Channel, key: string): Promise<void> {
  const [name = "", value = ""] = KEY_PRESSED.split("=");
  try {
    await nodeOf(context, caller).send(commands.bindDigit(caller.uuid, dtmfDigits(key, "callbackKey"), variableName(name, "variable"), variableValue(value, "value"), newUuid()));
    caller.keyBound = true;
  } catch (error) {
    context.logger.warn({ err: error, call: caller.call?.id }, "a caller's key could not be bound; she cannot ask to be called back");
  }
}

/** Tells her something, then music again; given up when somebody takes her meanwhile. */
export async function tell(context: ControlContext, call: Call, sounds: readonly string[], music: string | null, signal: AbortSignal): Promise<void> {
  const caller = callerOf(call);
  const mayBeTold = (): boolean => call.state === "queued" && [null, "yields"].includes(context.activities.termsOf(call.id));
  if (!mayBeTold()) return;
  const sources = sounds.map((sound) => mediaSource(sound, "sound"));
  await context.activities.beside(call.id, { name: "announcement", by: SYSTEM }, async (closing) =>
    underAny([signal, closing], async (any) => {
      await attempt(context, nodeOf(context, caller), commands.breakAll(caller.uuid));
      for (const source of sources) if (mayBeTold()) await played(context, call, caller, source, any);
    }),
  );
  if (mayBeTold()) playMusic(context, caller, sourceOf(music));
}

/** Plays to the end; what cannot be played (FreeSWITCH has no such file) is silence. Throws when the caller has gone or waits no more. */
async function played(context: ControlContext, call: Call, caller: Channel, source: MediaSource, signal: AbortSignal): Promise<void> {
  const node = nodeOf(context, caller);
  const eventUuid = newUuid();
  await confirmed(context, node, () => node.send(commands.execute(caller.uuid, "playback", source, eventUuid)), {
    uuids: [caller.uuid],
    proof: () => {
      if (caller.hungUp) throw conflict("The caller hung up.");
      if (call.queue === null) throw conflict("The caller waits no more.");
      return caller.completed === eventUuid ? true : undefined;
    },
    of: "CHANNEL_EXECUTE_COMPLETE of playback",
    signal,
    timeoutMs: SOUND_MS,
  });
}

/** Into another department's queue, anew. Throws NotFound. */
export function moveTo(context: ControlContext, call: Call, department: string): void {
  callerOf(call);
  const queue = queueName(department, "department");
  if (!context.directory.hasDepartment(organizationOf(context, call).id, queue)) throw notFound(`The department ${queue}`);
  context.registry.annotate(call, { queue });
}

/**
 * A greeting, a tone, and her words are recorded until she hangs up or `maxS` seconds are over; then the call ends. Gives the recording's path.
 * When nothing can be recorded she is back in the queue, and the error is thrown.
 */
export async function takeMessage(context: ControlContext, call: Call, greeting: string | null, maxS: number, given: AbortSignal): Promise<string> {
  const caller = callerOf(call);
  return undisturbed(context, call, "message", given, async (signal) => {
    const node = nodeOf(context, caller);
    context.registry.annotate(call, { stage: "message" });
    try {
      await musicBegun(context, caller, signal);
      await attempt(context, node, commands.breakAll(caller.uuid));
      if (greeting !== null) await played(context, call, caller, mediaSource(greeting, "greeting"), signal);
      await played(context, call, caller, BEEP, signal);
      const path = recordingPath(`${context.settings.recordingsDir}/${call.id}-${Date.now()}.wav`);
      await confirmed(context, node, () => node.api(commands.record(caller.uuid, "start", path)), {
        uuids: [caller.uuid],
        proof: () => {
          if (caller.hungUp) throw conflict("The caller hung up.");
          return caller.recordings.includes(path) ? true : undefined;
        },
        of: "RECORD_START",
        signal,
      });
      await hungUpWithin(context, caller, maxS * 1000, signal);
      await end(context, caller);
      return path;
    } catch (error) {
      if (!caller.hungUp && call.queue !== null && !signal.aborted) {
        context.registry.annotate(call, { stage: "waiting" });
        playMusic(context, caller);
      }
      throw error;
    }
  });
}

/** Resolves when she hangs up, or the time is over; throws the signal's reason. */
async function hungUpWithin(context: ControlContext, caller: Channel, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await context.registry.proofs.until([caller.uuid], () => (caller.hungUp ? true : undefined), { of: "CHANNEL_HANGUP", timeoutMs: ms, signal, node: caller.node });
  } catch (error) {
    if (!(error instanceof CallplaneError) || error.code !== "Timeout") throw error;
  }
}

/** Ends a waiting caller's call. Throws Conflict when somebody is about to talk to her. */
export async function endWaiting(context: ControlContext, call: Call, sound: string | null, given: AbortSignal): Promise<void> {
  const caller = callerOf(call);
  await undisturbed(context, call, "farewell", given, async (signal) => {
    if (sound !== null) {
      await attempt(context, nodeOf(context, caller), commands.breakAll(caller.uuid));
      await played(context, call, caller, mediaSource(sound, "sound"), signal);
    }
    await end(context, caller);
  });
}
