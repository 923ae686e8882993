import { conflict } from "../../errors.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Actor } from "../../people/index.js";
import type { ControlContext } from "./context.js";
import { join, release } from "./legs.js";
import { agentLeg, farLeg } from "./parties.js";

/** Joins the far ends of two calls; the agents' phones are released. Resolves on CHANNEL_BRIDGE with the call that both have become. */
export async function bridgeCalls(context: ControlContext, actor: Actor, one: Call, other: Call, signal: AbortSignal): Promise<Call> {
  if (one === other) throw conflict("A call cannot be joined with itself.");
  if (one.organizationId !== other.organizationId) throw conflict("The calls are of different organizations.");
  if (one.node !== other.node) throw conflict("The calls are on different FreeSWITCH servers.");
  const first = talkable(one, actor);
  const second = talkable(other, actor);
  const left = [...one.legs, ...other.legs].filter((leg) => leg !== first && leg !== second);
  const owners = new Map([one, other].map((call) => [call, call.owner]));
  await join(context, first, second, signal);
  if (first.call !== null) context.registry.annotate(first.call, { handover: { how: "joined", from: owners.get(first.call) ?? null, to: null } });
  await Promise.all(left.map((leg) => release(context, leg)));
  const joined = first.call;
  if (joined === null) throw conflict("The calls ended while they were joined.");
  return joined;
}

function talkable(call: Call, actor: Actor): Channel {
  if (call.inConference) throw conflict(`The call ${call.id} is a conference.`);
  const far = farLeg(call, agentLeg(call, actor));
  if (!far.answered) throw conflict(`The call ${call.id} is ringing.`);
  return far;
}
