/**
 * Moving legs out of a bridge, as FreeSWITCH bears it (switch_ivr_bridge.c).
 * - It tells of a bridge (CHANNEL_BRIDGE) before it has made it. Whoever moves one of the two in between ends the other (switch_ivr_multi_threaded_bridge: a caller that is
 *   not ready any more aborts the call).
 * - `uuid_transfer -both` moves the partner of the leg that is named, and then that leg. When the second of the bridge goes first, the first may run on in its dialplan, to its
 *   end, before its own turn comes. When the first goes first, the second may park itself for three seconds (audio_bridge_on_exchange_media): before it is sent, which does no
 *   harm, or after that, and then it has forgotten where it was sent, and is sent again.
 * - Those three seconds, or another limit that somebody has set, stay on a leg that does not park itself in time: the next `park` heeds them. A `set` that takes them away
 *   costs two events and a copy of all variables in each, for each leg of each hold. So it is sent where an event has told of a limit; else a park is looked at when FreeSWITCH
 *   begins it, and one that has a limit is made again without it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CallplaneError } from "../../errors.js";
import { CommandRefused, commands, variableValue, type ApplicationCall, type SwitchCommand } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import { EXCHANGES_MEDIA } from "../channel-events.js";
import { dumpOf, type Dump } from "../dump.js";
import { confirmed, type Confirmation } from "./confirm.js";
import { nodeOf, type ControlContext } from "./context.js";

const LOOK_MS = { first: 5, longest: 50 };

/** Resolves when FreeSWITCH has made the bridges of these legs: at once, without asking, for those of which it has told that. Throws Timeout, SwitchUnavailable. */
export async function bridgesMade(context: ControlContext, legs: readonly Channel[], signal: AbortSignal): Promise<void> {
  const told = legs.flatMap((leg) => [leg, leg.partner]).filter((leg): leg is Channel => typeof leg?.second === "number");
  await Promise.all([...new Set(told)].map((leg) => made(context, leg, signal)));
}

async function made(context: ControlContext, second: Channel, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + context.settings.confirmMs;
  for (let pauseMs = LOOK_MS.first; typeof second.second === "number" && !second.hungUp; pauseMs = Math.min(LOOK_MS.longest, 2 * pauseMs)) {
    signal.throwIfAborted();
    if (await exchangesMedia(context, second)) {
      context.registry.annotateLeg(second, { second: "made" });
      return;
    }
    if (performance.now() > deadline) throw new CallplaneError("Timeout", "FreeSWITCH did not confirm in time: the bridge of the two.");
    await sleep(pauseMs);
  }
}

/** True also of a leg that has ended: its event is on the way. */
async function exchangesMedia(context: ControlContext, leg: Channel): Promise<boolean> {
  const dump = await stateOf(context, leg);
  // Two whose audio does not come to FreeSWITCH (bypass_media) sleep.
  return dump === null || dump["Channel-State"] === EXCHANGES_MEDIA || (dump["Channel-State"] === "CS_HIBERNATE" && dump["variable_signal_bridge"] === "true");
}

/** Null: FreeSWITCH does not know the leg any more. */
async function stateOf(context: ControlContext, leg: Channel): Promise<Dump | null> {
  try {
    return await dumpOf(nodeOf(context, leg), leg.uuid);
  } catch (error) {
    if (error instanceof CommandRefused) return null;
    throw error;
  }
}

/** Sends a leg again that has parked itself and stays so: the state that it is in is also the one that it is to be in. */
async function sendAgain(context: ControlContext, leg: Channel, send: SwitchCommand): Promise<void> {
  const dump = await stateOf(context, leg);
  if (dump !== null && dump["Channel-State"] === "CS_PARK" && dump["Channel-State-Number"] === PARK_STATE) await nodeOf(context, leg).api(send);
}

/** Of switch_channel_state_t. */
const PARK_STATE = "6";

/** Of the two in the leg's bridge, the one that FreeSWITCH joined to the other; by their rows where the bridge began before this process. */
const secondOf = (leg: Channel): Channel => [leg, leg.partner].find((each) => each?.second != null || each?.columns.state === EXCHANGES_MEDIA) ?? leg;

/** When FreeSWITCH itself ends a leg that it has parked, and with which cause. */
export interface ParkLimit {
  readonly seconds: number;
  readonly cause: "NORMAL_CLEARING";
}

/** What went astray is sent again for so long after a move has failed: FreeSWITCH may carry it out late, and would end a leg that it parks with a limit. */
const LATE_MS = 10_000;
/** What ends the watches of failed moves, by leg: the next move of the leg does. */
const late = new WeakMap<Channel, () => void>();

/**
 * Sends legs, one or two that are bridged, to these applications, and resolves with their proof. Legs that have gone astray on the way are sent again: a proof by CHANNEL_PARK
 * asks `ownParks`. `limit` of the applications' park: by default none. Throws as `confirmed`.
 */
export async function moveLegs<T>(context: ControlContext, legs: readonly [Channel, ...Channel[]], applications: readonly ApplicationCall[], { signal, ...rest }: Omit<Confirmation<T>, "uuids"> & { readonly signal: AbortSignal }, limit: ParkLimit | null = null): Promise<T> {
  await bridgesMade(context, legs, signal);
  for (const each of legs) late.get(each)?.();
  const [leg] = legs;
  const node = nodeOf(context, leg);
  const uuids = legs.map(({ uuid }) => uuid);
  const park = variableValue(`park_timeout=${limit === null ? "" : `${limit.seconds}:${limit.cause}`}`, "limit");
  const isWatched = limit === null && applications[0]?.app === "park" && legs.every((each) => each.limit === null);
  const program: readonly ApplicationCall[] = isWatched ? applications : [{ app: "set", argument: park }, ...applications];
  const both = legs.length > 1;
  let sent: Promise<unknown> = Promise.resolve();
  const send = (): Promise<unknown> => (sent = node.api(commands.transferInline((both ? secondOf(leg) : leg).uuid, program, { both })));
  // Bounded by the legs.
  const astray = new Map(legs.map((each) => [each, { strays: each.strays, limited: each.limitedParks }]));
  const sendStrays = (): void => {
    for (const [each, before] of astray) {
      const isLimited = limit === null && each.limitedParks > before.limited;
      if (each.strays === before.strays && !isLimited) continue;
      astray.set(each, { strays: each.strays, limited: each.limitedParks });
      const again = commands.transferInline(each.uuid, isLimited && each.limit === "staying" ? [STAY, ...program] : program);
      // FreeSWITCH answers when it has sent both; without an answer it may have sent them all the same.
      const answered = sent.catch((error: unknown) => {
        if (error instanceof CommandRefused) throw error;
      });
      answered.then((): Promise<unknown> => (isLimited ? node.api(again) : sendAgain(context, each, again))).catch((error: unknown) => context.logger.warn({ err: error, channel: each.uuid }, "a leg that may have gone astray could not be sent again"));
    }
    if (legs.every(({ hungUp }) => hungUp)) over();
  };
  const over = context.registry.proofs.follow(uuids, sendStrays, () => undefined, { of: "legs that may go astray", timeoutMs: (rest.timeoutMs ?? context.settings.confirmMs) + LATE_MS, node: node.name });
  try {
    const result = await confirmed(context, node, send, { ...rest, uuids, signal });
    over();
    return result;
  } catch (error) {
    if (error instanceof CommandRefused) over();
    else for (const each of legs) late.set(each, over);
    throw error;
  }
}

const STAY: ApplicationCall = { app: "set", argument: variableValue("park_after_bridge=true", "stay") };

/** How often an application has parked the leg: without a limit, or with any where one is asked for. */
export const ownParks = ({ parks, strays, limitedParks }: Channel, limit: ParkLimit | null): number => parks - strays - (limit === null ? limitedParks : 0);
