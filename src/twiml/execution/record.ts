import { newSid } from "../../sids.js";
import { NEXT, type Next } from "../next.js";
import { PROGRAM_CODES } from "../program-error.js";
import { keepRecording, noteRecording, ongoing, recordingForm, tellRecording, type RecordingOf } from "../recording-book.js";
import type { Run } from "../run.js";
import type { Record } from "../verbs/record.js";

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
    const sid = newSid("RE");
    const callback = run.callbackOf(verb.recordingCallback, { element: "Record", line: verb.line });
    const about = { sid, channels: 1, track: "inbound", startedAt, source: "RecordVerb", callback } as const;
    const goesOn = ongoing(ofRun(run), about, run.leg, verb.trim);
    let noted = Promise.resolve();
    const began = (path: string): void => void (noted = noteRecording(run.parts, ofRun(run), about, path, goesOn));
    const recorded = run.parts.legs.record(run.leg, { maxS: verb.maxLengthS, silenceS: verb.timeoutS, began }, stop.signal, run.signal);
    void tellRecording(run.parts, ofRun(run), about, "in-progress");
    const made = await recorded;
    await noted;
    const recording = await keepRecording(run.parts, ofRun(run), { ...about, path: made.path, durationMs: made.durationMs, trim: verb.trim, ongoing: goesOn });
    run.signal.throwIfAborted();
    const digits = run.leg.hungUp ? "hangup" : (key ?? "");
    const parameters = [...recordingForm(recording), ["Digits", digits]] as const;
    if (verb.transcribe) run.warn(PROGRAM_CODES.schemaWarning, "Recordings are not transcribed here.", { element: "Record", line: verb.line });
    if (!run.leg.hungUp) return run.action(verb.action, verb.method, parameters);
    await run.lastRequest(verb.action, verb.method, parameters);
    return NEXT;
  } finally {
    off();
  }
}

/** Whose recordings a document makes. */
export const ofRun = (run: Run): RecordingOf => ({ account: run.call.account, callSid: run.callSid, callId: run.leg.hungUp ? run.leg.uuid : run.liveCall.id });
