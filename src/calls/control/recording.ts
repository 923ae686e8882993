/** Begins to record a leg into a file, whatever the leg does meanwhile. */
import { commands, plainUuid, recordingPath, variableName, variableValue, type RecordingPath, type VariableName, type VariableValue } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import { confirmed, whileUp } from "./confirm.js";
import { nodeOf, type ControlContext } from "./context.js";

export interface RecordingForm {
  /** What the leg's far end says is on the left channel, what it hears on the right (switch_ivr_async.c, record_callback). */
  readonly dual: boolean;
  /** `inbound`: what the far end says alone; `outbound`: what it hears alone. */
  readonly track: "both" | "inbound" | "outbound";
}

const MIXED: RecordingForm = { dual: false, track: "both" };

const VARIABLES = {
  stereo: variableName("RECORD_STEREO", "variable"),
  said: variableName("RECORD_READ_ONLY", "variable"),
  heard: variableName("RECORD_WRITE_ONLY", "variable"),
  preBuffer: variableName("RECORD_PRE_BUFFER_FRAMES", "variable"),
};
const flag = (on: boolean) => variableValue(on ? "true" : "", "value");

/** A file of its own for the leg's call: the id by which the records know it, and where it is on FreeSWITCH's disk. */
export function newRecording({ settings }: Pick<ControlContext, "settings">, leg: Channel): { readonly id: string; readonly path: RecordingPath } {
  const id = `${plainUuid(leg.call?.id ?? leg.uuid)}-${Date.now()}`;
  return { id, path: recordingPath(`${settings.recordingsDir}/${id}.wav`) };
}

/**
 * Records the leg until it hangs up or the recording is stopped; resolves when it has begun. Every variable is written each time: that of an earlier recording of the leg would count.
 * Throws Conflict for a leg that has hung up, SwitchUnavailable and Timeout.
 */
export async function recordLeg(context: ControlContext, leg: Channel, path: RecordingPath, signal: AbortSignal, { dual, track }: RecordingForm = MIXED): Promise<void> {
  const node = nodeOf(context, leg);
  const set = (name: VariableName, value: VariableValue): Promise<string> => node.api(commands.setVariable(leg.uuid, name, value));
  // By default FreeSWITCH holds the first 25 packets (half a second) back. What is masked or paused in that time is judged when they leave, so that what was masked is heard in the
  // file; and of a recording that has fewer of them when it is stopped nothing is written (switch_ivr_async.c, switch_ivr_record_session_event; switch_core_media_bug_read).
  const unbuffered = set(VARIABLES.preBuffer, variableValue("0", "value"));
  await Promise.all([unbuffered, set(VARIABLES.stereo, flag(dual)), set(VARIABLES.said, flag(track === "inbound")), set(VARIABLES.heard, flag(track === "outbound"))]);
  await confirmed(context, node, () => node.api(commands.record(leg.uuid, "start", path)), { uuids: [leg.uuid], proof: () => whileUp(leg.recordings.includes(path), [leg, "leg"]), of: "RECORD_START", signal });
}
