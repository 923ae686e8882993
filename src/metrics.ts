/** What is counted and measured; `prometheus.ts` tells it to Prometheus. Nothing here may throw. A part takes `Pick<Metrics, …>`. */
export interface Metrics {
  /** An event of the node's socket; `lagMs`: from FreeSWITCH's timestamp to here. */
  eventReceived(node: string, name: string, lagMs: number): void;
  /** A command's end, by its kind (`uuid_hold`) and outcome (`ok`, `refused`, `timeout`, …). */
  commandFinished(node: string, kind: string, outcome: string, seconds: number): void;
  /** The node's socket is back. */
  reconnected(node: string): void;
  /** The node is followed no more: nothing is told of it any longer. */
  nodeRemoved(node: string): void;
  requestFinished(operation: string, status: number, seconds: number): void;
  /** Something that should not happen and was survived: `presence_data_unreadable`, `drift`, `audit_lost`, … */
  incident(kind: string, count?: number): void;
  /** A number was refused, by the rule that did it. */
  dialRefused(rule: string): void;
  /** A phone could not prove who it is. */
  registrationFailed(node: string): void;
  /** The ban command ended: `done`, `failed`, `timeout` or `dropped`. */
  banFinished(outcome: string): void;
  /** A question of FreeSWITCH's was answered, by its section (`directory`, `dialplan`, `configuration`). */
  provisioningAnswered(section: string, seconds: number): void;
  /** Somebody asked the provisioning listener without its secret. */
  provisioningRefused(): void;
  /** A text, a sound at a URL or an utterance was asked for: taken from the cache, made, or not to be had. */
  speechFinished(kind: "say" | "play" | "recognize", outcome: "cached" | "made" | "failed", seconds: number): void;
  /** Whether texts can be spoken. */
  speechReady(ready: boolean): void;
  /** A stream to a program ended: `peer`, `call-ended`, `stopped`, `shutdown`, or the error's code. */
  streamEnded(kind: string, reason: string): void;
  /** There and back to a program. */
  streamRoundTrip(ms: number): void;
  /** From when 20 ms of all streams were due until the last of them was served. */
  streamPaced(lateMs: number): void;
  /** Events were handed to the connections of consoles: since the first of them. */
  consolesTold(ms: number): void;
  /** A connection to one of our listeners was refused or ended by a limit. */
  connectionEnded(reason: "total" | "address" | "pipelined" | "stalled"): void;
  /**
   * An attempt to deliver a request ended: `delivered`, `failed` (it is tried again), `given_up`; or it was never made: `refused` or `dropped` at a bound. `seconds`: since
   * it was given.
   */
  deliveryEnded(kind: "callback" | "webhook", outcome: "delivered" | "failed" | "given_up" | "refused" | "dropped", seconds: number): void;
}
