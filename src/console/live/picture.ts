/** What is live now, kept from the events of the stream alone (`/docs/events`). Outside Vue: thousands of calls change hundreds of times a second. */
import type { Agent, Call, CallEnd, Contact, Department, EventOf, LiveEvent, Queue, QueueEntry, Switch } from "../api/types.js";

export type Kind = "calls" | "agents" | "queues" | "switches";
const KINDS: readonly Kind[] = ["calls", "agents", "queues", "switches"];

/** A call that has ended, for the moment in which it is still shown. */
export interface EndedCall {
  readonly call: Call;
  readonly ended: CallEnd;
  readonly at: number;
}

const placed = (entries: readonly QueueEntry[]): QueueEntry[] => entries.map((entry, index) => ({ ...entry, position: index + 1 }));

export class Picture {
  /** Whether a whole snapshot has come. */
  known = false;
  /** Bounded by the live calls. */
  readonly calls = new Map<string, Call>();
  /** Bounded by the organization's agents. */
  readonly agents = new Map<string, Agent>();
  /** Bounded by the organization's departments. */
  readonly queues = new Map<string, Queue>();
  /** Bounded by the organization's departments. */
  readonly departments = new Map<string, Department>();
  /** Bounded by the nodes. */
  readonly switches = new Map<string, Switch>();
  /** Bounded by `endedFor` milliseconds. */
  readonly ended = new Map<string, EndedCall>();
  /** Of a snapshot that is not whole yet. Bounded by what there is. */
  #parts: EventOf<"snapshot">[] = [];
  /** What else has come since the first of these parts. Bounded by the time that a snapshot takes. */
  #between: LiveEvent[] = [];
  /** Until it is taken. Bounded by the kinds. */
  readonly #changed = new Set<Kind>();
  readonly #now: () => number;
  readonly #endedForMs: number;

  constructor({ now = Date.now, endedForMs = 4000 }: { readonly now?: () => number; readonly endedForMs?: number } = {}) {
    this.#now = now;
    this.#endedForMs = endedForMs;
  }

  /** Nothing is known any more: the session in which it was told has ended. */
  forget(): void {
    this.known = false;
    this.#parts = [];
    this.#between = [];
    for (const all of [this.calls, this.agents, this.queues, this.departments, this.switches, this.ended]) all.clear();
    this.#touch(...KINDS);
  }

  /** Of which kinds something has changed since the last time; nothing of it is told again. */
  take(): readonly Kind[] {
    const taken = [...this.#changed];
    this.#changed.clear();
    return taken;
  }

  /** Whether the picture is another now. */
  apply(event: LiveEvent): boolean {
    if (event.type === "snapshot") return this.#snapshot(event);
    // The server sends nothing between the parts (`/docs/events`). Would it, the snapshot must not take it back.
    if (this.#parts.length > 0) this.#between.push(event);
    return this.#event(event);
  }

  #event(event: LiveEvent): boolean {
    switch (event.type) {
      case "call.ended":
        return this.#ended(event);
      case "call.removed":
        return this.#gone(event.data.callId);
      case "agent.removed":
        this.agents.delete(event.data.agent.id);
        return this.#touch("agents");
      case "queue.figures":
        return this.#queue(event.data.department, (queue) => ({ ...queue, figures: event.data.figures }));
      case "queue.joined":
      case "queue.left":
      case "queue.updated":
        return this.#line(event);
      case "department.created":
      case "department.updated":
      case "department.removed":
        return this.#department(event);
      case "switch.status":
        this.switches.set(event.data.switch.node, event.data.switch);
        return this.#touch("switches");
      default:
        return this.#others(event);
    }
  }

  /** Every other event of a call or an agent carries it as it is now. */
  #others({ type, data }: LiveEvent): boolean {
    if (type.startsWith("call.") && "call" in data) {
      this.calls.set(data.call.id, data.call);
      return this.#touch("calls");
    }
    if (type.startsWith("agent.") && "agent" in data && typeof data.agent === "object" && data.agent !== null) {
      this.agents.set(data.agent.id, data.agent);
      return this.#touch("agents");
    }
    return false;
  }

  #touch(...kinds: readonly Kind[]): true {
    for (const kind of kinds) this.#changed.add(kind);
    return true;
  }

  /** Half a picture is not shown: what was known stands until the last part is there. */
  #snapshot(event: EventOf<"snapshot">): boolean {
    if (event.data.part === 1) {
      this.#parts = [];
      this.#between = [];
    }
    this.#parts.push(event);
    if (!event.data.last) return false;
    const [parts, between] = [this.#parts, this.#between];
    this.#parts = [];
    this.#between = [];
    for (const all of [this.calls, this.agents, this.queues, this.departments, this.switches]) all.clear();
    for (const { data: { calls, agents, queues, switches } } of parts) {
      for (const call of calls) this.calls.set(call.id, call);
      for (const agent of agents) this.agents.set(agent.id, agent);
      for (const queue of queues) this.queues.set(queue.name, queue);
      for (const each of switches) this.switches.set(each.node, each);
    }
    for (const missed of between) this.#event(missed);
    this.known = true;
    return this.#touch(...KINDS);
  }

  #ended({ data: { call, ended } }: EventOf<"call.ended">): boolean {
    this.calls.delete(call.id);
    const now = this.#now();
    for (const [id, { at }] of this.ended) if (now - at > this.#endedForMs) this.ended.delete(id);
    this.ended.set(call.id, { call, ended, at: now });
    return this.#touch("calls");
  }

  #gone(callId: string): boolean {
    this.calls.delete(callId);
    return this.#touch("calls");
  }

  #line({ data }: EventOf<"queue.joined"> | EventOf<"queue.left"> | EventOf<"queue.updated">): boolean {
    const { queue, callId } = data;
    const entry = "entry" in data ? data.entry : undefined;
    this.#queue(queue.name, (known) => {
      const others = known.entries.filter((other) => other.callId !== callId);
      if (entry !== undefined) others.splice(entry.position - 1, 0, entry);
      return { ...known, waiting: queue.waiting, entries: placed(others) };
    });
    // A department that does not exist is there while callers wait in it.
    const known = this.queues.get(queue.name);
    if (known !== undefined && known.serviceLevelS === null && known.waiting === 0) this.queues.delete(queue.name);
    return true;
  }

  #department({ type, data: { department, queue } }: EventOf<"department.created"> | EventOf<"department.updated"> | EventOf<"department.removed">): boolean {
    if (type === "department.removed") this.departments.delete(department.name);
    else this.departments.set(department.name, department);
    if (queue === null) return false;
    if (type === "department.removed" && queue.waiting === 0) this.queues.delete(queue.name);
    else this.queues.set(queue.name, queue);
    return this.#touch("queues");
  }

  #queue(name: string, change: (queue: Queue) => Queue): boolean {
    this.queues.set(name, change(this.queues.get(name) ?? { name, waiting: 0, serviceLevelS: null, serviceLevelTarget: null, alarms: null, figures: NO_FIGURES, entries: [] }));
    return this.#touch("queues");
  }
}

const NO_FIGURES: Queue["figures"] = { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } };

export type { Contact };
