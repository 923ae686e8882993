import { CallplaneError } from "../../errors.js";
import { holderOf } from "../../calls/index.js";
import type { Actor } from "../../people/index.js";
import type { Reader } from "./reader.js";

/** Who reads, and how to check later whether the token still holds. */
export interface Credential {
  readonly actor: Actor;
  /** Authenticates the same token again. Throws Unauthorized when it was revoked, has expired or its user is gone. */
  recheck(): Promise<Actor>;
  /** Whether the stream counts as the heartbeats of the actor's agent; default true. */
  readonly presence?: boolean;
  /** Whether the stream is to tell that it is alive; default false. */
  readonly alive?: boolean;
  /** What the stream may tell; null and by default: all that the actor may see. */
  readonly topics?: readonly string[] | null;
}

export interface SessionOptions {
  /** Streams that one token may have open. */
  readonly maxReaders: number;
  /** Streams that one user may have open, with all tokens together. */
  readonly maxOfHolder: number;
  /** How often a token is checked again, milliseconds. */
  readonly recheckMs: number;
  now(): number;
  /** A check failed for another reason than the token; it is tried again. */
  onError(error: unknown): void;
}

interface Session {
  readonly credential: Credential;
  /** Bounded by `maxReaders`. */
  readonly readers: Set<Reader>;
  checkAt: number;
  checking: boolean;
}

const sameRights = (a: Actor, b: Actor): boolean => a.role === b.role && a.organizationId === b.organizationId && a.agentId === b.agentId;

/** Open streams by token: how many there are, and whether the token still holds. */
export class Sessions {
  readonly #options: SessionOptions;
  /** Bounded by the tokens with an open stream: the connections bound those. */
  readonly #byToken = new Map<string, Session>();
  /** How many streams each holder has. Bounded by the holders with an open stream: the connections bound those. */
  readonly #byHolder = new Map<string, number>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Throws RateLimited when the token, or its user, has enough streams. */
  requireRoom(actor: Actor): void {
    const { maxOfHolder } = this.#options;
    if ((this.#byHolder.get(holderOf(actor)) ?? 0) >= maxOfHolder) throw new CallplaneError("RateLimited", `A user may have ${maxOfHolder} event streams open.`);
    const { tokenId } = actor;
    if ((this.#byToken.get(tokenId)?.readers.size ?? 0) >= this.#options.maxReaders) {
      throw new CallplaneError("RateLimited", `A token may have ${this.#options.maxReaders} event streams open.`);
    }
  }

  add(credential: Credential, reader: Reader): void {
    const { tokenId } = credential.actor;
    const holder = holderOf(credential.actor);
    this.#byHolder.set(holder, (this.#byHolder.get(holder) ?? 0) + 1);
    const session = this.#byToken.get(tokenId);
    if (session !== undefined) session.readers.add(reader);
    else this.#byToken.set(tokenId, { credential, readers: new Set([reader]), checkAt: this.#options.now() + this.#options.recheckMs, checking: false });
  }

  remove(tokenId: string, reader: Reader): void {
    const session = this.#byToken.get(tokenId);
    if (session === undefined || !session.readers.delete(reader)) return;
    const holder = holderOf(session.credential.actor);
    const left = (this.#byHolder.get(holder) ?? 1) - 1;
    if (left > 0) this.#byHolder.set(holder, left);
    else this.#byHolder.delete(holder);
    if (session.readers.size === 0) this.#byToken.delete(tokenId);
  }

  /** Checks the tokens that are due, called every `everyMs`: no more at a time than must be, since those of consoles that came back together are due together. */
  recheck(everyMs: number): void {
    const now = this.#options.now();
    let most = Math.ceil((this.#byToken.size * everyMs) / this.#options.recheckMs);
    for (const session of this.#byToken.values()) {
      if (session.checking || session.checkAt > now) continue;
      if (most-- <= 0) return;
      session.checking = true;
      void this.#check(session);
    }
  }

  async #check(session: Session): Promise<void> {
    const { credential, readers } = session;
    try {
      const actor = await credential.recheck();
      // With other rights, what was shown so far may not be visible any more.
      if (!sameRights(actor, credential.actor)) for (const reader of [...readers]) reader.close("unauthorized");
    } catch (error) {
      if (error instanceof CallplaneError && error.code === "Unauthorized") for (const reader of [...readers]) reader.close("unauthorized");
      else this.#options.onError(error);
    }
    session.checking = false;
    session.checkAt = this.#options.now() + this.#options.recheckMs;
  }
}
