/** What a node needs from its surroundings. */

export type CommandOutcome = "ok" | "refused" | "timeout" | "unavailable" | "aborted";

/** Durations in milliseconds. */
export interface SwitchTiming {
  /** From the start of the TCP connection to the accepted password. */
  readonly handshakeMs: number;
  readonly apiTimeoutMs: number;
  readonly bgapiTimeoutMs: number;
  /** Limit for each command of a reconcile: `show channels` of many channels takes its time. */
  readonly reconcileTimeoutMs: number;
  /** A socket without traffic for so long is asked for a sign of life. */
  readonly pingAfterMs: number;
  /** … and closed when none comes in so long. */
  readonly pingTimeoutMs: number;
  /** FreeSWITCH does one command of a socket at a time: one that it is busy with for so long has its socket for itself, and others go by another one. */
  readonly blockedMs: number;
  /** How long a command may keep the sign of life of its socket waiting; and how long a channel is left alone about which FreeSWITCH did not answer. */
  readonly slowCommandMs: number;
  readonly driftEveryMs: number;
  /** The first and the longest step between attempts to connect; a FreeSWITCH that answers again is followed within the longest. */
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** After so long in good health, the backoff begins anew. */
  readonly healthyMs: number;
  /** Between attempts while only an operator can help: a wrong password is no retry storm. */
  readonly unusableMs: number;
  /** How far the rows of `show channels` may be behind the events: FreeSWITCH writes them through a queue (switch_core_sqldb.c), seen up to 0.2 s late. */
  readonly rowLagMs: number;
  /** How long the first snapshot of a connection waits for the rows to show what has happened before it. */
  readonly rowsWithinMs: number;
  /** From 0 up to 1, for the jitter. */
  readonly random: () => number;
}

export const DEFAULT_TIMING: SwitchTiming = {
  handshakeMs: 5_000,
  apiTimeoutMs: 3_000,
  bgapiTimeoutMs: 30_000,
  reconcileTimeoutMs: 30_000,
  // Looked at every quarter of the first: 5 + 1.25 + 8 s is the limit of a silent socket's life.
  pingAfterMs: 5_000,
  pingTimeoutMs: 8_000,
  blockedMs: 3_000,
  slowCommandMs: 20_000,
  driftEveryMs: 45_000,
  backoffMinMs: 250,
  backoffMaxMs: 2_000,
  healthyMs: 10_000,
  unusableMs: 30_000,
  rowLagMs: 1_000,
  rowsWithinMs: 5_000,
  random: Math.random,
};
