/** Ends what a leg goes on playing in a bridge whose other leg has hung up. */
import { CallplaneError } from "../errors.js";
import { commands } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { soon } from "./control/break-off.js";
import { attempt, nodeOf, type ControlContext } from "./control/context.js";

/** By then FreeSWITCH has told what has become of the other leg, also on a busy machine. */
const LEAVES_MS = 1000;
/**
 * FreeSWITCH begins music anew that it has forgotten to be playing, unless what was broken off had just begun: less than half a second before (switch_ivr.c,
 * switch_ivr_parse_event). So one break alone does not end it, and the next must follow sooner than that.
 */
const AGAIN_MS = 100;
/** So many breaks at once, and so many in all. */
const AT_ONCE = 3;
const TRIES = 30;

export class DeadBridges {
  readonly #context: ControlContext;
  /** Bounded by the live legs: one leaves when it has left its bridge, or `TRIES` have not helped. */
  readonly #watched = new Map<Channel, NodeJS.Timeout>();
  #closed = false;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#watched.values()) clearTimeout(timer);
    this.#watched.clear();
  }

  /** Checks a call that changed. */
  look(call: Call): void {
    if (this.#closed) return;
    for (const leg of call.legs) if (isStuck(leg) && !this.#watched.has(leg)) this.#watched.set(leg, setTimeout(() => void this.#end(leg), LEAVES_MS));
  }

  async #end(leg: Channel): Promise<void> {
    const { logger } = this.#context;
    try {
      for (let tries = 0; tries < TRIES && isStuck(leg) && !this.#closed; tries++) {
        if (tries === 0) logger.info({ channel: leg.uuid, call: leg.call?.id }, "a leg has not left the bridge whose other leg has hung up; what it plays is broken off");
        await attempt(this.#context, nodeOf(this.#context, leg), commands.breakAll(leg.uuid));
        await soon(this.#context, leg, "CHANNEL_UNBRIDGE", () => !isStuck(leg), tries % AT_ONCE === AT_ONCE - 1 ? LEAVES_MS : AGAIN_MS);
      }
      if (isStuck(leg) && !this.#closed) logger.warn({ channel: leg.uuid, call: leg.call?.id }, "a leg does not leave the bridge whose other leg has hung up; the next drift check looks after it");
    } catch (error) {
      // When the node is back, its calls are checked again.
      if (!(error instanceof CallplaneError)) throw error;
      logger.debug({ err: error, channel: leg.uuid }, "FreeSWITCH was away while a leg was to leave its bridge");
    } finally {
      this.#watched.delete(leg);
    }
  }
}

const isStuck = ({ inDeadBridge, hungUp }: Channel): boolean => inDeadBridge && !hungUp;
