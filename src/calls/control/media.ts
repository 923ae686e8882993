/** Mute, keypad digits, recording. */
import { CallplaneError, conflict } from "../../errors.js";
import { commands, dtmfDigits, recordingPath, type RecordAction } from "../../freeswitch/index.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import { confirmed } from "./confirm.js";
import { nodeOf, type ControlContext } from "./context.js";
import { agentLeg, farLeg } from "./parties.js";

/** Nobody hears the agent while muted. Resolves on the media bug's event; already so is a success. */
export async function mute(context: ControlContext, actor: Actor, call: Call, on: boolean, signal: AbortSignal): Promise<void> {
  const leg = agentLeg(call, actor);
  if (leg === undefined || !leg.answered) throw conflict("The agent has no phone on this call.");
  if (leg.muted === on) return;
  const node = nodeOf(context, leg);
  const of = on ? "MEDIA_BUG_START" : "MEDIA_BUG_STOP";
  await confirmed(context, node, () => node.api(commands.mute(leg.uuid, on)), { uuids: [leg.uuid], proof: () => unlessHungUp(leg, leg.muted === on), of, signal });
}

/** Sends the digits to the far end. FreeSWITCH tells no event of it: its reply is the only word there is. */
export async function dtmf(context: ControlContext, actor: Actor, call: Call, digits: string): Promise<void> {
  const checked = dtmfDigits(digits, "digits");
  const far = farLeg(call, agentLeg(call, actor));
  if (!far.answered) throw conflict(`The call ${call.id} is ${call.state}.`);
  await nodeOf(context, far).api(commands.sendDtmf(far.uuid, checked));
}

/** Recorded on the leg of the far end, so that it outlives a transfer. `start` gives the recording's id, its file's name without the ending. */
export async function record(context: ControlContext, actor: Actor | null, call: Call, action: RecordAction, signal: AbortSignal): Promise<{ readonly id: string } | null> {
  if (action === "start") return startRecording(context, actor, call, signal);
  const leg = call.legs.find((candidate) => candidate.recordings.length > 0);
  const path = leg?.recordings[0];
  if (leg === undefined || path === undefined) throw conflict(`The call ${call.id} is not being recorded.`);
  const node = nodeOf(context, leg);
  const send = (): Promise<string> => node.api(commands.record(leg.uuid, action, recordingPath(path)));
  const stopped = (): true | undefined => (leg.hungUp || !leg.recordings.includes(path) ? true : undefined);
  if (action === "stop") await confirmed(context, node, send, { uuids: [leg.uuid], proof: stopped, of: "RECORD_STOP", signal });
  else await send();
  return null;
}

async function startRecording(context: ControlContext, actor: Actor | null, call: Call, signal: AbortSignal): Promise<{ readonly id: string }> {
  const leg = farLeg(call, agentLeg(call, actor));
  if (!leg.answered) throw conflict(`The call ${call.id} is ${call.state}.`);
  if (call.legs.some((candidate) => candidate.recordings.length > 0)) throw conflict(`The call ${call.id} is being recorded already.`);
  const id = `${call.id}-${Date.now()}`;
  const path = recordingPath(`${context.settings.recordingsDir}/${id}.wav`);
  const node = nodeOf(context, leg);
  await confirmed(context, node, () => node.api(commands.record(leg.uuid, "start", path)), { uuids: [leg.uuid], proof: () => unlessHungUp(leg, leg.recordings.includes(path)), of: "RECORD_START", signal });
  return { id };
}

function unlessHungUp(leg: Channel, done: boolean): true | undefined {
  if (leg.hungUp) throw new CallplaneError("Conflict", "The leg hung up.");
  return done ? true : undefined;
}
