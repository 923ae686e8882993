/** What may differ from the product's composition, and what comes of it. */
import type { Logger } from "pino";
import type { SwitchTiming } from "../freeswitch/index.js";
import type { AgentAvailability } from "../queues/index.js";

export interface RunningCallplane {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** The same of the listener that FreeSWITCH asks; null when there is none. */
  readonly provisioningUrl: string | null;
  /** Requests under way are finished, then sockets and database are closed; FreeSWITCH's calls go on. Idempotent. */
  close(): Promise<void>;
}

export interface CallplaneOptions {
  readonly logger?: Logger;
  /** For tests that cannot wait as long as the product does: what differs from its times towards FreeSWITCH. */
  readonly switchTiming?: Partial<SwitchTiming>;
  /** Milliseconds that FreeSWITCH may take to confirm a command; for tests that slow it down on purpose. */
  readonly confirmMs?: number;
  /** Who may be offered the departments' callers; for tests that decide it themselves. */
  readonly availability?: (agents: AgentAvailability) => AgentAvailability;
  /** Milliseconds that an agent who did not take a call is offered nothing. */
  readonly restMs?: number;
}
