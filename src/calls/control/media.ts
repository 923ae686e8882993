/** Mute, keypad digits, recording. */
import { conflict } from "../../errors.js";
import { commands, dtmfDigits, recordingPath, type RecordAction } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import { confirmed, whileUp } from "./confirm.js";
import { nodeOf, type ControlContext } from "./context.js";
import { newRecording, recordLeg } from "./recording.js";
import { agentLeg, farLeg, listenerOf } from "./parties.js";

/** Mutes or unmutes the agent; a success when that is so already. */
export async function mute(context: ControlContext, actor: Actor, call: Call, on: boolean, signal: AbortSignal): Promise<void> {
  const leg = agentLeg(call, actor);
  if (leg === undefined || !leg.answered) throw conflict("The agent has no phone on this call.");
  await muteLeg(context, leg, on, signal);
}

/** Mutes or unmutes one leg: nobody hears who is behind it. */
export async function muteLeg(context: ControlContext, leg: Channel, on: boolean, signal: AbortSignal): Promise<void> {
  if (!leg.answered) throw conflict(`The leg ${leg.uuid} is ringing.`);
  if (leg.muted === on) return;
  const node = nodeOf(context, leg);
  const of = on ? "MEDIA_BUG_START" : "MEDIA_BUG_STOP";
  await confirmed(context, node, () => node.api(commands.mute(leg.uuid, on)), { uuids: [leg.uuid], proof: () => whileUp(leg.muted === on, [leg, "leg"]), of, signal });
}

/** Sends the digits to whom the agent talks to. FreeSWITCH sends no event for it: its reply is the confirmation. */
export async function dtmf(context: ControlContext, actor: Actor, call: Call, digits: string): Promise<void> {
  const checked = dtmfDigits(digits, "digits");
  const listener = listenerOf(call, agentLeg(call, actor));
  await nodeOf(context, listener).api(commands.sendDtmf(listener.uuid, checked));
}

/** Records the far end's leg, so that a transfer does not end the recording. `start` gives the recording's id, the file's name without its extension. */
export async function record(context: ControlContext, actor: Actor | null, call: Call, action: RecordAction, signal: AbortSignal): Promise<{ readonly id: string } | null> {
  if (action === "start") return startRecording(context, actor, call, signal);
  const leg = call.legs.find((candidate) => candidate.recordings.length > 0);
  const path = leg?.recordings[0];
  if (leg === undefined || path === undefined) throw conflict(`The call ${call.id} is not being recorded.`);
  const node = nodeOf(context, leg);
  const send = (): Promise<string> => node.api(commands.record(leg.uuid, action, recordingPath(path)));
  const stopped = (): true | undefined => (leg.hungUp || !leg.recordings.includes(path) ? true : undefined);
  if (action === "stop") await confirmed(context, node, send, { uuids: [leg.uuid], proof: stopped, of: "RECORD_STOP", signal });
  else {
    await send();
    // No event tells of it.
    context.registry.annotateLeg(leg, { recordingPaused: action === "pause" });
    context.registry.markChanged(call);
  }
  return null;
}

async function startRecording(context: ControlContext, actor: Actor | null, call: Call, signal: AbortSignal): Promise<{ readonly id: string }> {
  const leg = farLeg(call, agentLeg(call, actor));
  if (!leg.answered) throw conflict(`The call ${call.id} is ${call.state}.`);
  if (call.legs.some((candidate) => candidate.recordings.length > 0)) throw conflict(`The call ${call.id} is being recorded already.`);
  const { id, path } = newRecording(context, leg);
  await recordLeg(context, leg, path, signal);
  return { id };
}
