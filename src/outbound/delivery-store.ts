import type { LeaseSightings } from "../lease/index.js";
import type { Delivery, DeliveryKind } from "./delivery.js";

export interface NewDelivery extends Delivery {
  /** The same each time that it is sent: whoever receives it twice can tell. */
  readonly token: string;
  readonly createdAt: Date;
}

export interface DeliveryRecord extends NewDelivery {
  readonly id: number;
  /** How often it was sent in vain. */
  readonly attempts: number;
}

/** What became of a delivery that was to be kept: one with the same name (`once`) is there already, or it came too late (`unless`); there is no room for it. */
export type Kept = "kept" | "known" | "refused";

/** How many may wait. */
export interface DeliveryBounds {
  /** Callbacks of an organization. */
  readonly waiting: number;
  /** Of one webhook. */
  readonly webhookWaiting: number;
}

export interface AddedDeliveries {
  /** In the order of those given. */
  readonly kept: readonly Kept[];
  /** Older ones that had to make room, by organization. */
  readonly dropped: readonly { readonly organizationId: number; readonly kind: DeliveryKind; readonly webhook?: number }[];
}

/** `done`: it is sent no more; a date: not before. */
export interface DeliveryEnd {
  readonly id: number;
  readonly next: "done" | Date;
  /** What came of the attempt; absent: there was none. */
  readonly attempt?: DeliveryAttempt;
}

export interface DeliveryAttempt {
  /** The HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** Why it failed; null: it arrived. */
  readonly error: string | null;
}

/** What is not to be given. */
export interface Except {
  readonly ids: readonly number[];
  /** Callbacks of these organizations. */
  readonly organizations: readonly number[];
  /** How many more of a webhook may be sent now; absent: as many as there are. */
  readonly roomOf?: (webhook: number) => number;
}

/** Which of the other processes live no more. */
export type Sightings = Pick<LeaseSightings, "note" | "isDoubtful" | "isDead">;

/**
 * What the worker needs of the store. A lane is sent by one process, its owner: the one that put the first into it, until it is empty. The owner's node leases, which are
 * renewed as long as it lives, say how long that holds: then another process adopts the lane. Each method rejects with DatabaseUnavailable.
 */
export interface DeliveryStore {
  /**
   * Keeps them in this order, each in its lane behind those that are there. Where too many wait, the oldest of the organization's callbacks that has failed before makes
   * room for a new one, and when there is none, the new one is refused. Of a webhook the oldest makes room that is not `terminal`, and when there is none, the oldest.
   */
  add(owner: string, deliveries: readonly NewDelivery[], bounds: DeliveryBounds): Promise<AddedDeliveries>;
  /** Makes this owner that of at most so many lanes whose own lives no more; true when it was so many, and there may be more. */
  adopt(owner: string, sightings: Sightings, limit: number): Promise<boolean>;
  /** The first of each lane of this owner whose time has come, those first that are due the longest, without those of `except`. */
  due(owner: string, now: Date, limit: number, except: Except): Promise<readonly DeliveryRecord[]>;
  /** All of it or nothing, but for those that have another owner by now. After one that is done, the next of its lane is due. */
  end(owner: string, ends: readonly DeliveryEnd[], now: Date): Promise<void>;
  /** Of all organizations. */
  waiting(): Promise<number>;
  /** Forgets the names of those that were done before. */
  forget(before: Date): Promise<void>;
}
