/** What people ask of an agent's status: who may, what is refused, and what becomes of it. */
import type { Clock } from "../clock.js";
import { conflict, invalid } from "../errors.js";
import type { Actor, Directory } from "../people/index.js";
import { agentFor } from "./access.js";
import type { Agent, Agents } from "./agent.js";
import type { AgentPolicy } from "./ports.js";
import { checkReason } from "./reasons.js";
import { wishOf, type AgentInput, type After, type Cause } from "./status.js";
import type { AgentStatus } from "./types.js";

/** How long a wrap-up that was lengthened lasts at most, from its beginning. */
export const LONGEST_WRAP_UP_MS = 15 * 60_000;

/** A status that is asked for. */
export interface StatusRequest {
  readonly status: AgentStatus;
  /** Why the agent is away. */
  readonly reason?: string;
  /** What it waits for. Default: during a call, for the wrap-up after it too, where one follows; during a wrap-up it is at once. */
  readonly after?: After;
}

export interface StatusRequestsOptions {
  readonly directory: Directory;
  readonly policy: AgentPolicy;
  readonly clock: Clock;
  readonly agents: Agents;
  /** Runs the status machine. */
  readonly input: (agent: Agent, input: AgentInput, cause: Cause) => void;
}

export class StatusRequests {
  readonly #options: StatusRequestsOptions;

  constructor(options: StatusRequestsOptions) {
    this.#options = options;
  }

  /** Throws InvalidParameter for `inCall`, for a reason that is none, and for an `offline` that is to wait: it is at once. */
  set(actor: Actor, agentId: string, { status, reason, after }: StatusRequest): void {
    if (status === "inCall") throw invalid("status", "inCall is set by the system only.");
    if (status === "offline" && after !== undefined) throw invalid("after", "is possible for online and away only: offline is at once.");
    const { agent, cause } = this.#asked(actor, agentId);
    // What waits already may come sooner, also where its reason is the system's own.
    const { next } = agent.state;
    const isNext = status === "away" && next?.status === "away" && next.reason === reason;
    if (reason !== undefined && !isNext) checkReason(this.#options.policy.awayReasons(agent.organizationId), status, reason);
    this.#options.input(agent, { type: "request", status, reason: reason ?? null, ...(after === undefined ? {} : { after }) }, cause);
  }

  /** Throws Conflict where nothing was asked for, or it is the status by now. */
  withdraw(actor: Actor, agentId: string): void {
    const { agent, cause } = this.#asked(actor, agentId);
    if (agent.state.next === null) throw conflict("No status waits for the end of a call or of a wrap-up.");
    this.#options.input(agent, { type: "withdrawn" }, cause);
  }

  /** Throws Conflict for an agent in no wrap-up, for a wrap-up without end, and beyond the longest. */
  extendWrapUp(actor: Actor, agentId: string, byS: number): void {
    const { agent, cause } = this.#asked(actor, agentId);
    const { wrapUp } = agent.state;
    if (wrapUp === null) throw conflict("The agent is in no wrap-up.");
    if (wrapUp.until === null) throw conflict("This wrap-up lasts until the agent ends it.");
    const until = Math.max(wrapUp.until, this.#options.clock.now()) + byS * 1000;
    if (until > agent.since + LONGEST_WRAP_UP_MS) throw conflict(`A wrap-up can be lengthened to ${LONGEST_WRAP_UP_MS / 60_000} minutes in all.`);
    this.#options.input(agent, { type: "wrapUpExtended", until }, cause);
  }

  /** The system's own: after the call and the wrap-up that last. No change for an offline agent. */
  setAway(organizationId: number, agentId: string, reason: string): void {
    const agent = this.#options.agents.find(organizationId, agentId);
    if (agent === undefined || wishOf(agent.state) === "offline") return;
    this.#options.input(agent, { type: "request", status: "away", reason, after: "wrapUp" }, "system");
  }

  #asked(actor: Actor, named: string): { readonly agent: Agent; readonly cause: Cause } {
    const { directory, agents, clock } = this.#options;
    const { organizationId, agentId } = agentFor(directory, actor, named);
    return { agent: agents.obtain(organizationId, agentId, clock.now()), cause: actor.agentId === agentId && actor.organizationId === organizationId ? "request" : `request:${actor.name}` };
  }
}
