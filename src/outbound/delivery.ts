import type { Form } from "./types.js";

/** `callback`: what became of a call, for the program that asked to be told; `webhook`: a domain event, for whoever subscribed. */
export type DeliveryKind = "callback" | "webhook";

/** A request that must arrive, whose answer does not matter. */
export interface Delivery {
  readonly organizationId: number;
  /** What belongs together, such as a call's sid: its deliveries arrive in the order in which they were given. At most 200 characters. */
  readonly lane: string;
  readonly kind: DeliveryKind;
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly form?: Form;
  /** Instead of a form. */
  readonly json?: string;
  /** Whether the request is signed, with what its signer holds when it is sent. */
  readonly sign: boolean;
  /** The signer, by its name alone: the phone line of this id if it has a token of its own then; absent, or without one: the organization's account. */
  readonly line?: number;
  /**
   * A name of this delivery within the organization, such as `CA…/completed`: a second one with the same name is not taken, for two days, whether or not the first has
   * arrived. So whoever does not know whether it was given before a crash gives it again. At most 200 characters.
   */
  readonly once?: string;
  /** Of a webhook: which one. It is asked when it is sent where it points to then and how it signs; what waits for one that is gone or disabled is dropped. */
  readonly webhook?: number;
  /** What it tells, such as `call.ended`, for the webhook's log. At most 64 characters. */
  readonly event?: string;
  /** The last that is told of something: it makes room for others only when there is nothing else left of the webhook. */
  readonly terminal?: boolean;
  /** A name as in `once`: where a delivery of that name has been taken already, this one comes too late, and is not. */
  readonly unless?: string;
}

export interface DeliveryQueue {
  /**
   * Resolves when the delivery is in the database: from then on it outlives the process. Rejects with Busy when too many wait to be written, with
   * DatabaseUnavailable when the database does not take it for long, and with InvalidParameter for a URL that cannot be asked.
   */
  enqueue(delivery: Delivery): Promise<void>;
}
