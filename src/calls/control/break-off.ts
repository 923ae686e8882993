/** Breaking off what FreeSWITCH executes on a leg, such as a sound. */
import { CallplaneError } from "../../errors.js";
import { commands } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import { attempt, nodeOf, type ControlContext } from "./context.js";

/** A stop is asked for again after so long: FreeSWITCH forgets it when it executes a command of ours on the leg at the same moment (switch_core_session.c, CF_BREAK). */
const AGAIN_MS = 300;
const TRIES = 4;

/** Resolves when `isOver`, which the leg's events may change, or when the leg has hung up; false when that did not come to be. */
export async function breakOff(context: ControlContext, channel: Channel, of: string, isOver: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < TRIES && !channel.hungUp; tries++) {
    await attempt(context, nodeOf(context, channel), commands.breakAll(channel.uuid));
    if (await soon(context, channel, of, isOver, AGAIN_MS)) return true;
  }
  return channel.hungUp;
}

/** False when the time is over before. Throws SwitchUnavailable. */
export async function soon(context: ControlContext, channel: Channel, of: string, is: () => boolean, timeoutMs: number): Promise<boolean> {
  try {
    return await context.registry.proofs.until([channel.uuid], () => (channel.hungUp || is() ? true : undefined), { of, timeoutMs, node: channel.node });
  } catch (error) {
    if (!(error instanceof CallplaneError) || error.code !== "Timeout") throw error;
    return false;
  }
}
