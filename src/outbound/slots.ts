import { OUTBOUND_CODES, OutboundError } from "./errors.js";

const MAX_ALL = 4000;
/** One server that answers slowly must not take the room of all others. */
const MAX_HOST = 1000;

/** How many requests are under way at once, of all hosts and of each. */
export class Slots {
  /** By host and port. Bounded by `MAX_ALL`: a host leaves with its last request. */
  readonly #hosts = new Map<string, number>();
  #all = 0;

  /** Returns the function that gives the slot back. Throws OutboundError when there is none. */
  take(host: string): () => void {
    const count = this.#hosts.get(host) ?? 0;
    if (this.#all >= MAX_ALL || count >= MAX_HOST) throw new OutboundError(OUTBOUND_CODES.retrieval, "busy", "Too many requests are under way at once.");
    this.#all++;
    this.#hosts.set(host, count + 1);
    return () => {
      this.#all--;
      const left = (this.#hosts.get(host) ?? 1) - 1;
      if (left > 0) this.#hosts.set(host, left);
      else this.#hosts.delete(host);
    };
  }
}
