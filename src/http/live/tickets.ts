import { randomBytes } from "node:crypto";
import { CallplaneError } from "../../errors.js";
import type { Clock } from "../../clock.js";
import type { Credential } from "./sessions.js";

export const TICKET_MS = 30_000;
const MAX_PER_TOKEN = 20;

/** What a ticket's stream is to be. */
export interface TicketTerms {
  /** Whether the stream counts as the heartbeats of the token's agent. */
  readonly presence: boolean;
  /** Whether it is to tell that it is alive. */
  readonly alive: boolean;
  /** What the stream may tell; null: all that the token's holder may see. */
  readonly topics: readonly string[] | null;
}

interface Issued extends TicketTerms {
  readonly credential: Credential;
  readonly expires: number;
}

/** One-use tickets for browsers, which cannot set headers on EventSource and WebSocket. A ticket stands for the token that asked for it. */
export class Tickets {
  readonly #clock: Pick<Clock, "now">;
  /** In the order of issue, which is the order of expiry. Bounded by the tokens, `MAX_PER_TOKEN` of each, and `TICKET_MS`. */
  readonly #tickets = new Map<string, Issued>();
  /** Bounded by the tickets. */
  readonly #perToken = new Map<string, number>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }


  /** `expires` in epoch milliseconds. Throws RateLimited when the token has too many unused ones. */
  issue(credential: Credential, terms: TicketTerms): { readonly ticket: string; readonly expires: number } {
    this.#sweep();
    const { tokenId } = credential.actor;
    const open = this.#perToken.get(tokenId) ?? 0;
    if (open >= MAX_PER_TOKEN) throw new CallplaneError("RateLimited", `A token may have ${MAX_PER_TOKEN} unused tickets.`, { retryAfterS: TICKET_MS / 1000 });
    const ticket = randomBytes(32).toString("base64url");
    const expires = this.#clock.now() + TICKET_MS;
    this.#tickets.set(ticket, { ...terms, credential, expires });
    this.#perToken.set(tokenId, open + 1);
    return { ticket, expires };
  }

  /** Takes the ticket; null when it is unknown, used or too old. */
  redeem(ticket: string): (TicketTerms & { readonly credential: Credential }) | null {
    this.#sweep();
    const found = this.#tickets.get(ticket);
    if (found === undefined) return null;
    this.#forget(ticket, found.credential);
    return found;
  }

  clear(): void {
    this.#tickets.clear();
    this.#perToken.clear();
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [ticket, { credential, expires }] of this.#tickets) {
      if (expires > now) break;
      this.#forget(ticket, credential);
    }
  }

  #forget(ticket: string, { actor: { tokenId } }: Credential): void {
    this.#tickets.delete(ticket);
    const left = (this.#perToken.get(tokenId) ?? 1) - 1;
    if (left > 0) this.#perToken.set(tokenId, left);
    else this.#perToken.delete(tokenId);
  }
}
