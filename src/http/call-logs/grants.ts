/** One-use addresses of recordings: an audio element of a page sends no bearer. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.js";
import { CallplaneError } from "../../errors.js";
import type { Actor } from "../../people/index.js";

/** Until when it must be used for the first time. */
export const GRANT_MS = 60_000;
/** A player asks for parts of what it plays: so long after its first request they belong to the same use. */
const PLAY_MS = 15 * 60_000;
const MAX_PER_TOKEN = 20;

interface Given {
  readonly recordingId: string;
  readonly actor: Actor;
  /** Whether whoever asked for it may still do what the token allowed. */
  readonly recheck: () => Promise<Actor>;
  expires: number;
  /** From where it is played; null: nobody has yet. */
  player: string | null;
}

export class RecordingGrants {
  readonly #clock: Pick<Clock, "now">;
  /** Bounded by the tokens, `MAX_PER_TOKEN` of each, and `PLAY_MS`. */
  readonly #grants = new Map<string, Given>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Throws RateLimited when the token has too many. */
  give(recordingId: string, actor: Actor, recheck: () => Promise<Actor>): { readonly grant: string; readonly expires: number } {
    const now = this.#sweep();
    const own = [...this.#grants.values()].filter((each) => each.actor.tokenId === actor.tokenId).length;
    if (own >= MAX_PER_TOKEN) throw new CallplaneError("RateLimited", `A token may have ${MAX_PER_TOKEN} addresses of recordings.`, { retryAfterS: GRANT_MS / 1000 });
    const grant = randomBytes(32).toString("base64url");
    const expires = now + GRANT_MS;
    this.#grants.set(grant, { recordingId, actor, recheck, expires, player: null });
    return { grant, expires };
  }

  /** Who may hear the recording by it, from this address; the first one who asks is the one player. Throws Unauthorized. */
  async redeem(grant: string, recordingId: string, address: string): Promise<Actor> {
    const now = this.#sweep();
    const given = this.#grants.get(grant);
    if (given === undefined || given.recordingId !== recordingId || (given.player ?? address) !== address) throw new CallplaneError("Unauthorized", "The address of the recording is unknown, used or too old.");
    if (given.player === null) {
      given.player = address;
      given.expires = now + PLAY_MS;
    }
    return given.recheck();
  }

  #sweep(): number {
    const now = this.#clock.now();
    for (const [grant, { expires }] of this.#grants) if (expires <= now) this.#grants.delete(grant);
    return now;
  }
}
