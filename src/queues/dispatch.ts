/**
 * The decisions of one organization's router, without I/O: free agents and waiting callers in, offers out. Both are kept by department and node, so that
 * a decision looks only at what changed, and a caller whom no free agent can be joined with blocks nobody.
 */
import { choose, hasSkills } from "./choice.js";
import { compareWaiters, type Waiter } from "./line.js";
import { ANYWHERE, isEmpty, placeAt, type Agent, type Department, type DepartmentRules, type Place, type Waiting } from "./places.js";

export interface AgentRules {
  readonly departments: readonly string[];
  readonly skills: Readonly<Record<string, number>>;
}

export interface Offer {
  readonly waiter: string;
  readonly department: string;
  /** One, or several for ring-all. */
  readonly agents: readonly string[];
}

interface Urgent {
  readonly waiting: Waiting;
  readonly place: Place;
}

const NOWHERE: readonly string[] = [];

function comesFirst({ department }: Place, waiting: Waiting, than: Urgent): boolean {
  const by = department.rules.priority - than.place.department.rules.priority;
  return by > 0 || (by === 0 && compareWaiters(waiting, than.waiting) < 0);
}

const NO_RULES: DepartmentRules = { strategy: "longest-idle", priority: 0, skills: [] };

export class Dispatch {
  /** Bounded by the departments that have rules, callers or free agents: any other is forgotten. */
  readonly #departments = new Map<string, Department>();
  /** Bounded by the organization's agents. */
  readonly #agents = new Map<string, Agent>();
  /** Bounded by the calls and callbacks that wait. */
  readonly #waiting = new Map<string, Waiting>();
  /** Callers whose offer was withdrawn and is being ended: nobody behind them is served meanwhile. Bounded by the offers under way. */
  readonly #returning = new Set<Waiting>();
  /** Places that changed since the last decision. Bounded by the departments and nodes. */
  readonly #dirty = new Set<Place>();

  setDepartment(name: string, rules: DepartmentRules): void {
    const department = this.#department(name);
    department.rules = rules;
    for (const agent of this.#agents.values()) this.#place(agent);
    for (const place of department.places.values()) this.#dirty.add(place);
  }

  /** The department was removed; its waiting callers are still served by its agents. */
  forgetDepartment(name: string): void {
    this.setDepartment(name, NO_RULES);
    this.#tidy(name);
  }

  /** How many departments are known. */
  get size(): number {
    return this.#departments.size;
  }

  setAgent(id: string, { departments, skills }: AgentRules): void {
    let agent = this.#agents.get(id);
    if (agent === undefined) this.#agents.set(id, (agent = { id, departments: [], skills: {}, nodes: [ANYWHERE], idleSince: 0, free: false, offer: null }));
    const gone = agent.departments.filter((name) => !departments.includes(name));
    agent.departments = departments;
    agent.skills = skills;
    for (const name of gone) this.#withdraw(agent, name);
    this.#place(agent);
  }

  removeAgent(id: string): void {
    const agent = this.#agents.get(id);
    if (agent === undefined) return;
    this.#agents.delete(id);
    for (const name of agent.departments) this.#withdraw(agent, name);
  }

  /** The nodes that reach the agent's phone. Ignored for an unknown agent. */
  setNodes(id: string, nodes: readonly string[]): void {
    const agent = this.#agents.get(id);
    if (agent === undefined || (agent.nodes.length === nodes.length + 1 && nodes.every((node) => agent.nodes.includes(node)))) return;
    agent.nodes = [...nodes, ANYWHERE];
    this.#place(agent);
  }

  /** `idleSince`: since when the agent is free, epoch milliseconds; null: not free. Ignored for an unknown agent. */
  setIdle(id: string, idleSince: number | null): void {
    const agent = this.#agents.get(id);
    if (agent === undefined || (agent.free === (idleSince !== null) && (idleSince === null || idleSince === agent.idleSince))) return;
    agent.free = idleSince !== null;
    if (idleSince !== null) agent.idleSince = idleSince;
    this.#place(agent);
  }

  /** Idempotent; a known waiter with another department or place is queued again. */
  join(waiter: Waiter & { readonly department: string; readonly node?: string; readonly alone?: boolean }): void {
    const known = this.#waiting.get(waiter.id);
    if (known !== undefined) {
      if (known.department === waiter.department && compareWaiters(known, waiter) === 0) return;
      this.leave(waiter.id);
    }
    const { id, priority, joinedAt, department, node = ANYWHERE, alone = false } = waiter;
    const waiting: Waiting = { id, priority, joinedAt, department, node, alone, tried: known?.tried ?? new Set(), offered: null };
    this.#waiting.set(id, waiting);
    this.#queue(waiting);
  }

  /** Removes a waiter; the agents of an offer are free for others. */
  leave(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#returning.delete(waiting);
    if (waiting.offered === null) this.#at(waiting.department, waiting.node).line.remove(waiting);
    else this.#release(waiting);
    this.#tidy(waiting.department);
  }

  /** The caller's offer was withdrawn; `requeue` or `leave` follows when its phones have been called off. */
  returns(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting?.offered != null) this.#returning.add(waiting);
  }

  /** Queues a caller again in the old place after a failed offer. `missed`: the agents who did not answer. */
  requeue(id: string, missed: readonly string[] = []): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.offered === null) return;
    for (const agent of missed) waiting.tried.add(agent);
    this.#returning.delete(waiting);
    this.#release(waiting);
    this.#queue(waiting);
  }

  isOffered(id: string): boolean {
    return this.#waiting.get(id)?.offered != null;
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The next offer, for the most urgent caller; null when there is none. Its agents are offered nothing else until the caller is requeued or leaves. */
  next(): Offer | null {
    const best = this.#mostUrgent();
    if (best === null) return null;
    const { waiting, place } = best;
    const { department } = place;
    const { strategy, skills } = department.rules;
    const chosen = choose(this.#candidates(place, waiting), { strategy, skills, last: department.last });
    place.line.remove(waiting);
    const agents = chosen.slice(0, waiting.alone ? 1 : chosen.length).map(({ id }) => id);
    waiting.offered = agents;
    for (const id of agents) this.#take(id, waiting.id);
    department.last = agents.at(-1) ?? department.last;
    return { waiter: waiting.id, department: waiting.department, agents };
  }

  #mostUrgent(): Urgent | null {
    let best: Urgent | null = null;
    for (const place of this.#dirty) {
      const waiting = place.line.head;
      if (waiting === undefined || place.free.size === 0) {
        this.#dirty.delete(place);
        continue;
      }
      if (this.#isBehindReturning(place, waiting)) continue;
      if (best === null || comesFirst(place, waiting, best)) best = { waiting, place };
    }
    return best;
  }

  #isBehindReturning(place: Place, waiting: Waiting): boolean {
    for (const returning of this.#returning) {
      if (compareWaiters(returning, waiting) < 0 && place === this.#departments.get(returning.department)?.places.get(returning.node)) return true;
    }
    return false;
  }

  /** Agents who have not missed the caller, or all free ones when every one has. */
  #candidates({ free }: Place, { tried }: Waiting): readonly Agent[] {
    const all = [...free];
    if (tried.size === 0) return all;
    const others = all.filter(({ id }) => !tried.has(id));
    if (others.length > 0) return others;
    tried.clear();
    return all;
  }

  #take(id: string, waiter: string): void {
    const agent = this.#agents.get(id);
    if (agent === undefined) return;
    agent.offer = waiter;
    this.#place(agent);
  }

  #release(waiting: Waiting): void {
    for (const id of waiting.offered ?? []) {
      const agent = this.#agents.get(id);
      if (agent === undefined || agent.offer !== waiting.id) continue;
      agent.offer = null;
      this.#place(agent);
    }
    waiting.offered = null;
  }

  /** Updates the sets of free agents for the agent. */
  #place(agent: Agent): void {
    const available = agent.free && agent.offer === null;
    for (const name of agent.departments) {
      const department = available ? this.#department(name) : this.#departments.get(name);
      if (department === undefined) continue;
      const nodes = available && hasSkills(agent.skills, department.rules.skills) ? agent.nodes : NOWHERE;
      for (const node of nodes) {
        const place = placeAt(department, node);
        place.free.add(agent);
        this.#dirty.add(place);
      }
      this.#withdraw(agent, name, department, nodes);
    }
  }

  /** Removes the agent from the department's places, except at these nodes. */
  #withdraw(agent: Agent, name: string, department = this.#departments.get(name), except: readonly string[] = NOWHERE): void {
    if (department === undefined) return;
    let isLeft = false;
    for (const place of department.places.values()) if (!except.includes(place.node) && place.free.delete(agent)) isLeft ||= isEmpty(place);
    if (isLeft) this.#tidy(name);
  }

  #queue(waiting: Waiting): void {
    const place = this.#at(waiting.department, waiting.node);
    place.line.add(waiting);
    this.#dirty.add(place);
  }

  /** Forgets empty places, and the department when it has neither places nor rules. */
  #tidy(name: string): void {
    const department = this.#departments.get(name);
    if (department === undefined) return;
    for (const [node, place] of department.places) {
      if (!isEmpty(place)) continue;
      department.places.delete(node);
      this.#dirty.delete(place);
    }
    if (department.rules === NO_RULES && department.places.size === 0) this.#departments.delete(name);
  }

  #department(name: string): Department {
    let department = this.#departments.get(name);
    if (department === undefined) this.#departments.set(name, (department = { rules: NO_RULES, places: new Map(), last: null }));
    return department;
  }

  #at(name: string, node: string): Place {
    return placeAt(this.#department(name), node);
  }
}
