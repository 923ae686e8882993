/** What the agents room is composed with. */
import type { CallChangeSource } from "../calls/index.js";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";
import type { Directory } from "../people/index.js";
import type { Phones } from "../phones/index.js";
import type { AgentPolicy, AgentStatusStore } from "./ports.js";

export interface AgentServiceOptions {
  readonly directory: Directory;
  readonly store: AgentStatusStore;
  readonly calls: CallChangeSource;
  readonly phones: Pick<Phones, "ofAgent" | "onChange">;
  /** Names of the FreeSWITCH nodes whose first snapshots are waited for after a start. */
  readonly nodes: readonly string[];
  /** What a user is called who is an agent too; null: not known. Default: nobody is known. */
  readonly nameOfUser?: (organizationId: number, username: string) => string | null;
  readonly logger: Logger;
  /** Default: any reason, no wrap-up. */
  readonly policy?: AgentPolicy;
  readonly clock?: Clock;
  /** How often clients send heartbeats, milliseconds; default 10,000. */
  readonly heartbeatMs?: number;
  /** How many may be missing; default 3. */
  readonly missedHeartbeats?: number;
  /** How long an agent without a phone keeps the status, milliseconds; default 15,000. */
  readonly registrationGraceMs?: number;
  /** How long other nodes' first snapshots are waited for once one node's is there, milliseconds; default 60,000. */
  readonly readyLimitMs?: number;
}
