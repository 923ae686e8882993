import { CallplaneError } from "../../errors.js";
import { NEXT, type Next } from "../next.js";
import type { RecordingNoun } from "../nouns/recording.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Start } from "../verbs/start.js";
import type { Stop } from "../verbs/stop.js";
import { startStream, stopStream } from "./stream.js";

/** Begins what goes on beside the document, each on its own. */
export async function start(run: Run, verb: Start): Promise<Next> {
  await run.answer();
  for (const item of verb.items) {
    if (item.noun === "Stream") startStream(run, item);
    else if (item.noun === "Recording") await startRecording(run, item);
    else skip(run, "Start", item.noun, item.line);
  }
  return NEXT;
}

export async function stop(run: Run, verb: Stop): Promise<Next> {
  for (const { noun, name } of verb.items) {
    if (noun === "Stream") stopStream(run, verb, name);
    else if (noun === "Recording") await stopRecording(run, verb.line);
    else skip(run, "Stop", noun, verb.line);
  }
  return NEXT;
}

/** One a leg at a time; what cannot be recorded is in the call's log, and the document goes on. */
async function startRecording(run: Run, { line, channels, track, trim, recordingCallback }: RecordingNoun): Promise<void> {
  const wish = { dual: channels === "dual", track, trim, source: "StartCallRecordingTwiML", callback: run.callbackOf(recordingCallback, { element: "Recording", line }) } as const;
  try {
    await run.parts.legRecordings.begin(run.leg, { account: run.call.account, callSid: run.callSid }, wish, run.signal);
  } catch (error) {
    run.signal.throwIfAborted();
    if (!(error instanceof CallplaneError)) throw error;
    if (!run.leg.hungUp) run.error(codeOfError(error, PROGRAM_CODES.internal), `The call could not be recorded: ${error.message}`, { element: "Recording", line });
  }
}

async function stopRecording(run: Run, line: number): Promise<void> {
  const recording = run.parts.legRecordings.of(run.leg.uuid);
  if (recording === undefined) run.warn(PROGRAM_CODES.schemaWarning, "There is no recording to stop.", { element: "Stop", line });
  else await recording.stop();
}

function skip(run: Run, verb: string, noun: string, line: number): void {
  run.warn(PROGRAM_CODES.schemaWarning, `<${noun}> is not available in <${verb}> here, so it is skipped.`, { element: noun, line });
}
