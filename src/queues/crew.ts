/** The agents of the router: who may be offered a caller, who rests after a missed call, and how many each has missed in a row. */
import type { Clock } from "../clock.js";
import { OfferWithdrawn } from "../errors.js";
import { ALL_DEPARTMENTS, type AgentRecord } from "../people/index.js";
import { hasSkills } from "./choice.js";
import { Dispatch } from "./dispatch.js";
import type { Phones } from "../phones/index.js";
import type { AgentAvailability, QueueDirectory } from "./ports.js";
import type { DepartmentSettings } from "./settings.js";

export interface CrewOptions {
  readonly directory: Pick<QueueDirectory, "organizations" | "departments" | "department" | "agentRecords">;
  readonly availability: AgentAvailability;
  readonly phones: Pick<Phones, "nodesOf">;
  readonly clock: Clock;
  /** How long an agent is offered nothing after a missed call, milliseconds. */
  readonly restMs: number;
}

/** The last known directory of one organization. */
interface Read {
  agents: readonly AgentRecord[];
  /** Bounded by the organization's agents. */
  readonly records: Map<string, AgentRecord>;
  /** Bounded by its departments. */
  readonly departments: Map<string, DepartmentSettings>;
}

const keyOf = (organizationId: number, agentId: string): string => `${organizationId}/${agentId}`;

export class Crew {
  readonly #options: CrewOptions;
  /** Bounded by the organizations. */
  readonly #dispatches = new Map<number, Dispatch>();
  /** Bounded by the organizations. */
  readonly #read = new Map<number, Read>();
  /** Who is a member of which department, as the directory was then. Bounded by the organizations. */
  readonly #members = new Map<number, { readonly agents: readonly AgentRecord[]; readonly byDepartment: ReadonlyMap<string, readonly AgentRecord[]> }>();
  /** Until when the agent is offered nothing, epoch milliseconds. Bounded by the agents: a removed one leaves. */
  readonly #rests = new Map<string, { readonly organizationId: number; readonly agentId: string; readonly until: number }>();
  /** How many calls the agent has missed in a row. Bounded by the agents: a removed one leaves. */
  readonly #missed = new Map<string, number>();

  /** Who is free or in a call, as `refresh` found it last. Bounded by the agents: a removed one leaves. */
  readonly #states = new Map<string, "free" | "busy">();

  /** Calls off what rings when the agent takes no calls any more. Bounded by the agents: a removed one leaves. */
  readonly #withdrawals = new Map<string, AbortController>();

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  dispatch(organizationId: number): Dispatch {
    let dispatch = this.#dispatches.get(organizationId);
    if (dispatch === undefined) this.#dispatches.set(organizationId, (dispatch = new Dispatch()));
    return dispatch;
  }

  /** As `dispatch`, with the directory as it is now: a new member is offered the next caller, not only one after the next sweep. */
  synced(organizationId: number): Dispatch {
    this.#syncOne(organizationId);
    return this.dispatch(organizationId);
  }

  /** Applies changes of the directory; returns the organizations that have changed. */
  sync(): readonly number[] {
    const changed: number[] = [];
    for (const { id } of this.#options.directory.organizations()) if (this.#syncOne(id)) changed.push(id);
    return changed;
  }

  /** Updates whether the agent may be offered a caller, and withdraws an offer when the agent takes no calls any more. */
  refresh(organizationId: number, agentId: string): void {
    if (!this.#options.availability.takesCalls(organizationId, agentId)) this.#withdraw(organizationId, agentId);
    const nodes = this.#options.phones.nodesOf(organizationId, agentId);
    const idle = this.#idleSince(organizationId, agentId, nodes);
    const key = keyOf(organizationId, agentId);
    this.#setState(organizationId, agentId, this.#options.availability.isBusy(organizationId, agentId) ? "busy" : idle === null ? null : "free");
    const dispatch = this.dispatch(organizationId);
    dispatch.setNodes(agentId, nodes);
    dispatch.setIdle(agentId, this.#rests.has(key) ? null : (idle?.getTime() ?? null));
  }

  #setState(organizationId: number, agentId: string, state: "free" | "busy" | null): void {
    const key = keyOf(organizationId, agentId);
    if (state === null || this.#read.get(organizationId)?.records.has(agentId) !== true) this.#states.delete(key);
    else this.#states.set(key, state);
  }

  /** Aborted when the agent takes no calls any more. */
  withdrawn(organizationId: number, agentId: string): AbortSignal {
    if (!this.#options.availability.takesCalls(organizationId, agentId)) return AbortSignal.abort(new OfferWithdrawn());
    const key = keyOf(organizationId, agentId);
    let withdrawal = this.#withdrawals.get(key);
    if (withdrawal === undefined) this.#withdrawals.set(key, (withdrawal = new AbortController()));
    return withdrawal.signal;
  }

  #withdraw(organizationId: number, agentId: string): void {
    const key = keyOf(organizationId, agentId);
    this.#withdrawals.get(key)?.abort(new OfferWithdrawn());
    this.#withdrawals.delete(key);
  }

  /** The agent took a call. */
  took(organizationId: number, agentId: string): void {
    this.#missed.delete(keyOf(organizationId, agentId));
  }

  /** The agent's phone did not take a call; returns how many the agent has missed in a row. */
  failed(organizationId: number, agentId: string, isMissed: boolean): number {
    // The agent may have been removed while the phone rang.
    if (this.#read.get(organizationId)?.records.has(agentId) !== true) return 0;
    const key = keyOf(organizationId, agentId);
    this.#rests.set(key, { organizationId, agentId, until: this.#options.clock.now() + this.#options.restMs });
    const missed = (this.#missed.get(key) ?? 0) + (isMissed ? 1 : 0);
    this.#missed.set(key, missed);
    this.refresh(organizationId, agentId);
    return missed;
  }

  /** Ends the rests that are over; returns the organizations of those agents. */
  wake(): readonly number[] {
    const woken: number[] = [];
    const now = this.#options.clock.now();
    for (const [key, { organizationId, agentId, until }] of this.#rests) {
      if (until > now) continue;
      this.#rests.delete(key);
      this.refresh(organizationId, agentId);
      woken.push(organizationId);
    }
    return woken;
  }

  /** The department's members with the skills that it asks for, free and busy: each event stream that opens asks for each department. */
  count(organizationId: number, department: string): { readonly free: number; readonly busy: number } {
    const { directory } = this.#options;
    const skills = directory.department(organizationId, department)?.settings.skills ?? [];
    let free = 0;
    let busy = 0;
    for (const agent of this.#membersOf(organizationId, directory.agentRecords(organizationId), department)) {
      const state = this.#states.get(keyOf(organizationId, agent.agentId));
      if (state === undefined || !hasSkills(agent.skills, skills)) continue;
      if (state === "busy") busy++;
      else free++;
    }
    return { free, busy };
  }

  /** The figures of each department ask each second; the directory gives the same array until an agent changes. */
  #membersOf(organizationId: number, agents: readonly AgentRecord[], department: string): readonly AgentRecord[] {
    let known = this.#members.get(organizationId);
    if (known?.agents !== agents) {
      const byDepartment = new Map<string, AgentRecord[]>();
      for (const agent of agents) {
        for (const name of agent.departments) {
          const members = byDepartment.get(name);
          if (members === undefined) byDepartment.set(name, [agent]);
          else members.push(agent);
        }
      }
      this.#members.set(organizationId, (known = { agents, byDepartment }));
    }
    return known.byDepartment.get(department) ?? [];
  }

  /** Since when the agent could take a caller of one of the nodes; null: not now. */
  #idleSince(organizationId: number, agentId: string, nodes: readonly string[]): Date | null {
    return nodes.length > 0 ? this.#options.availability.idleSince(organizationId, agentId) : null;
  }

  #syncOne(organizationId: number): boolean {
    let read = this.#read.get(organizationId);
    if (read === undefined) this.#read.set(organizationId, (read = { agents: [], records: new Map(), departments: new Map() }));
    const departments = this.#syncDepartments(organizationId, read);
    return this.#syncAgents(organizationId, read) || departments;
  }

  #syncDepartments(organizationId: number, { departments }: Read): boolean {
    const { directory } = this.#options;
    const dispatch = this.dispatch(organizationId);
    let changed = false;
    const names = new Set(directory.departments(organizationId));
    for (const name of departments.keys()) {
      if (names.has(name)) continue;
      departments.delete(name);
      dispatch.forgetDepartment(name);
      changed = true;
    }
    for (const name of names) {
      const settings = directory.department(organizationId, name)?.settings;
      if (settings === undefined || departments.get(name) === settings) continue;
      departments.set(name, settings);
      dispatch.setDepartment(name, settings);
      changed = true;
    }
    return changed;
  }

  /** The directory keeps the record objects of unchanged agents, so only changed ones are applied. */
  #syncAgents(organizationId: number, read: Read): boolean {
    const { records } = read;
    const agents = this.#options.directory.agentRecords(organizationId);
    if (agents === read.agents) return false;
    read.agents = agents;
    const dispatch = this.dispatch(organizationId);
    const gone = new Set(records.keys());
    for (const agent of agents) {
      const { agentId } = agent;
      gone.delete(agentId);
      if (records.get(agentId) === agent) continue;
      records.set(agentId, agent);
      dispatch.setAgent(agentId, { departments: agent.departments.filter((name) => name !== ALL_DEPARTMENTS), skills: agent.skills });
      this.refresh(organizationId, agentId);
    }
    for (const agentId of gone) {
      records.delete(agentId);
      dispatch.removeAgent(agentId);
      this.#withdraw(organizationId, agentId);
      this.#rests.delete(keyOf(organizationId, agentId));
      this.#missed.delete(keyOf(organizationId, agentId));
      this.#states.delete(keyOf(organizationId, agentId));
    }
    return true;
  }
}
