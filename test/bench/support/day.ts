/**
 * A day of a large contact centre: calls come, wait, are answered, held and resumed, and end, and as many are live at the end as at the beginning.
 * Begins with what a real snapshot shows, each of whose calls is there many times.
 */
import type { z } from "zod";
import type { agentSchema, callSchema, queueSchema, switchSchema } from "../../../src/events/index.js";
import { EVENTS, type EventData, type EventType } from "../../../src/http/live/schemas.js";

type Call = z.infer<typeof callSchema>;
type Agent = z.infer<typeof agentSchema>;
type Queue = z.infer<typeof queueSchema>;

export interface Told<T extends EventType = EventType> {
  readonly type: T;
  readonly data: EventData<T>;
}

export interface Shown {
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
  readonly queues: readonly Queue[];
  readonly switches: readonly z.infer<typeof switchSchema>[];
}

/** As the server cuts a snapshot. */
const PART_ITEMS = 200;
/** Of all calls; the others talk, some of them on hold. */
const WAITING_SHARE = 0.04;
const HELD_EVERY = 12;
/** So many events each are looked at as the server's own schemas would have them. */
const CHECKED = 2000;
/** Some have passed them at any time. */
const ALARMS = { longestWaitS: 9, waiting: 100, talkS: 240, awayS: 900 };

const instant = (agoMs = 0): string => new Date(Date.now() - agoMs).toISOString();

/** As many calls as are wanted: copies of those that there are, of the same agents, with ids and numbers of their own. */
function many(shown: Shown, count: number): Shown {
  if (shown.calls.length === 0) throw new Error("the snapshot has no calls");
  const added = new Map<string, string[]>();
  const calls = Array.from({ length: count }, (_, index) => {
    const call = shown.calls[index % shown.calls.length];
    if (call === undefined) throw new Error("the snapshot has no calls");
    const copy = Math.floor(index / shown.calls.length);
    if (copy === 0) return call;
    const idOf = (id: string): string => `${copy.toString(16).padStart(8, "0")}${id.slice(8)}`;
    const number = `1777${String(index).padStart(7, "0")}`;
    const own = { ...call, id: idOf(call.id), from: number, fromText: `+1 777 ${number.slice(4)}`, legs: call.legs.map((leg) => ({ ...leg, id: idOf(leg.id), number: leg.role === "customer" ? number : leg.number })) };
    if (own.assignedTo !== null) added.set(own.assignedTo, [...(added.get(own.assignedTo) ?? []), own.id]);
    return own;
  });
  return { ...shown, calls, agents: shown.agents.map((agent) => ({ ...agent, calls: [...agent.calls, ...(added.get(agent.id) ?? [])] })) };
}

export class Day {
  /** Bounded by the live calls, whose number stays. */
  readonly #calls = new Map<string, Call>();
  /** Bounded by the agents. */
  readonly #agents = new Map<string, Agent>();
  readonly #names: readonly string[];
  /** Those who wait, by department, the first one first. Bounded by the live calls. */
  readonly #lines = new Map<string, string[]>();
  /** Those who talk, the oldest first. Bounded by the live calls. */
  readonly #talking: string[] = [];
  /** Bounded by the live calls. */
  readonly #held: string[] = [];
  readonly #shown: Shown;
  readonly #plain: Call;
  #turn = 0;
  #made = 0;
  #checked = 0;

  /** `calls`: how many are live. */
  constructor(seen: Shown, calls: number) {
    const shown = many(seen, calls);
    this.#shown = shown;
    this.#names = shown.queues.map(({ name }) => name);
    for (const name of this.#names) this.#lines.set(name, []);
    for (const agent of shown.agents) this.#agents.set(agent.id, { ...agent, status: "inCall", registered: true });
    const [first] = shown.calls;
    if (first === undefined) throw new Error("the snapshot has no calls");
    this.#plain = first;
    const waiting = Math.floor(shown.calls.length * WAITING_SHARE);
    for (const [index, call] of shown.calls.entries()) {
      const department = this.#department(index);
      if (index < waiting) {
        this.#leave(call);
        this.#wait({ ...call, department }, instant((waiting - index) * 50));
      } else {
        const isHeld = index % HELD_EVERY === 0;
        this.#calls.set(call.id, { ...call, department, state: isHeld ? "held" : "active", heldBy: isHeld ? "agent" : null, stateSince: instant((shown.calls.length - index) * 50) });
        this.#talking.push(call.id);
        if (isHeld) this.#held.push(call.id);
      }
    }
  }

  get calls(): number {
    return this.#calls.size;
  }

  snapshot(): Told<"snapshot">[] {
    const [calls, agents] = [[...this.#calls.values()], [...this.#agents.values()]];
    const count = Math.max(1, Math.ceil(Math.max(calls.length, agents.length) / PART_ITEMS));
    const of = <T>(all: readonly T[], part: number): readonly T[] => all.slice(part * PART_ITEMS, (part + 1) * PART_ITEMS);
    return Array.from({ length: count }, (_, part) => this.#checkedOnce("snapshot", { part: part + 1, last: part === count - 1, calls: of(calls, part), agents: of(agents, part), queues: part === 0 ? this.#queues() : [], switches: part === 0 ? this.#shown.switches : [] }));
  }

  /** What ten events tell: one call comes, one is answered, one is held, one resumed, one ends. */
  turn(): Told[] {
    const turn = this.#turn++;
    const events: Told[] = [];
    const tell = <T extends EventType>(type: T, data: EventData<T>): void => void events.push(this.#checkedOnce(type, data));

    const name = this.#department(turn);
    const line = this.#lines.get(name) ?? [];
    const come = this.#newCall(name);
    tell("call.created", { call: come });
    tell("queue.joined", { queue: { name, waiting: line.length }, callId: come.id, entry: this.#entry(come, line.length) });

    const first = this.#calls.get(line[0] ?? "");
    const agent = [...this.#agents.values()][turn % this.#agents.size];
    if (first !== undefined && agent !== undefined) {
      tell("call.updated", { call: this.#keep({ ...first, offeredTo: [agent.id], ringing: [agent.id] }) });
      line.shift();
      tell("queue.left", { queue: { name, waiting: line.length }, callId: first.id, reason: "answered", agent: agent.id });
      const talking = this.#keep({ ...first, state: "active", stateSince: instant(), answeredAt: instant(), queuedAt: null, position: null, priority: null, offeredTo: [], ringing: [], assignedTo: agent.id, legs: this.#plain.legs.map((leg) => ({ ...leg, id: `${leg.id.slice(0, 24)}${first.id.slice(24)}`, agent: leg.role === "agent" ? agent.id : leg.agent })) });
      this.#talking.push(first.id);
      tell("call.updated", { call: talking });
      tell("agent.updated", { agent: this.#keepAgent({ ...agent, calls: [...agent.calls, first.id] }), cause: "call" });
    }

    const hold = this.#calls.get(this.#talking[(turn * 37) % this.#talking.length] ?? "");
    if (hold !== undefined) {
      tell("call.updated", { call: this.#keep({ ...hold, state: "held", heldBy: "agent", stateSince: instant() }) });
      this.#held.push(hold.id);
    }
    const resumed = this.#calls.get(this.#held.shift() ?? "");
    if (resumed !== undefined) tell("call.updated", { call: this.#keep({ ...resumed, state: "active", heldBy: null, stateSince: instant() }) });

    const ended = this.#calls.get(this.#talking.shift() ?? "");
    if (ended !== undefined) {
      this.#calls.delete(ended.id);
      tell("call.ended", { call: { ...ended, state: "ended", stateSince: instant() }, ended: { cause: "NORMAL_CLEARING", by: "customer", waitMs: 10_000, talkMs: 200_000, holdMs: 10_000 } });
      const owner = this.#agents.get(ended.assignedTo ?? "");
      if (owner !== undefined) tell("agent.updated", { agent: this.#keepAgent({ ...owner, calls: owner.calls.filter((id) => id !== ended.id) }), cause: "call" });
    }
    return events;
  }

  /** Told of one department at a time, once a second each. */
  figures(department: number): Told<"queue.figures"> | null {
    const queue = this.#queues()[department % this.#names.length];
    return queue === undefined ? null : this.#checkedOnce("queue.figures", { department: queue.name, figures: queue.figures });
  }

  get departments(): number {
    return this.#names.length;
  }

  #department(index: number): string {
    return this.#names[index % this.#names.length] ?? "";
  }

  #queues(): Queue[] {
    return this.#shown.queues.map((queue) => {
      const line = this.#lines.get(queue.name) ?? [];
      const entries = line.flatMap((id, index) => {
        const call = this.#calls.get(id);
        return call === undefined ? [] : [this.#entry(call, index + 1)];
      });
      return { ...queue, alarms: ALARMS, serviceLevelS: 20, serviceLevelTarget: 0.8, waiting: line.length, entries, figures: { ...queue.figures, waiting: line.length, longestWaitS: 10, serviceLevel: 0.7 + (this.#turn % 20) / 100, answered: this.#turn, agents: { free: 0, busy: this.#agents.size } } };
    });
  }

  #entry({ id, from, fromText, fromName, queuedAt }: Call, position: number): Queue["entries"][number] {
    return { callId: id, from, fromText, fromName, queuedAt: queuedAt ?? instant(), position, priority: 0, skills: [], offeredTo: [] };
  }

  #newCall(department: string): Call {
    const number = `1666${String(++this.#made).padStart(7, "0")}`;
    const id = `ca11ca11-0000-4000-8000-${String(this.#made).padStart(12, "0")}`;
    return this.#wait({ ...this.#plain, id, from: number, fromText: `+1 666 ${number.slice(4)}`, fromName: `Customer ${this.#made}`, department, createdAt: instant() }, instant());
  }

  /** The agent's leg is gone; the caller waits. */
  #wait(call: Call, since: string): Call {
    const line = this.#lines.get(call.department ?? "") ?? [];
    line.push(call.id);
    const customer = call.legs.filter(({ role }) => role === "customer").map((leg) => ({ ...leg, id: call.id, number: call.from, numberText: call.fromText, name: call.fromName }));
    return this.#keep({ ...call, state: "queued", assignedTo: null, legs: customer, queuedAt: since, stateSince: since, position: line.length, priority: 0, offeredTo: [], ringing: [] });
  }

  #leave({ id, assignedTo }: Call): void {
    const agent = this.#agents.get(assignedTo ?? "");
    if (agent !== undefined) this.#keepAgent({ ...agent, calls: agent.calls.filter((other) => other !== id) });
  }

  #keep(call: Call): Call {
    this.#calls.set(call.id, call);
    return call;
  }

  #keepAgent(agent: Agent): Agent {
    this.#agents.set(agent.id, agent);
    return agent;
  }

  #checkedOnce<T extends EventType>(type: T, data: EventData<T>): Told<T> {
    if (this.#checked++ < CHECKED) EVENTS[type].data.parse(data);
    return { type, data };
  }
}
