import type { ReaderLimits } from "./reader.js";

/** Times in milliseconds, sizes in bytes. */
export interface HubLimits extends ReaderLimits {
  /** Events and bytes kept for readers who resume. */
  readonly ringEvents: number;
  readonly ringBytes: number;
  readonly readersPerToken: number;
  readonly readersPerHolder: number;
  readonly recheckMs: number;
  readonly pingMs: number;
  /** The least time between two writes to the readers, and the longest that an event waits for one. Writing to each of a thousand consoles costs more than what is written. */
  readonly coalesceMs: number;
  /**
   * With so many readers each event waits `coalesceMs` for those that follow it, since what happens to a call takes some 20 to 30 ms; with fewer readers proportionally less.
   * With a dozen, the first event after a pause goes out at once.
   */
  readonly crowd: number;
  /** For how long a reader who left may resume. */
  readonly lingerMs: number;
  /** How old a snapshot may be that another reader begins with (the events since then follow it). */
  readonly snapshotMs: number;
}

export const HUB_LIMITS: HubLimits = {
  highWater: 64 * 1024,
  lagBytes: 1024 * 1024,
  stallMs: 30_000,
  ringEvents: 20_000,
  ringBytes: 32 * 1024 * 1024,
  readersPerToken: 10,
  readersPerHolder: 20,
  recheckMs: 5_000,
  pingMs: 15_000,
  coalesceMs: 30,
  crowd: 500,
  lingerMs: 120_000,
  snapshotMs: 1_000,
};

/** Each reader is looked at once in so long, and not all of them in one moment. */
export const SWEEP_MS = 1000;
export const SWEEP_PARTS = 10;
