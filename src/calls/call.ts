import type { Channel, MutableChannel } from "./channel.js";
import { NO_ATTRIBUTES, type Attributes } from "./attributes.js";
import { Lengths } from "./ending.js";
import type { Handover } from "./handover.js";
import type { Help } from "./help.js";
import { History } from "./history.js";
import { numberText } from "./number-text.js";
import type { SupervisionMode } from "../people/index.js";
import type { CallDirection, CallState, CallView, HeldBy, Target, WaitingStage } from "./types.js";

/** Why the customer's leg is parked. */
export type ParkMode = "held" | "parked";

/** For a caller who waits for a day thousands of phones ring. */
const MAX_ENDED_LEGS = 20;

/** A program that supervises the call over a stream. */
export interface ProgramSupervision {
  /** The stream's sid. */
  readonly stream: string;
  readonly mode: SupervisionMode;
  readonly since: Date;
}

/** A view of one version of the call. */
export interface RenderedView {
  readonly version: number;
  /** How many of the call's versions changed more than its place. */
  readonly changes: number;
  readonly view: CallView;
  json: string | null;
}

/** A call for all but the registry, the only writer: the channels that are bridged, held or parked together. Its fields go on changing. */
export interface Call extends Readonly<Omit<MutableCall, "legs" | "endedLegs" | "supervisorLegs" | "customer" | "legOf" | "legEnded" | "aliases" | "attributesDueOf">> {
  /** Live legs, oldest first, without supervisors' legs. */
  readonly legs: readonly Channel[];
  readonly endedLegs: readonly Channel[];
  readonly supervisorLegs: readonly Channel[];
  readonly customer: Channel | undefined;
  /** Ids of calls that were joined to this one. */
  readonly aliases: readonly string[];
  /** The leg of this agent; a consulted one comes last. */
  legOf(agentId: string): Channel | undefined;
}

/** The registry's own side of a `Call`. */
export class MutableCall {
  readonly id: string;
  readonly node: string;
  organizationId: number | null = null;
  owner: string | null = null;
  /** The department that it waits in or waited in last. */
  department: string | null = null;
  /** Since when its caller waits, in one department after the other; null: the caller does not wait. */
  queuedAt: Date | null = null;
  /** Since when in the department of now. */
  enteredAt: Date | null = null;
  /** Among those who wait in the department, -10 to 10; higher comes first. */
  priority = 0;
  /** Its place in the department's line, from 1 on; null: it is in none. */
  position: number | null = null;
  /** The target of a transfer under way, and since when. */
  transfer: (Target & { readonly since: Date }) | null = null;
  /** How it left the agent who had it before. */
  handover: Handover | null = null;
  /** Who asks for help with it. */
  help: Help | null = null;
  attributes: Attributes = NO_ATTRIBUTES;
  /** It was found with attributes that are not read yet. */
  attributesDue = false;
  /** After a join while they were due: the legs of each of the calls that it was made of, of which one is to be read. */
  attributesDueOf: readonly ReadonlySet<MutableChannel>[] = [];
  /** Null until the department's greeting, if it has one, has been heard. */
  stage: WaitingStage | null = null;
  /** A program of this process says what the caller hears while the caller waits in the department. */
  ownSounds = false;
  mode: ParkMode | null = null;
  /** The agent whose phone has vanished: since `parkedAt` the other party is on hold until that phone is back. */
  lost: string | null = null;
  /** When it was put on hold or parked through Callplane. */
  parkedAt: Date | null = null;
  direction: CallDirection = "inbound";
  from = "";
  /** The caller's display name. */
  fromName: string | null = null;
  to = "";
  createdAt: Date;
  /** When two of it first talked. */
  answeredAt: Date | null = null;
  /** When its last change happened, by FreeSWITCH's clock. */
  changedAt: Date;
  /** Bounded by FreeSWITCH's channels. */
  legs: MutableChannel[] = [];
  /** Bounded by FreeSWITCH's channels. */
  supervisorLegs: MutableChannel[] = [];
  /** Programs that listen, whisper or barge. Bounded by the streams of a call (`Programs`). */
  programs: readonly ProgramSupervision[] = [];
  /** The legs that began and received the call, also after their end (`seeds/004_e1e84ef2369098d3.txt`: "as they were then"). */
  aLegId: string;
  bLegId: string | null = null;
  /** Bounded by `MAX_ALIASES` (call-index.ts). */
  aliases: string[] = [];
  /** Whether a customer ever was on it. In a call between agents none leaves. */
  hadCustomer = false;
  ended = false;
  /** Somebody ends it through Callplane. */
  endedByRequest = false;
  /** The customer's leg, the one that began the call, and the newest others. */
  endedLegs: readonly MutableChannel[] = [];
  readonly lengths = new Lengths();
  readonly history = new History();
  /** Its node was removed: the call has not ended, but it is no longer followed. */
  forgotten = false;
  /** Its place in the order of creation, for the pages of a list. */
  ordinal = 0;
  /** Nobody has been told of it. */
  isNew = true;
  /** Grows with each visible change. */
  version = 0;
  /** How many of its versions changed only its place. */
  moves = 0;
  /** Grows with each change that no event told of, but we made. */
  ownChanges = 0;
  #queue: string | null = null;
  /** The views of the newest version: with supervision for those who may see it, and without. */
  readonly rendered: { open: RenderedView | null; discreet: RenderedView | null } = { open: null, discreet: null };
  readonly fromText = numberText();
  readonly toText = numberText();
  /** The agents (ids) under whom the registry's index holds this call. */
  indexedAgents: readonly string[] = [];

  constructor(id: string, node: string, createdAt: Date) {
    this.id = id;
    this.node = node;
    this.aLegId = id;
    this.createdAt = createdAt;
    this.changedAt = createdAt;
  }

  get queue(): string | null {
    return this.#queue;
  }

  set queue(name: string | null) {
    this.#queue = name;
    if (name !== null) this.department = name;
  }

  /** The caller waits in this department from `at` on. Who has waited in another one until then goes on waiting; one who was leaving a message begins anew. */
  waitsIn(department: string, at: Date): void {
    const since = this.#queue === null || this.stage === "message" ? null : this.queuedAt;
    this.queue = department;
    this.queuedAt = since ?? at;
    this.enteredAt = at;
    this.stage = null;
  }

  waitsNoMore(): void {
    this.#queue = this.queuedAt = this.enteredAt = this.stage = null;
  }

  get customer(): MutableChannel | undefined {
    return this.legs.find((leg) => leg.role === "customer") ?? this.legs.find((leg) => leg.role === "other" && !leg.consult && !this.isRungBeside(leg));
  }

  /** Whether an operation has rung it beside two who have talked, and has not joined it with anybody: it may come to nothing. */
  isRungBeside({ unjoined }: Pick<MutableChannel, "unjoined">): boolean {
    return unjoined && this.answeredAt !== null;
  }

  legEnded(...legs: readonly MutableChannel[]): void {
    const all = [...this.endedLegs, ...legs];
    this.endedLegs = all.filter((leg, index) => leg.role === "customer" || leg.uuid === this.aLegId || index >= all.length - MAX_ENDED_LEGS).slice(-2 * MAX_ENDED_LEGS);
  }

  get inConference(): boolean {
    return this.legs.some((leg) => leg.inConference);
  }

  legOf(agentId: string): MutableChannel | undefined {
    const own = this.legs.filter((leg) => leg.agentId === agentId);
    const answered = own.filter((leg) => leg.answered && !leg.consult);
    return answered.find((leg) => !this.isRungBeside(leg)) ?? answered[0] ?? own[0];
  }

  /** The agents whose phones ring. An agent who dials is not rung. */
  get ringing(): readonly string[] {
    const rung: string[] = [];
    for (const leg of this.legs) {
      if (!leg.answered && leg.agentId !== null && leg.columns.direction === "outbound" && !rung.includes(leg.agentId)) rung.push(leg.agentId);
    }
    return rung;
  }

  get heldBy(): HeldBy | null {
    if (this.state !== "held") return null;
    return this.lost !== null ? "lostPhone" : this.mode === "held" ? "agent" : "phone";
  }

  /** Whether a program runs a leg that nobody has put aside. */
  get isScripted(): boolean {
    return this.mode === null && this.legs.some((leg) => leg.program !== null && leg.parked);
  }

  get state(): CallState {
    const { legs } = this;
    if (this.ended || legs.length === 0) return "ended";
    if (this.inConference) return "active";
    // One pass without a list of its own: a look at all who wait asks thousands of times.
    let parked = 0;
    let talks = false;
    let heldByPhone = false;
    let waits = false;
    let isUnjoined = false;
    let rings = false;
    for (const leg of legs) {
      const { partner, role, answered } = leg;
      if (leg.parked) {
        parked++;
        waits ||= role === "customer" || role === "other";
        isUnjoined ||= leg.unjoined;
      }
      if (!answered) rings = true;
      else if (partner?.answered === true && !leg.consult && !partner.consult) {
        talks = true;
        heldByPhone ||= leg.heldByPhone;
      }
    }
    if (this.mode === "held" && (parked > 0 || this.lost !== null)) return "held";
    if (talks) return heldByPhone ? "held" : "active";
    if (this.queue === null && this.isScripted) return "scripted";
    // FreeSWITCH takes a caller out of park a moment before it joins the caller with the phone that has answered.
    if (this.queue !== null && isUnjoined) return "queued";
    if (waits) return this.queue !== null && this.stage !== "message" ? "queued" : "parked";
    if (rings) return "ringing";
    // Between the answer of the first leg and the conversation, nobody rings for a moment.
    const [first] = legs;
    if (this.answeredAt === null && parked === 0 && (legs.length > 1 || (first?.role === "agent" && first.columns.direction === "outbound"))) return "ringing";
    return parked === legs.length ? "parked" : "active";
  }
}
