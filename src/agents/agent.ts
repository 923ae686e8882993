import type { AgentStatusRecord } from "./ports.js";
import { INITIAL_STATE, WRAP_UP_REASON, reasonOf, statusOf, type AgentState, type Cause, type Next } from "./status.js";

/** Stands for the calls of before a restart, until the nodes have sent their calls. */
export const RESTORED_CALL = "restored";

/** What was asked for and waits, as it was stored. */
function nextOf({ after, reason, next, nextReason, nextAfter, asked }: AgentStatusRecord): Next | null {
  // An older row has what was asked for in `after`.
  const isOlder = next == null && asked != null;
  const status = isOlder ? after : next;
  if (status == null || status === "offline") return null;
  return { status, reason: (isOlder ? reason : nextReason) ?? null, after: nextAfter ?? "wrapUp", cause: asked ?? "request" };
}

/** The state of one agent. Only the service writes to it. */
export class Agent {
  readonly organizationId: number;
  readonly agentId: string;
  state: AgentState = INITIAL_STATE;
  /** When the status that others see began, milliseconds since the epoch. */
  since: number;
  /** Ids of the agent's live calls, including those that ring. Bounded by the live calls: one that has ended leaves. */
  readonly calls = new Set<string>();
  /** Whether a phone is registered, or was within the grace time. */
  hadPhone = false;
  /** When the agent's last call ended or the agent left offline, whichever is later; milliseconds since the epoch. */
  restingSince: number;
  /** The department of each department's call that the agent answered or dialled. Bounded by the agent's live calls. */
  readonly served = new Map<string, string>();
  /** Event streams that say that the agent's console is there. */
  streams = 0;
  /** The department's call of before a restart. */
  #restoredId: string | null = null;

  constructor(organizationId: number, agentId: string, since: number) {
    this.organizationId = organizationId;
    this.agentId = agentId;
    this.since = since;
    this.restingSince = since;
  }

  /** The department of the agent's newest call; null for none. */
  get department(): string | null {
    return [...this.served.values()].at(-1) ?? null;
  }

  /** The id of that call. */
  get servedCall(): string | null {
    const newest = [...this.served.keys()].at(-1) ?? null;
    return newest === RESTORED_CALL ? this.#restoredId : newest;
  }

  /** The call's id, also of the one that stands for those of before a restart. */
  idOf(callId: string): string | null {
    return callId === RESTORED_CALL ? this.#restoredId : callId;
  }

  restore(record: AgentStatusRecord): void {
    const inCall = record.status === "inCall";
    const wrapUp = record.status === "away" && record.reason === WRAP_UP_REASON ? { callId: record.callId ?? null, until: record.until?.getTime() ?? null } : null;
    const lasts = record.status === "inCall" || wrapUp !== null;
    const wish = lasts ? (record.after ?? "online") : record.status;
    const next = lasts ? nextOf(record) : null;
    // An older row has the reason of the away that follows a call in place of its own.
    const reasonThen = inCall ? record.reason : null;
    this.state = { wish, reason: wish === "away" ? (lasts ? (record.afterReason ?? reasonThen) : record.reason) : null, calls: inCall ? [RESTORED_CALL] : [], left: false, wrapUp, next };
    this.since = record.since.getTime();
    this.restingSince = (record.idleSince ?? record.since).getTime();
    this.#restoredId = inCall ? (record.callId ?? null) : null;
    if (inCall && record.department != null) this.served.set(RESTORED_CALL, record.department);
    this.hadPhone = record.registered ?? false;
  }

  record(cause: Cause): AgentStatusRecord {
    const { state } = this;
    const status = statusOf(state);
    const lasts = status === "inCall" || state.wrapUp !== null;
    return {
      organizationId: this.organizationId,
      agentId: this.agentId,
      status,
      reason: reasonOf(state),
      since: new Date(this.since),
      cause,
      after: lasts ? state.wish : null,
      afterReason: lasts ? state.reason : null,
      next: state.next?.status ?? null,
      nextReason: state.next?.reason ?? null,
      nextAfter: state.next?.after ?? null,
      asked: state.next?.cause ?? null,
      registered: this.hadPhone,
      until: state.wrapUp?.until == null ? null : new Date(state.wrapUp.until),
      idleSince: new Date(this.restingSince),
      department: status === "inCall" ? this.department : null,
      callId: status === "inCall" ? this.servedCall : (state.wrapUp?.callId ?? null),
    };
  }
}

/** All agents with a state. */
export class Agents {
  /** By organization and agent id. Bounded by the agents of the directory: one who is removed is forgotten when offline and in no call. */
  readonly #organizations = new Map<number, Map<string, Agent>>();

  find(organizationId: number, agentId: string): Agent | undefined {
    return this.#organizations.get(organizationId)?.get(agentId);
  }

  /** The agent, or a new one that is offline since `now`. */
  obtain(organizationId: number, agentId: string, now: number): Agent {
    let agents = this.#organizations.get(organizationId);
    if (agents === undefined) this.#organizations.set(organizationId, (agents = new Map<string, Agent>()));
    let agent = agents.get(agentId);
    if (agent === undefined) agents.set(agentId, (agent = new Agent(organizationId, agentId, now)));
    return agent;
  }

  /** Forgets agents for whom `isKnown` is false, once they are offline and in no call. */
  forget(isKnown: (organizationId: number, agentId: string) => boolean): void {
    for (const [organizationId, agents] of this.#organizations) {
      for (const [agentId, { calls, state }] of agents) {
        if (calls.size === 0 && state.calls.length === 0 && statusOf(state) === "offline" && !isKnown(organizationId, agentId)) agents.delete(agentId);
      }
      if (agents.size === 0) this.#organizations.delete(organizationId);
    }
  }

  *[Symbol.iterator](): Iterator<Agent> {
    for (const agents of this.#organizations.values()) yield* agents.values();
  }
}
