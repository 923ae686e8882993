/** What may differ from the product's composition, and what comes of it. */
import type { Logger } from "pino";
import type { SwitchTiming } from "../freeswitch/index.js";
import type { LeaseTiming } from "../lease/index.js";
import type { Streams } from "../media/index.js";
import type { AgentAvailability } from "../queues/index.js";

export interface RunningCallplane {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** The same of the listener that FreeSWITCH asks; null when there is none, and while another process has the nodes. */
  readonly provisioningUrl: string | null;
  /**
   * Gives the nodes back after a short time for what is under way; then requests that take their time are finished, for `drainMs` at most, and sockets
   * and database are closed. FreeSWITCH's calls go on. Idempotent.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

export interface CallplaneOptions {
  readonly logger?: Logger;
  /**
   * Told once when Callplane cannot go on in this process: its nodes became another's while it stood still (`lost`), or it could not begin to work
   * when they became its own (`failed`). By then FreeSWITCH is not commanded any more.
   */
  readonly onEnd?: (why: "lost" | "failed", error: unknown) => void;
  /** For tests that cannot wait as long as the product does: what differs from its times of leases. */
  readonly leaseTiming?: Partial<LeaseTiming>;
  /** For tests that cannot wait as long as the product does: what differs from its times towards FreeSWITCH. */
  readonly switchTiming?: Partial<SwitchTiming>;
  /** Milliseconds that FreeSWITCH may take to confirm a command; for tests that slow it down on purpose. */
  readonly confirmMs?: number;
  /** Milliseconds until an act of Callplane's own that failed, or was not answered, is tried again. */
  readonly againMs?: number;
  /** Who may be offered the departments' callers; for tests that decide it themselves. */
  readonly availability?: (agents: AgentAvailability) => AgentAvailability;
  /** Given the streams when they can be used; for tests. */
  readonly onStreams?: (streams: Streams) => void;
  /** Where the console is built, if not where `npm run build` builds it. */
  readonly consoleDirectory?: string;
  /** Milliseconds that an agent who did not take a call is offered nothing. */
  readonly restMs?: number;
}
