import type { AgentLeg, CallChange, CallChangeSubject } from "../calls/index.js";
import type { Agent } from "./agent.js";

export interface TrackerSteps {
  agent(organizationId: number, agentId: string): Agent;
  /** The agent answered or dialled this call, or its department has changed. */
  joined(agent: Agent, callId: string, department: string | null): void;
  /** The call is over for the agent. */
  left(agent: Agent, callId: string, department: string | null): void;
  /** A call of the agent began, was answered or ended, including one that only rings. */
  touched(agent: Agent): void;
}

/** "When a call of the agent is answered or dialled" (CONTRACT §1): a call that only rings does not count. */
const isEngaged = (leg: AgentLeg): boolean => leg.state !== "ended" && (leg.answered || leg.dialled);

/** Derives from the changes of calls which agent joins and leaves which call. */
export class CallTracker {
  readonly #steps: TrackerSteps;
  /** By call id: its agents, and whether each is engaged in it. Bounded by the live calls. */
  readonly #calls = new Map<string, Map<Agent, boolean>>();

  constructor(steps: TrackerSteps) {
    this.#steps = steps;
  }

  change({ type, call }: CallChange): void {
    if (type === "call.ended") this.#update(call.id, new Map(), call.department);
    else if (type === "call.created" || type === "call.updated") this.#update(call.id, this.#agentsOf(call), call.department);
  }

  clear(): void {
    this.#calls.clear();
  }

  #agentsOf(call: CallChangeSubject): Map<Agent, boolean> {
    const agents = new Map<Agent, boolean>();
    if (call.organizationId === null) return agents;
    for (const leg of call.agentLegs) {
      if (leg.state === "ended") continue;
      const agent = this.#steps.agent(call.organizationId, leg.agentId);
      agents.set(agent, (agents.get(agent) ?? false) || isEngaged(leg));
    }
    return agents;
  }

  #update(callId: string, agents: Map<Agent, boolean>, department: string | null): void {
    const before = this.#calls.get(callId);
    if (agents.size === 0) this.#calls.delete(callId);
    else this.#calls.set(callId, agents);
    for (const [agent, engaged] of agents) {
      const isNew = !agent.calls.has(callId);
      agent.calls.add(callId);
      const wasEngaged = before?.get(agent) === true;
      if (engaged) this.#steps.joined(agent, callId, department);
      else if (wasEngaged) this.#steps.left(agent, callId, department);
      if (isNew || engaged !== wasEngaged) this.#steps.touched(agent);
    }
    if (before === undefined) return;
    for (const [agent, wasEngaged] of before) {
      if (agents.has(agent)) continue;
      agent.calls.delete(callId);
      if (wasEngaged) this.#steps.left(agent, callId, department);
      this.#steps.touched(agent);
    }
  }
}
