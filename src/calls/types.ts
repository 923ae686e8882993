/** What faces, agents and event streams see of calls. */
import type { Attributes } from "./attributes.js";
import type { QualityReport } from "./quality.js";
import type { Handover } from "./handover.js";
import type { HelpView } from "./help.js";
import type { ChannelRow } from "../freeswitch/index.js";
import type { Actor, SupervisionMode } from "../people/index.js";

/** The progress of a caller in a department (null until the greeting has been heard). `message`: the caller leaves a message. */
export type WaitingStage = "waiting" | "message";
/** `scripted`: a program runs a leg, and nobody talks to it. */
export type CallState = "queued" | "ringing" | "active" | "held" | "parked" | "scripted" | "ended";
export type LegRole = "customer" | "agent" | "supervisor" | "other";
export type LegState = "ringing" | "active" | "held" | "parked" | "ended";
export type HeldBy = "agent" | "phone" | "lostPhone";
export type CallDirection = "inbound" | "outbound" | "internal";

export interface Leg {
  readonly id: string;
  readonly role: LegRole;
  /** The agent id whose phone this is, or null. */
  readonly agent: string | null;
  /** The number or extension at the far end. */
  readonly number: string;
  /** `number` with spaces, for people. */
  readonly numberText: string;
  /** The name that came with it, at most 64 characters; null: none, or the leg was called. */
  readonly name: string | null;
  readonly state: LegState;
  readonly muted: boolean;
  /** The SIP Call-ID, null until known. */
  readonly sipCallId: string | null;
  /** How good the phone behind it says that the connection is; null: it has not said. */
  readonly quality: LegQuality | null;
}

/** `at`: ISO 8601. */
export type LegQuality = QualityReport & { readonly at: string };

export interface Supervision {
  /** The supervisor's agent id; null: a program. */
  readonly agent: string | null;
  /** Of a program alone: the sid of its stream. */
  readonly stream?: string | undefined;
  readonly mode: SupervisionMode;
  readonly since: string; // ISO 8601
  /** The agent whose leg is listened to; null: the leg is no agent's. */
  readonly target: string | null;
  /** Who hears the supervisor; the customer while joined with the leg that is listened to. `hearers`: the legs that do. */
  readonly heardBy: readonly Hearer[];
  readonly hearers: readonly string[];
  readonly muted: boolean;
}

export type Hearer = "agent" | "customer";
export type RecordingState = "off" | "on" | "paused";

/** A consultation: the agent asks somebody while the customer is on hold. */
export interface ConsultView {
  /** The extension or number that was called. */
  readonly to: string;
  /** Whose phone it is; null: nobody's of Callplane. */
  readonly agent: string | null;
  readonly leg: string;
  /** `held`: the agent talks to the caller, and the consulted party waits with music. */
  readonly state: "ringing" | "active" | "held";
  readonly since: string;
}

/** A transfer under way: the caller hears music while the target rings. */
export interface TransferView extends Target {
  readonly since: string;
}

/** A call as a viewer may see it (CONTRACT §1); plain JSON. */
export interface CallView {
  readonly id: string;
  readonly state: CallState;
  readonly direction: CallDirection;
  readonly from: string;
  /** The caller's display name as the trunk or phone gave it, at most 64 characters; it proves nothing. */
  readonly fromName: string | null;
  /** `from` with spaces, for people; `toText` likewise. */
  readonly fromText: string;
  readonly to: string;
  readonly toText: string;
  readonly assignedTo: string | null;
  /** Who owned it before, the first one first. */
  readonly previousAgents: readonly string[];
  /** The department that it waits in or came from. */
  readonly department: string | null;
  readonly node: string;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly stateSince: string;
  /** Since when it waits, in this department and those before; null: it does not wait. So are `position` and `priority`. */
  readonly queuedAt: string | null;
  /** How many are served before it, itself included. */
  readonly position: number | null;
  readonly priority: number | null;
  /** The agents whose phones ring for it while it waits. */
  readonly offeredTo: readonly string[];
  readonly ringing: readonly string[];
  readonly legs: readonly Leg[];
  readonly supervision: readonly Supervision[];
  readonly recording: boolean;
  readonly recordingState: RecordingState;
  readonly consult: ConsultView | null;
  readonly transfer: TransferView | null;
  /** What others have noted about it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Why the call is on hold: the agent asked Callplane, a phone holds by itself, or the agent's phone has vanished and is rung when it is back. Null while it is not held. */
  readonly heldBy: HeldBy | null;
  /** More than two talk, or did a moment ago; the legs are the participants. */
  readonly conference: boolean;
  /** Who asks for help with it; null: nobody. */
  readonly help: HelpView | null;
}

/** A call with what some faces show besides, such as since when it waits in its department (null: it does not); never sent as it is. */
export interface CallDetail {
  readonly view: CallView;
  readonly organizationId: number | null;
  /** The rows of the leg that began the call and of the oldest other one (CONTRACT §5). */
  readonly aLeg: ChannelRow | null;
  readonly bLeg: ChannelRow | null;
  readonly enteredAt: Date | null;
}

/** What can be done with one leg of a call. */
export type LegAct = "mute" | "unmute" | "hold" | "resume" | "answer" | "hangup";

export type TargetType = "client" | "phonenumber" | "department";
export interface Target {
  readonly type: TargetType;
  readonly to: string;
}

export interface CallFilter {
  readonly state?: CallState;
  /** One of its legs has this SIP Call-ID. */
  readonly sipCallId?: string;
  readonly agent?: string;
  readonly department?: string;
  /** Exact match of the number at either end. */
  readonly number?: string;
  readonly direction?: CallDirection;
  /** Root alone: one organization's domain. */
  readonly domain?: string;
  /** Occurs in its numbers, the caller's name, its department, whose it is, or in an attribute. */
  readonly q?: string;
}

export const CALL_SORTS = ["createdAt", "stateSince"] as const;

export interface Page {
  /** One of `CALL_SORTS`, `-` for downwards; default: `createdAt`. */
  readonly sort?: string;
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
  /** Of the new call. */
  readonly attributes?: Attributes;
  /** A SIP header or flag that makes the phone answer by itself, checked (CONTRACT §4). */
  readonly autoAnswer?: AutoAnswer;
}

export type AutoAnswer =
  | { readonly kind: "sip_h_Call-Info" | "sip_h_Alert-Info"; readonly value: string }
  | { readonly kind: "sip_auto_answer" };

export interface SuperviseRequest {
  /** Default: the present one of this supervisor on this call, else listen. */
  readonly mode?: SupervisionMode | "off";
  /** Whether the supervisor is heard by nobody, whatever the mode; default: as it is. */
  readonly muted?: boolean;
  /** The supervisor's agent id whose phone listens; default the actor's own. */
  readonly agent?: string;
  /** Which agent's leg, when the call has several. */
  readonly target?: string;
}

/** A supervision as it is after a request. */
export interface Supervised extends Pick<Supervision, "mode" | "heardBy" | "muted"> {
  /** The supervisor's leg. */
  readonly id: string;
}

/** The rows of one organization (or of all), ready to send. */
export interface ChannelList {
  readonly rowCount: number;
  /** Each row as JSON text, in creation order, without the content of `presence_data`. A getter: an unchanged list need not be rendered. */
  readonly rows: readonly string[];
  /** Changes whenever any row of the set does. */
  readonly etag: string;
}

/** `system`: FreeSWITCH, or a rule. */
export type HungUpBy = "customer" | "agent" | "system";

/** How a call ended. Lengths in milliseconds. */
export interface CallEnd {
  /** FreeSWITCH's word; of a call that nobody answered, why. Null: its end was not seen, or it was joined to another call. */
  readonly cause: string | null;
  readonly by: HungUpBy;
  readonly waitMs: number;
  readonly talkMs: number;
  /** On hold or parked. */
  readonly holdMs: number;
}

/** Told in order, after the registry holds the change. `call.created` comes with the first change of a call that was not found with our own state, and an update with it. */
export type CallChange =
  | { readonly type: "call.created" | "call.updated" | "call.ended"; readonly call: CallChangeSubject }
  | { readonly type: "call.transfer.failed"; readonly call: CallChangeSubject; readonly code: string; readonly target: string }
  /** An agent asks for help. `agent` null: nobody's; `reason` null: none was given. */
  | { readonly type: "call.help"; readonly call: CallChangeSubject; readonly agent: string | null; readonly reason: string | null }
  | { readonly type: "call.phone.lost"; readonly call: CallChangeSubject; readonly agent: string; readonly outcome: LostPhoneOutcome }
  | SupervisionChange;

/** What has become of a caller whose agent's phone vanished: on hold, joined with that phone again, first in line in the department, or on hold for longer than the limit. */
export const LOST_PHONE_OUTCOMES = ["held", "joined", "queued", "kept"] as const;
export type LostPhoneOutcome = (typeof LOST_PHONE_OUTCOMES)[number];

/** Why a supervision ended: on request, because the supervisor hung up (a program: closed its connection), or because no agent is left to listen to. */
export const SUPERVISION_ENDS = ["asked", "hung_up", "call_ended", "no_agent", "own_call", "failed"] as const;
export type SupervisionEnd = (typeof SUPERVISION_ENDS)[number];

export interface SupervisionChange {
  readonly type: "call.supervision.started" | "call.supervision.switched" | "call.supervision.ended";
  readonly call: CallChangeSubject;
  /** Null: a program. */
  readonly agent: string | null;
  /** Of a program alone: the sid of its stream. */
  readonly stream?: string;
  readonly mode: SupervisionMode;
  /** When it began, changed or ended, by FreeSWITCH's clock. */
  readonly at: Date;
  /** Only of an end. */
  readonly reason?: SupervisionEnd;
}

/** What a reader needs to decide who may see a change, and to show it. */
export interface CallChangeSubject {
  readonly id: string;
  readonly organizationId: number | null;
  readonly assignedTo: string | null;
  /** The department that it waits in or came from. */
  readonly department: string | null;
  readonly ringing: readonly string[];
  readonly queued: boolean;
  /** What FreeSWITCH is in the middle of, each under a name of its own; none: the state may last. */
  readonly unsettled: readonly string[];
  /** When the change happened, by FreeSWITCH's clock. */
  readonly changedAt: Date;
  /** The ids of the recordings under way. */ readonly recordings: readonly string[];
  /** How it left the agent who had it before; null: it did not. */
  readonly handover: Handover | null;
  /** Null until it has ended. */
  readonly ending: CallEnd | null;
  /** The agents' live legs, without supervisors' legs; for an agent whose phone has vanished, the leg that is to be. */
  readonly agentLegs: readonly AgentLeg[];
  /** The view for this actor, made on demand, and its JSON text, kept with it; null when the actor may not see the call. */
  viewFor(actor: Actor): CallView | null;
  jsonFor(actor: Actor): string | null;
}

export interface AgentLeg {
  readonly agentId: string;
  readonly state: LegState;
  readonly answered: boolean;
  /** Whether the agent dialled this call. */
  readonly dialled: boolean;
}

/** Whether an operation is under way on a call, other than one that waits for somebody to answer a phone. */
export interface CallsActing {
  isActing(callId: string): boolean;
  /** Called when none is any more. Returns the unsubscribe function. */
  onRest(handler: (callId: string) => void): () => void;
}

export interface CallChangeSource {
  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onChange(handler: (change: CallChange) => void): () => void;
}
