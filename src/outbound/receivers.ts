/** How the receivers of webhooks do: one that is slow or down is asked by few requests at once, and seldom, so that it takes no room of others. */

export interface ReceiverLimits {
  /** Requests of one webhook under way at once, and of all webhooks together. */
  readonly perWebhook: number;
  readonly webhooks: number;
}

interface Standing {
  underWay: number;
  /** Since the last success. */
  failures: number;
  /** Asked again then, milliseconds. */
  restsUntil: number;
}

/** So many failures one after another, and the receiver is taken to be down: single deliveries that it refuses are none of its fault. */
const DOWN = 5;
const MIN_REST_MS = 500;
/** Longer only than the wait of a delivery that has failed a few times: what comes when the receiver is back must not wait long. */
const MAX_REST_MS = 30_000;

export class Receivers {
  readonly #limits: ReceiverLimits;
  /** By webhook. Bounded by those with requests under way, and those that are down: one leaves with a success, or when it is forgotten. */
  readonly #standings = new Map<number, Standing>();
  #underWay = 0;

  constructor(limits: ReceiverLimits) {
    this.#limits = limits;
  }

  /** How many more may be sent to the webhook now. */
  room(webhook: number, now: number): number {
    const all = this.#limits.webhooks - this.#underWay;
    const standing = this.#standings.get(webhook);
    if (standing === undefined) return Math.min(all, this.#limits.perWebhook);
    if (standing.restsUntil > now) return 0;
    // One at a time finds out whether it is back.
    const limit = standing.failures >= DOWN ? 1 : this.#limits.perWebhook;
    return Math.max(0, Math.min(all, limit - standing.underWay));
  }

  began(webhook: number): void {
    this.#underWay++;
    this.#of(webhook).underWay++;
  }

  /** `arrived` null: it was broken off, or dropped, which says nothing about the receiver. */
  ended(webhook: number, arrived: boolean | null, now: number): void {
    this.#underWay--;
    const standing = this.#of(webhook);
    standing.underWay--;
    if (arrived === true) standing.failures = standing.restsUntil = 0;
    if (arrived === false) {
      standing.failures++;
      const beyond = standing.failures - DOWN;
      if (beyond >= 0) standing.restsUntil = now + Math.min(MAX_REST_MS, MIN_REST_MS * 2 ** Math.min(beyond, 10));
    }
    if (standing.underWay === 0 && standing.failures === 0) this.#standings.delete(webhook);
  }

  /** It points elsewhere, or is gone. */
  forget(webhook: number): void {
    const standing = this.#standings.get(webhook);
    if (standing === undefined) return;
    standing.failures = standing.restsUntil = 0;
    if (standing.underWay === 0) this.#standings.delete(webhook);
  }

  #of(webhook: number): Standing {
    const known = this.#standings.get(webhook);
    if (known !== undefined) return known;
    const standing = { underWay: 0, failures: 0, restsUntil: 0 };
    this.#standings.set(webhook, standing);
    return standing;
  }
}
