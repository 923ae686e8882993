import { newSid } from "../../sids.js";
import { NEXT, type Next } from "../next.js";
import { rfc2822 } from "../call-parameters.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Form, RecordingSource } from "../ports.js";
import type { Run } from "../run.js";
import type { Record } from "../verbs/record.js";
import type { RecordingNoun } from "../nouns/recording.js";

const BEEP = "tone_stream://%(400,0,1000)";

/** The caller's voice, until silence, a key, the time or the end of the call; then the action is told (https://www.twilio.com/docs/voice/twiml/record). */
export async function record(run: Run, verb: Record): Promise<Next> {
  await run.answer();
  if (verb.playBeep) await run.play(BEEP);
  const stop = new AbortController();
  let key: string | null = null;
  const off = run.onDigit((digit) => {
    if (!verb.finishOnKeys.includes(digit)) return;
    key ??= digit;
    stop.abort();
  });
  const startedAt = new Date();
  try {
    run.silentDocuments = 0;
    const made = await run.parts.legs.record(run.leg, { maxS: verb.maxLengthS, silenceS: verb.timeoutS }, stop.signal, run.signal);
    const recording = await keep(run, { path: made.path, durationMs: made.durationMs, channels: 1, startedAt, source: "RecordVerb", callback: verb.recordingCallback });
    run.signal.throwIfAborted();
    const digits = run.leg.hungUp ? "hangup" : (key ?? "");
    const parameters = [["RecordingUrl", recording.url], ["RecordingDuration", String(recording.durationS)], ["RecordingSid", recording.sid], ["Digits", digits]] as const;
    if (verb.transcribe) run.warn(PROGRAM_CODES.schemaWarning, "Recordings are not transcribed here.", { element: "Record", line: verb.line });
    if (!run.leg.hungUp) return run.action(verb.action, verb.method, parameters);
    await run.lastRequest(verb.action, verb.method, parameters);
    return NEXT;
  } finally {
    off();
  }
}

export interface MadeRecording {
  readonly sid?: string;
  readonly path: string;
  readonly durationMs: number;
  readonly channels: 1 | 2;
  readonly startedAt: Date;
  readonly source: RecordingSource;
  readonly callback: RecordingNoun["recordingCallback"];
  /** Told besides by the callback. */
  readonly others?: Form;
}

/** Puts a recording into the book and tells whoever asked for it. Gives what an action is told. */
export async function keep(run: Run, { sid = newSid("RE"), path, durationMs, channels, startedAt, source, callback, others = [] }: MadeRecording): Promise<{ readonly sid: string; readonly url: string; readonly durationS: number }> {
  const { account } = run.call;
  const durationS = Math.round(durationMs / 1000);
  const url = `${run.parts.publicUrl}/2010-04-01/Accounts/${account.accountSid}/Recordings/${sid}`;
  const callId = run.leg.hungUp ? run.leg.uuid : run.liveCall.id;
  await run.parts.recordings.add({ sid, organizationId: account.organizationId, callSid: run.callSid, callId, path, startedAt, durationS, channels, source });
  if (callback?.events.includes("completed") === true) {
    const form = [
      ["AccountSid", account.accountSid], ["CallSid", run.callSid], ["RecordingSid", sid], ["RecordingUrl", url], ["RecordingStatus", "completed"], ["RecordingDuration", String(durationS)],
      ["RecordingChannels", String(channels)], ["RecordingStartTime", rfc2822(startedAt)], ["RecordingSource", source], ["RecordingTrack", "both"],
      ...others,
    ] as const;
    await run.callback(callback.url, callback.method, form).catch((error: unknown) => run.error(codeOfError(error, PROGRAM_CODES.internal), "The callback about a recording could not be kept."));
  }
  return { sid, url, durationS };
}
