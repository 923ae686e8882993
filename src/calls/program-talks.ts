/** The conversations that programs make: their time limit and who decides about a REFER, which FreeSWITCH keeps, and the caller's star, which the caller's leg remembers. */
import { commands, plainUuid, variableName } from "../freeswitch/index.js";
import type { Channel } from "./channel.js";
import { attempt, nodeOf, type ControlContext } from "./control/context.js";
import { join, part, release, stayAfterBridge } from "./control/legs.js";
import { askForReferrals, referAsUsual } from "./program-referrals.js";

/** They hold for a later process too. */
export interface TalkRules {
  /** The other has a program too, and is parked when the conversation is over. */
  readonly bothStay: boolean;
  /** Seconds from the bridge on, after which FreeSWITCH ends it, whether or not we are there. */
  readonly limitS: number;
  /** The caller's star ends it: `LiveLeg.hangupOnStar` says so for as long as it lasts. */
  readonly hangupOnStar: boolean;
  /** Who talks to the caller refers the caller to nobody but the program, which `referralOf` tells. */
  readonly asksForReferrals: boolean;
}

/** The name of what FreeSWITCH does when the time of this caller's conversation is over. */
const limitOf = ({ uuid }: Channel) => variableName(`callplane-talk-${plainUuid(uuid)}`, "group");

/** Joins the two; see `ProgramChildren.join`. `signal` calls off what comes before the bridge. */
export async function beginTalk(context: ControlContext, caller: Channel, other: Channel, { bothStay, limitS, hangupOnStar, asksForReferrals }: TalkRules, signal: AbortSignal): Promise<void> {
  await stayAfterBridge(context, caller, true);
  if (bothStay) await stayAfterBridge(context, other, true);
  const end = bothStay ? commands.transferInline(other.uuid, [{ app: "park" }]) : commands.kill(other.uuid, "ALLOTTED_TIMEOUT");
  await nodeOf(context, caller).api(commands.later(limitOf(caller), limitS, end));
  if (asksForReferrals) await askForReferrals(context, caller);
  context.registry.annotateLeg(caller, { hangupOnStar });
  signal.throwIfAborted();
  const { program } = other;
  // Not called off half way, FreeSWITCH's answer is near: whether the two have talked decides what both programs are told.
  await join(context, caller, other, new AbortController().signal);
  // Another program may have taken the other meanwhile, and keeps it.
  if (!bothStay && other.program === program) context.registry.annotateLeg(other, { program: null });
  for (const { call } of [caller, other]) if (call !== null) context.registry.markChanged(call);
}

/** See `ProgramChildren.endTalk`. */
export async function endTalk(context: ControlContext, caller: Channel | undefined, signal: AbortSignal): Promise<void> {
  const other = caller?.partner;
  if (other == null) return;
  if (other.program === null) await release(context, other);
  else await part(context, other, null, signal);
}

/** See `ProgramChildren.ruleNoMore`. */
export async function ruleNoMore(context: ControlContext, caller: Channel | undefined): Promise<void> {
  if (caller === undefined) return;
  if (caller.hangupOnStar) {
    context.registry.annotateLeg(caller, { hangupOnStar: false });
    if (caller.call !== null && !caller.hungUp) context.registry.markChanged(caller.call);
  }
  await attempt(context, context.nodes.get(caller.node), commands.callOffLater(limitOf(caller)));
  // Always: what an earlier process has asked for is not known.
  if (!caller.hungUp) await referAsUsual(context, caller);
}
