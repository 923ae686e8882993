import type { Channel } from "./channel.js";
import type { CallDirection, CallState, CallView, WaitingStage } from "./types.js";

/** Why the customer's leg is parked. */
export type ParkMode = "held" | "parked";

/** A view as it was made for one version of the call. */
export interface RenderedView {
  readonly version: number;
  readonly view: CallView;
  json: string | null;
}

/** A call: the channels that are bridged, held or parked together. Only the registry writes to it. */
export class Call {
  readonly id: string;
  readonly node: string;
  organizationId: number | null = null;
  owner: string | null = null;
  /** The department that it waits in, or waited in last before somebody took it. */
  department: string | null = null;
  queuedAt: Date | null = null;
  /** Among those who wait in the department, -10 to 10; higher comes first. */
  priority = 0;
  /** Null until the department's greeting, if it has one, has been heard. */
  stage: WaitingStage | null = null;
  mode: ParkMode | null = null;
  parkedAt: Date | null = null;
  direction: CallDirection = "inbound";
  from = "";
  to = "";
  createdAt: Date;
  /** When two of it first talked. */
  answeredAt: Date | null = null;
  /** When what was last told of it happened. */
  changedAt: Date;
  /** Live legs, oldest first, supervisors' excepted. Bounded by FreeSWITCH's channels. */
  legs: Channel[] = [];
  /** Supervisors' legs. Bounded by FreeSWITCH's channels. */
  spies: Channel[] = [];
  /** Whose leg began the call and who received it, kept when they are gone (seed 004: "as they were then"). */
  aLegId: string;
  bLegId: string | null = null;
  /** Ids of calls that were joined to this one. Bounded by `MAX_ALIASES` (call-index.ts). */
  aliases: string[] = [];
  /** Whether a customer ever was on it: a call between agents is not cleaned up after one. */
  hadCustomer = false;
  ended = false;
  /** Its node is followed no more: the call goes on, though not for us. */
  forgotten = false;
  /** Its place in the order of creation; pages go by it. */
  ordinal = 0;
  /** Grows with each visible change. */
  version = 0;
  #queue: string | null = null;
  /** Kept for the lists: as those see it who may know of supervision, and as the others do. */
  readonly rendered: { open: RenderedView | null; discreet: RenderedView | null } = { open: null, discreet: null };
  /** The agents (ids) under whom the registry's index holds this call. */
  indexedAgents: readonly string[] = [];

  constructor(id: string, node: string, createdAt: Date) {
    this.id = id;
    this.node = node;
    this.aLegId = id;
    this.createdAt = createdAt;
    this.changedAt = createdAt;
  }

  /** The department that it waits in now. */
  get queue(): string | null {
    return this.#queue;
  }

  set queue(name: string | null) {
    this.#queue = name;
    if (name !== null) this.department = name;
  }

  get customer(): Channel | undefined {
    return this.legs.find((leg) => leg.role === "customer") ?? this.legs.find((leg) => leg.role === "other" && !leg.consult);
  }

  get inConference(): boolean {
    return this.legs.some((leg) => leg.inConference);
  }

  /** The leg of this agent, a consulted one last. */
  legOf(agentId: string): Channel | undefined {
    const own = this.legs.filter((leg) => leg.agentId === agentId);
    return own.find((leg) => leg.answered && !leg.consult) ?? own[0];
  }

  /** The agents whose phones ring. An agent who dials by herself is not rung. */
  get ringing(): readonly string[] {
    const rung: string[] = [];
    for (const leg of this.legs) {
      if (!leg.answered && leg.agentId !== null && leg.columns.direction === "outbound") rung.push(leg.agentId);
    }
    return rung;
  }

  get state(): CallState {
    const { legs } = this;
    if (this.ended || legs.length === 0) return "ended";
    if (this.inConference) return "active";
    const parked = legs.filter((leg) => leg.parked);
    if (this.mode === "held" && parked.length > 0) return "held";
    const talking = legs.filter((leg) => leg.partner !== null && !leg.consult && !leg.partner.consult);
    if (talking.length > 0) return talking.some((leg) => leg.heldByPhone) ? "held" : "active";
    const waiting = parked.some((leg) => leg.role === "customer" || leg.role === "other");
    if (waiting) return this.queue !== null && this.stage !== "message" ? "queued" : "parked";
    if (legs.some((leg) => !leg.answered)) return "ringing";
    // Between the answer of the first leg and the conversation there is a moment in which nobody rings yet, or any more.
    const [first] = legs;
    if (this.answeredAt === null && parked.length === 0 && (legs.length > 1 || (first?.role === "agent" && first.columns.direction === "outbound"))) return "ringing";
    if (parked.length === legs.length) return "parked";
    return "active";
  }
}
