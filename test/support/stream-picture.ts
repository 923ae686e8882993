/** What a client knows that follows the event stream alone: calls, agents, departments and queues, by the rules of `/docs/events`. */
import type { AgentView } from "../../src/agents/index.js";
import type { CallView } from "../../src/calls/index.js";
import type { DepartmentFigures, DepartmentSettings, QueueEntry, QueueView } from "../../src/queues/index.js";

export interface StreamEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A queue as a stream shows it: of one whose department does not exist the figures come later. */
export type PicturedQueue = Omit<QueueView, "figures"> & { readonly figures: DepartmentFigures | null };

interface Snapshot {
  readonly part: number;
  readonly last: boolean;
  readonly calls: readonly CallView[];
  readonly agents: readonly AgentView[];
  readonly queues: readonly QueueView[];
}

const placed = (entries: readonly QueueEntry[]): readonly QueueEntry[] => entries.map((entry, index) => ({ ...entry, position: index + 1 }));

export class StreamPicture {
  /** Whether the first snapshot is complete. */
  known = false;
  readonly calls = new Map<string, CallView>();
  readonly agents = new Map<string, AgentView>();
  readonly queues = new Map<string, PicturedQueue>();
  /** Settings that changed since the snapshot. */
  readonly departments = new Map<string, DepartmentSettings>();

  apply({ type, data }: StreamEvent): void {
    if (type === "snapshot") this.#snapshot(data as unknown as Snapshot);
    else if (type === "call.ended" || type === "call.removed") this.calls.delete((data["call"] as CallView | undefined)?.id ?? String(data["callId"]));
    else if (type.startsWith("call.") && data["call"] !== undefined) this.#put(this.calls, data["call"] as CallView);
    else if (type === "agent.removed") this.agents.delete((data["agent"] as AgentView).id);
    else if (type.startsWith("agent.")) this.#put(this.agents, data["agent"] as AgentView);
    else if (type === "queue.figures") this.#change(String(data["department"]), (queue) => ({ ...queue, figures: data["figures"] as DepartmentFigures }));
    else if (type.startsWith("queue.")) this.#line(data as unknown as { readonly queue: { readonly name: string; readonly waiting: number }; readonly callId: string; readonly entry?: QueueEntry });
    else if (type.startsWith("department.")) this.#department(type, data as unknown as { readonly department: DepartmentSettings & { readonly name: string }; readonly queue: QueueView | null });
  }

  #put<T extends { readonly id: string }>(all: Map<string, T>, item: T): void {
    all.set(item.id, item);
  }

  #snapshot({ part, last, calls, agents, queues }: Snapshot): void {
    if (part === 1) for (const all of [this.calls, this.agents, this.queues, this.departments]) all.clear();
    for (const call of calls) this.#put(this.calls, call);
    for (const agent of agents) this.#put(this.agents, agent);
    for (const queue of queues) this.queues.set(queue.name, queue);
    this.known ||= last;
  }

  #line({ queue: { name, waiting }, callId, entry }: { readonly queue: { readonly name: string; readonly waiting: number }; readonly callId: string; readonly entry?: QueueEntry }): void {
    this.#change(name, (queue) => {
      const others = queue.entries.filter((other) => other.callId !== callId);
      if (entry !== undefined) others.splice(entry.position - 1, 0, entry);
      return { ...queue, waiting, entries: placed(others) };
    });
    // A department that does not exist is in the list while callers wait there.
    const changed = this.queues.get(name);
    if (changed !== undefined && changed.serviceLevelS === null && changed.waiting === 0) this.queues.delete(name);
  }

  #department(type: string, { department, queue }: { readonly department: DepartmentSettings & { readonly name: string }; readonly queue: QueueView | null }): void {
    if (type === "department.removed") this.departments.delete(department.name);
    else this.departments.set(department.name, department);
    if (queue === null) return;
    if (type === "department.removed" && queue.waiting === 0) this.queues.delete(queue.name);
    else this.queues.set(queue.name, queue);
  }

  #change(name: string, change: (queue: PicturedQueue) => PicturedQueue): void {
    this.queues.set(name, change(this.queues.get(name) ?? { name, waiting: 0, serviceLevelS: null, serviceLevelTarget: null, alarms: null, figures: null, entries: [] }));
  }
}
