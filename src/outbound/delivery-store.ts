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

/** What became of a delivery that was to be kept: one with the same name (`once`) is there already; there is no room for it. */
export type Kept = "kept" | "known" | "refused";

export interface AddedDeliveries {
  /** In the order of those given. */
  readonly kept: readonly Kept[];
  /** Older ones that have failed before and had to make room, by organization. */
  readonly dropped: readonly { readonly organizationId: number; readonly kind: DeliveryKind }[];
}

/** `done`: it is sent no more; a date: not before. */
export interface DeliveryEnd {
  readonly id: number;
  readonly next: "done" | Date;
}

/** What the worker needs of the store. Each method rejects with DatabaseUnavailable. */
export interface DeliveryStore {
  /**
   * Keeps them in this order, each in its lane behind those that are there. An organization has at most `bound` that wait: the oldest of its deliveries that has
   * failed before makes room for a new one; when there is none, the new one is refused.
   */
  add(deliveries: readonly NewDelivery[], bound: number): Promise<AddedDeliveries>;
  /** The first of each lane whose time has come, those first that are due the longest, without those of `except`. */
  due(now: Date, limit: number, except: { readonly ids: readonly number[]; readonly organizations: readonly number[] }): Promise<readonly DeliveryRecord[]>;
  /** All of it or nothing. After one that is done, the next of its lane is due. */
  end(ends: readonly DeliveryEnd[], now: Date): Promise<void>;
  /** Of all organizations. */
  waiting(): Promise<number>;
  /** Forgets the names of those that were done before. */
  forget(before: Date): Promise<void>;
}
