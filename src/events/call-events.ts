/** Makes the domain events of calls: the beginning first and whole, one event for one act, the end last. */
import type { CallChange, CallEnd, CallsActing, CallView, MovedCall } from "../calls/index.js";
import type { Actor } from "../people/index.js";
import { CallUpdates, type CallUpdate } from "./call-updates.js";
import type { DomainFact } from "./outbox.js";

/** Sees everything: for what Callplane derives from calls. */
export const SYSTEM: Actor = { name: "events", role: "root", organizationId: null, agentId: null, permissions: new Set(), tokenId: "" };

/** How often it is told at most that callers have moved up in their lines. */
const MOVED_MS = 1000;
/** Thousands may move up at once. So many are told at a time, about 0.5 ms of work, and the switch's events are heard in between. */
const MOVED_AT_A_TIME = 25;
/** 500 a second at most: each such event is kept for readers that come back. */
const MOVED_PAUSE_MS = 50;

/** Of one recording; then they are told before its beginning, which the database does not take. */
const MAX_EARLY = 100;

/** What the last event of a call showed. */
interface Shown {
  readonly view: CallView;
  /** Null until it is compared: of the many who move up, the place alone tells. */
  json: string | null;
  /** It belongs to an organization. */
  readonly assigned: boolean;
  /** The next update is told, whatever it shows. */
  readonly isDue: boolean;
}

type Subject = CallChange["call"];

/** What is told once the beginning of its recording is. */
interface Early {
  readonly callId: string;
  readonly tell: () => void;
}

export class CallEvents {
  readonly #updates: CallUpdates;
  /** About 2 KB each. Bounded by the live calls. */
  readonly #shown = new Map<string, Shown>();
  /** Calls that began and have not been told of. Bounded by the live calls. */
  readonly #begun = new Set<string>();
  /** Waiting calls of which only the place has changed. Bounded by the calls that wait. */
  readonly #moved = new Map<string, MovedCall>();
  /** By recording. Bounded by the recordings that begin, each by `MAX_EARLY`. */
  readonly #early = new Map<string, Early[]>();
  readonly #isStartDue: (callId: string, recordingId: string) => boolean;
  readonly #append: (organizationId: number | null, fact: DomainFact) => void;
  readonly #contained: (work: () => void) => void;
  #movedTimer: NodeJS.Timeout | null = null;

  /**
   * @param contained runs work whose error must not reach who told of the change
   * @param isStartDue whether the beginning of this recording of the call is still to be told, by `recordingStarted`
   */
  constructor(acting: CallsActing, append: (organizationId: number | null, fact: DomainFact) => void, contained: (work: () => void) => void, isStartDue: (callId: string, recordingId: string) => boolean = () => false) {
    this.#append = append;
    this.#isStartDue = isStartDue;
    this.#contained = contained;
    this.#updates = new CallUpdates(acting, (update) => contained(() => this.#told(update)));
  }

  change(change: CallChange): void {
    const { id, organizationId } = change.call;
    if (change.type === "call.created") {
      this.#begun.add(id);
      return;
    }
    if (isSpecial(change)) {
      this.#contained(() => this.#besides(change));
      return;
    }
    // Whatever is told shows the place too.
    this.#moved.delete(id);
    // A beginning is not kept back: the call may end at once.
    const begins = this.#begun.has(id) && organizationId !== null;
    if (isUpdate(change) && !begins) {
      this.#updates.add(change);
      return;
    }
    this.#updates.drop(id);
    this.#contained(() => this.#told(change));
  }

  moved(call: MovedCall): void {
    this.#moved.set(call.id, call);
    this.#movedTimer ??= setTimeout(() => this.#tellMoved(), MOVED_MS).unref();
  }

  /** The beginning of this recording was told: what came after it follows. */
  recordingStarted(id: string): void {
    const early = this.#early.get(id) ?? [];
    this.#early.delete(id);
    for (const { tell } of early) tell();
  }

  /** Lists were read for who is told of changes from now on: what was not told yet is told next, also when it has gone back by then. */
  listed(): void {
    for (const id of [...this.#updates.pending, ...this.#moved.keys()]) {
      const shown = this.#shown.get(id);
      if (shown !== undefined) this.#shown.set(id, { ...shown, isDue: true });
    }
  }

  /** Tells what was kept back. Idempotent. */
  close(): void {
    if (this.#movedTimer !== null) clearTimeout(this.#movedTimer);
    this.#moved.clear();
    this.#updates.close();
    for (const id of [...this.#early.keys()]) this.recordingStarted(id);
    this.#shown.clear();
    this.#begun.clear();
  }

  /** @param left how many of them had moved when the telling began: who moves meanwhile waits for the next */
  #tellMoved(left = this.#moved.size): void {
    let told = 0;
    for (const [id, call] of this.#moved) {
      if (told === Math.min(left, MOVED_AT_A_TIME)) break;
      told++;
      this.#moved.delete(id);
      this.#updates.add({ type: "call.updated", call: call.subject() });
    }
    if (this.#moved.size === 0) this.#movedTimer = null;
    else this.#movedTimer = (left > told ? setTimeout(() => this.#tellMoved(left - told), MOVED_PAUSE_MS) : setTimeout(() => this.#tellMoved(), MOVED_MS)).unref();
  }

  /** Something special has happened in the call. What it changes in the call is told by `call.updated` as well, when the act is over: not all readers want both. */
  #besides(change: SpecialChange): void {
    const { call: subject } = change;
    const view = subject.viewFor(SYSTEM);
    if (view === null) return;
    // The beginning comes first.
    if (this.#begun.has(subject.id) && view.state !== "ended") this.#told({ type: "call.updated", call: subject });
    if (view.state !== "ended" || this.#shown.has(subject.id)) this.#append(subject.organizationId, callFact(change, view, false));
  }

  #told(change: CallChange): void {
    const { call: subject, type } = change;
    const { id, organizationId } = subject;
    const view = subject.viewFor(SYSTEM);
    if (view === null || this.#isUntold(change)) {
      this.#forget(id);
      return;
    }
    const before = this.#shown.get(id);
    // Its end comes after all else.
    if (type === "call.ended") this.#tellEarly(id);
    if (this.#isNews(change, view)) {
      const begins = this.#isBeginning(change);
      const changed = before === undefined && !begins ? [] : this.#changed(subject, view, before);
      // The agent who completed a consultation sees the call until then.
      const facts = [...changed.filter(isCompleted), callFact(change, view, begins), ...changed.filter((fact) => !isCompleted(fact))];
      // The end comes last.
      for (const fact of type === "call.ended" ? facts.reverse() : facts) this.#tell(id, organizationId, fact);
    }
    if (type === "call.ended") this.#forget(id);
    else if (view.state !== "ended") this.#shown.set(id, { view, json: null, assigned: organizationId !== null, isDue: false });
    this.#begun.delete(id);
  }

  /** A recording is paused and resumed at once, and begins for its readers when it is stored. */
  #tell(callId: string, organizationId: number | null, fact: DomainFact): void {
    const recordingId = fact.type === "recording.paused" || fact.type === "recording.resumed" ? fact.data.recordingId : null;
    const early = recordingId === null ? undefined : this.#early.get(recordingId);
    if (early === undefined && (recordingId === null || !this.#isStartDue(callId, recordingId))) {
      this.#append(organizationId, fact);
      return;
    }
    const later: Early = { callId, tell: () => this.#append(organizationId, fact) };
    if (early !== undefined) {
      early.push(later);
      if (early.length === MAX_EARLY && recordingId !== null) this.recordingStarted(recordingId);
    } else if (recordingId !== null) this.#early.set(recordingId, [later]);
  }

  /** Tells what waits for the beginning of a recording of this call. */
  #tellEarly(callId: string): void {
    for (const [id, early] of this.#early) if (early.some((each) => each.callId === callId)) this.recordingStarted(id);
  }

  /** What the difference to what was shown means. */
  #changed(subject: Subject, call: CallView, before: Shown | undefined): DomainFact[] {
    const facts: DomainFact[] = [];
    const [was, now] = [before?.view.recordingState, call.recordingState];
    // That one begins and ends is told when it is stored.
    const what = was === undefined || was === now ? null : now === "paused" ? "paused" : was === "paused" && now === "on" ? "resumed" : null;
    if (what !== null) facts.push({ type: `recording.${what}`, subject, data: { call, recordingId: subject.recordings[0] ?? null } });
    const [asked, asks] = [before?.view.consult ?? null, call.consult];
    if (asked !== null && asked.leg !== asks?.leg) {
      const isJoined = call.legs.some(({ id, state }) => id === asked.leg && state === "active");
      facts.push({ type: isJoined ? "consult.completed" : "consult.cancelled", subject, data: { call, consult: asked } });
    }
    if (asks !== null) {
      const isNew = asked?.leg !== asks.leg;
      if (isNew) facts.push({ type: "consult.started", subject, data: { call, consult: asks } });
      if (asks.state === "active" && (isNew || asked.state === "ringing")) facts.push({ type: "consult.answered", subject, data: { call, consult: asks } });
    }
    return facts;
  }

  /** It has ended before anything was told of it. */
  #isUntold({ type, call: { id } }: CallChange): boolean {
    return type === "call.ended" && this.#begun.has(id);
  }

  /** The call is told of for the first time, or to the organization that it belongs to now. */
  #isBeginning({ type, call: { id, organizationId } }: CallChange): boolean {
    return type === "call.updated" && (this.#begun.has(id) || (this.#shown.get(id)?.assigned === false && organizationId !== null));
  }

  /** An update without a difference makes no event, and neither does anything after a call's end (CONTRACT): a reader would show the call for ever. */
  #isNews({ type, call }: CallChange, view: CallView): boolean {
    const shown = this.#shown.get(call.id);
    if (view.state === "ended") return type === "call.ended" || shown !== undefined;
    if (type !== "call.updated" || shown === undefined || shown.isDue || shown.view.position !== view.position) return true;
    shown.json ??= JSON.stringify(shown.view);
    return shown.json !== call.jsonFor(SYSTEM);
  }

  #forget(callId: string): void {
    this.#updates.forget(callId);
    this.#shown.delete(callId);
    this.#begun.delete(callId);
  }
}

/** What the list of calls does not show by itself. */
type SpecialChange = Exclude<CallChange, { readonly type: "call.created" | "call.updated" | "call.ended" }>;

const isSpecial = (change: CallChange): change is SpecialChange => !["call.created", "call.updated", "call.ended"].includes(change.type);

const isUpdate = (change: CallChange): change is CallUpdate => change.type === "call.updated";

const isCompleted = ({ type }: DomainFact): boolean => type === "consult.completed";

const UNSEEN: CallEnd = { cause: null, by: "system", waitMs: 0, talkMs: 0, holdMs: 0 };

/** @param begins an update is the beginning of the call */
function callFact(change: CallChange, call: CallView, begins: boolean): DomainFact {
  const { call: subject } = change;
  switch (change.type) {
    case "call.created":
    case "call.updated":
      return { type: begins ? "call.created" : "call.updated", subject, data: { call } };
    case "call.ended":
      return { type: change.type, subject, data: { call, ended: subject.ending ?? UNSEEN } };
    case "call.transfer.failed":
      return { type: change.type, subject, data: { call, code: change.code, target: change.target } };
    case "call.help":
      return { type: change.type, subject, data: { call, agent: change.agent, reason: change.reason } };
    case "call.phone.lost":
      return { type: change.type, subject, data: { call, agent: change.agent, outcome: change.outcome } };
    case "call.supervision.started":
    case "call.supervision.switched":
    case "call.supervision.ended":
      return { type: change.type, subject, data: { call, agent: change.agent, ...(change.stream === undefined ? {} : { stream: change.stream }), mode: change.mode, ...(change.reason === undefined ? {} : { reason: change.reason }) } };
  }
}
