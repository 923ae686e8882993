/** The door of the calls room: what faces, agents and live events see of calls. */
import type { ChannelRow } from "../freeswitch/index.js";
import type { Actor, SupervisionMode } from "../people/index.js";

/** How far a caller is who waits in a department: null until its greeting has been heard; `message`: the caller leaves one, because nobody had time. */
export type WaitingStage = "waiting" | "message";
export type CallState = "queued" | "ringing" | "active" | "held" | "parked" | "ended";
export type LegRole = "customer" | "agent" | "supervisor" | "other";
export type LegState = "ringing" | "active" | "held" | "parked" | "ended";
export type CallDirection = "inbound" | "outbound" | "internal";

export interface Leg {
  readonly id: string;
  readonly role: LegRole;
  /** The agent id whose phone this is, or null. */
  readonly agent: string | null;
  /** The number or extension at the far end. */
  readonly number: string;
  readonly state: LegState;
  readonly muted: boolean;
  /** The SIP Call-ID, null until known. */
  readonly sipCallId: string | null;
}

export interface Supervision {
  /** The supervisor's agent id. */
  readonly agent: string;
  readonly mode: SupervisionMode;
  readonly since: string; // ISO 8601
}

/** A call as a viewer may see it (CONTRACT §1); plain JSON. */
export interface CallView {
  readonly id: string;
  readonly state: CallState;
  readonly direction: CallDirection;
  readonly from: string;
  readonly to: string;
  readonly assignedTo: string | null;
  /** That it waits in or came from. */
  readonly department: string | null;
  readonly node: string;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly ringing: readonly string[];
  readonly legs: readonly Leg[];
  readonly supervision: readonly Supervision[];
  readonly recording: boolean;
}

/** A call with what the other faces show besides; never sent as it is. */
export interface CallDetail {
  readonly view: CallView;
  readonly organizationId: number | null;
  /** The leg that began the call and the oldest other one, "aleg" and "bleg" as they were then (CONTRACT §5), with the rows of those still up. */
  readonly aLeg: ChannelRow | null;
  readonly bLeg: ChannelRow | null;
}

export type TargetType = "client" | "phonenumber" | "department";
export interface Target {
  readonly type: TargetType;
  readonly to: string;
}

export interface CallFilter {
  readonly state?: CallState;
  readonly agent?: string;
  readonly department?: string;
  /** Exact match of the number at either end. */
  readonly number?: string;
  readonly direction?: CallDirection;
  /** Root alone: one organization's domain. */
  readonly domain?: string;
}

export interface Page {
  /** 1 to 1000, default 100. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next: string | null;
}

export interface OriginateRequest {
  /** Agent id (or extension) whose phone rings first; default the actor's own. */
  readonly agent?: string;
  readonly target: Target;
  /** A SIP header or flag that makes the phone answer by itself, checked (CONTRACT §4). */
  readonly autoAnswer?: AutoAnswer;
}

export type AutoAnswer =
  | { readonly kind: "sip_h_Call-Info" | "sip_h_Alert-Info"; readonly value: string }
  | { readonly kind: "sip_auto_answer" };

export interface SuperviseRequest {
  readonly mode: SupervisionMode | "off";
  /** The supervisor's agent id whose phone listens; default the actor's own. */
  readonly agent?: string;
  /** Which agent's leg, when the call has several. */
  readonly target?: string;
}

/** The rows of one organization (or of all), ready to send. */
export interface ChannelList {
  readonly rowCount: number;
  /** Each row as JSON text without `presence_data`'s content, in creation order; collected when it is read, which an unchanged list need not be. */
  readonly rows: readonly string[];
  /** Changes whenever any row of the set does. */
  readonly etag: string;
}

/**
 * Everything that a face may ask of calls. Every method checks the actor: NotFound for another organization's call, NotYourCall for a colleague's,
 * Forbidden for what the role may never do. A method that acts resolves only when FreeSWITCH's event has proved it; it throws Timeout when that does not come.
 * `callId` may be the uuid of any leg of the call, a supervisor's excepted.
 */
export interface CallService {
  list(actor: Actor, filter: CallFilter, page: Page): Paged<CallView>;
  /** The same list with each call as JSON text, from what is kept serialised. */
  listJson(actor: Actor, filter: CallFilter, page: Page): Paged<string>;
  get(actor: Actor, callId: string): CallDetail;
  details(actor: Actor, filter: CallFilter): readonly CallDetail[];
  /** Waiting calls, longest waiting first. */
  queued(actor: Actor): readonly CallDetail[];
  /** The call the actor is talking on (active, else ringing, held or parked; newest first); null when none. */
  current(actor: Actor): CallDetail | null;
  channels(actor: Actor, options: { readonly domain?: string; readonly offset?: number; readonly limit?: number }): ChannelList;

  /** Agent first, then the target; resolves with the new call's id when the agent has answered. Throws USER_BUSY, NO_ANSWER, … of her phone. */
  originate(actor: Actor, request: OriginateRequest): Promise<{ readonly id: string }>;
  hold(actor: Actor, callId: string): Promise<void>;
  resume(actor: Actor, callId: string): Promise<void>;
  /** Ring first: never loses the caller. */
  transfer(actor: Actor, callId: string, target: Target): Promise<void>;
  /** Seed 004: the named leg moves to the target, the other is released after the bridge. */
  transferLeg(actor: Actor, callId: string, leg: "aleg" | "bleg", target: Target): Promise<void>;
  park(actor: Actor, callId: string): Promise<void>;
  /** Seed 004: the named leg is dropped, the other waits `seconds`, then ends. */
  parkLeg(actor: Actor, callId: string, leg: "aleg" | "bleg", seconds: number): Promise<void>;
  /** Without an id: the longest waiting caller. Resolves when the actor's phone is bridged to it. */
  pickup(actor: Actor, callId?: string): Promise<{ readonly id: string }>;
  /** Joins the customers of two calls, or the agent's call with another; the joined call keeps the older customer's id. */
  bridge(actor: Actor, callId: string, withCallId: string): Promise<{ readonly id: string }>;
  /** Seed 002 `/call/transfer`: joins the actor's current call, which must be outbound, with `sourceId`. Details of both calls as they were. */
  joinCurrent(actor: Actor, sourceId: string): Promise<{ readonly source: CallDetail; readonly destination: CallDetail }>;
  hangup(actor: Actor, callId: string): Promise<void>;
  /** Ends one channel with a cause of FreeSWITCH's table (CONTRACT §4). */
  hangupChannel(actor: Actor, channelId: string, cause?: string): Promise<void>;
  mute(actor: Actor, callId: string): Promise<void>;
  unmute(actor: Actor, callId: string): Promise<void>;
  /** Sends the digits to the far end of the actor's leg. */
  dtmf(actor: Actor, callId: string, digits: string): Promise<void>;
  /** `start` gives the recording's id. */
  record(actor: Actor, callId: string, action: "start" | "stop" | "pause" | "resume"): Promise<{ readonly id: string } | null>;
  /** Warm transfer: customer on hold, the agent talks to the target. Gives the consultation leg's id once answered. */
  consult(actor: Actor, callId: string, target: Target): Promise<{ readonly id: string }>;
  completeConsult(actor: Actor, callId: string): Promise<void>;
  cancelConsult(actor: Actor, callId: string): Promise<void>;
  conference(actor: Actor, callId: string, add: Target): Promise<void>;
  /** Resolves to the supervising leg's id, null for off. */
  supervise(actor: Actor, callId: string, request: SuperviseRequest): Promise<{ readonly id: string } | null>;
}

/** Changes that the registry tells, in order, after its state holds them. */
export type CallChange =
  | { readonly type: "call.created" | "call.updated" | "call.ended"; readonly call: CallChangeSubject }
  | { readonly type: "call.transfer.failed"; readonly call: CallChangeSubject; readonly code: string; readonly target: string }
  | SupervisionChange;

/** Why a supervision ended: it was asked for, the supervisor hung up, or the call left nobody to watch. */
export const SUPERVISION_ENDS = ["asked", "hung_up", "call_ended", "no_agent", "own_call", "failed"] as const;
export type SupervisionEnd = (typeof SUPERVISION_ENDS)[number];

export interface SupervisionChange {
  readonly type: "call.supervision.started" | "call.supervision.switched" | "call.supervision.ended";
  readonly call: CallChangeSubject;
  readonly agent: string;
  readonly mode: SupervisionMode;
  /** Of an end. */
  readonly reason?: SupervisionEnd;
}

/** What a reader needs to decide who may see a change and to show it; `viewFor` is lazy so that nobody pays for a change that nobody reads. */
export interface CallChangeSubject {
  readonly id: string;
  readonly organizationId: number | null;
  readonly assignedTo: string | null;
  /** The department that it waits in or came from: kept when somebody has taken it, and after a restart. */
  readonly department: string | null;
  readonly ringing: readonly string[];
  readonly queued: boolean;
  /** When what is told happened, by FreeSWITCH's clock. */
  readonly changedAt: Date;
  /** The call's agents on live legs, and the owner: who is talking, for the agents room. Supervisors are not in it. */
  readonly agentLegs: readonly AgentLeg[];
  /** The view for this actor, or null when she may not see the call (or this change). */
  viewFor(actor: Actor): CallView | null;
}

export interface AgentLeg {
  readonly agentId: string;
  readonly state: LegState;
  readonly answered: boolean;
  /** True when the agent dialled this call herself. */
  readonly dialled: boolean;
}

export interface CallChangeSource {
  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: CallChange) => void): () => void;
}
