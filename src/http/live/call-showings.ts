import { seesQueue, type CallChangeSubject, type CallView } from "../../calls/index.js";
import type { CallEvent } from "../../events/index.js";
import type { Directory } from "../../people/index.js";
import type { Audience, Audiences } from "./audience.js";
import { removalOf } from "./removal.js";
import type { Showing } from "./stream.js";

interface Seen {
  /** Bounded by the audiences. */
  readonly by: Set<Audience>;
  json: string;
  /** As they saw it last. */
  view: CallView;
}

/** The JSON of no call. */
const UNTOLD = "";

/** Decides which audience sees which event of a call, and how: by `viewFor`, as the lists do. */
export class CallShowings {
  readonly #directory: Directory;
  readonly #audiences: Audiences;
  /** By call: the agents' audiences that see it, and its JSON as they last saw it. Bounded by the live calls and, of each, by the audiences. */
  readonly #seen = new Map<string, Seen>();

  constructor(directory: Directory, audiences: Audiences) {
    this.#directory = directory;
    this.#audiences = audiences;
  }

  of(event: CallEvent): readonly Showing[] {
    const supervising = this.#audiences.supervising(event.subject.organizationId);
    const toSupervisors: readonly Showing[] = supervising.size > 0 ? [showing(event, event.data.call, supervising)] : [];
    return [...toSupervisors, ...this.#toAgents(event)];
  }

  /** Remembers the calls of an agent's snapshot as seen. What it shows, and other agents have not been told yet, is told to all of them next. */
  snapshotTaken(audience: Audience, calls: readonly CallView[]): void {
    for (const call of calls) {
      const json = JSON.stringify(call);
      const known = this.#seen.get(call.id);
      this.#see(audience, call, known === undefined || known.json === json ? json : UNTOLD);
    }
  }

  forget(audience: Audience): void {
    for (const callId of [...audience.visible]) this.#unsee(audience, callId);
  }

  clear(): void {
    this.#seen.clear();
  }

  #toAgents(event: CallEvent): readonly Showing[] {
    const { subject: call, type } = event;
    if (call.organizationId === null || !this.#audiences.hasAgents(call.organizationId)) return [];
    const isSupervision = type.startsWith("call.supervision.");
    if (isSupervision && this.#directory.organization(call.organizationId)?.supervisionVisible !== true) return [];
    const known = this.#seen.get(call.id);
    const to = new Set<Audience>();
    const removed = new Set<Audience>();
    /** Who has completed the consultation is told so, and next that the call is gone. */
    const handing = new Set<Audience>();
    let shown: CallView | null = null;
    let json = "";
    for (const audience of this.#concerned(call, call.organizationId, known?.by)) {
      const view = call.viewFor(audience.actor);
      if (view !== null && shown === null) {
        shown = view;
        json = call.jsonFor(audience.actor) ?? "";
      }
      // Whatever the event is about, it shows the call as it is now.
      if (view === null) {
        if (!audience.visible.has(call.id)) continue;
        if (type === "consult.completed") handing.add(audience);
        else removed.add(audience);
      } else if (type !== "call.updated" || !audience.visible.has(call.id) || json !== known?.json) {
        // A change that agents may not see (a supervisor came to listen) must not show as an update without a difference either.
        to.add(audience);
      }
    }
    const before = known?.view ?? null;
    this.#remember(event, to, removed, shown, json);
    const showings: Showing[] = removalsOf(event, before, removed);
    if (before !== null && handing.size > 0) showings.push(showing(event, before, handing));
    if (shown !== null && to.size > 0) showings.push(showing(event, shown, to));
    return showings;
  }

  /** The agents who may be concerned; viewFor decides. */
  #concerned(call: CallChangeSubject, organizationId: number, sawItBefore: Iterable<Audience> = []): ReadonlySet<Audience> {
    const concerned = new Set<Audience>(sawItBefore);
    if (call.queued) for (const audience of call.department === null ? this.#audiences.agents(organizationId) : membersOf(this.#audiences, this.#directory, organizationId, call.department)) concerned.add(audience);
    for (const agentId of [call.assignedTo, ...call.ringing, ...call.agentLegs.map((leg) => leg.agentId)]) {
      const audience = agentId === null ? undefined : this.#audiences.agent(organizationId, agentId);
      if (audience !== undefined) concerned.add(audience);
    }
    return concerned;
  }

  #remember({ type, subject: call }: CallEvent, to: ReadonlySet<Audience>, removed: ReadonlySet<Audience>, shown: CallView | null, json: string): void {
    for (const audience of removed) this.#unsee(audience, call.id);
    if (shown !== null) for (const audience of to) {
      if (type === "call.ended") this.#unsee(audience, call.id);
      else if (type === "call.created" || type === "call.updated") this.#see(audience, shown, json);
      // Who reads few topics has not been shown it yet: the next call.updated does.
      else if (!audience.visible.has(call.id)) this.#see(audience, shown, UNTOLD);
    }
  }

  #see(audience: Audience, view: CallView, json: string): void {
    audience.visible.add(view.id);
    const known = this.#seen.get(view.id);
    if (known === undefined) {
      this.#seen.set(view.id, { by: new Set([audience]), json, view });
    } else {
      known.by.add(audience);
      known.json = json;
      known.view = view;
    }
  }

  #unsee(audience: Audience, callId: string): void {
    audience.visible.delete(callId);
    const known = this.#seen.get(callId);
    known?.by.delete(audience);
    if (known?.by.size === 0) this.#seen.delete(callId);
  }
}

/** One event for all who lose the call for the same reason: everybody in a department loses the caller whom a colleague answers. */
function removalsOf({ subject: { id, handover }, data }: CallEvent, before: CallView | null, removed: ReadonlySet<Audience>): Showing[] {
  const each = [...removed].map((audience) => {
    const removal = removalOf(audience.agentId, before, data.call, handover);
    return { audience, removal, key: JSON.stringify(removal) };
  });
  const removals = new Map(each.map(({ key, removal }) => [key, removal]));
  return [...removals].map(([key, removal]) => ({ type: "call.removed", data: { callId: id, ...removal }, to: new Set(each.filter((other) => other.key === key).map(({ audience }) => audience)) }));
}

/** The agents' audiences that see who waits in a department. */
function membersOf(audiences: Audiences, directory: Directory, organizationId: number, department: string): ReadonlySet<Audience> {
  return audiences.members(organizationId, department, ({ actor }) => seesQueue(directory, actor, department));
}

/** All audiences that see who waits in a department. */
export function seeingOf(audiences: Audiences, directory: Directory, organizationId: number | null, department: string): ReadonlySet<Audience> {
  return audiences.seeing(organizationId, department, ({ actor }) => seesQueue(directory, actor, department));
}

function showing(event: CallEvent, call: CallView, to: ReadonlySet<Audience>): Showing {
  switch (event.type) {
    case "call.created":
    case "call.updated":
      return { type: event.type, data: { call }, to };
    case "call.ended":
      return { type: event.type, data: { ...event.data, call }, to };
    case "call.transfer.failed":
      return { type: event.type, data: { ...event.data, call }, to };
    case "recording.paused":
    case "recording.resumed":
      return { type: event.type, data: { ...event.data, call }, to };
    case "consult.started":
    case "consult.answered":
    case "consult.completed":
    case "consult.cancelled":
      return { type: event.type, data: { ...event.data, call }, to };
    case "call.help":
      return { type: event.type, data: { ...event.data, call }, to };
    case "call.phone.lost":
      return { type: event.type, data: { ...event.data, call }, to };
    case "call.supervision.started":
    case "call.supervision.switched":
    case "call.supervision.ended":
      return { type: event.type, data: { ...event.data, call }, to };
  }
}
