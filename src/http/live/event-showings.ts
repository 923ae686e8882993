/** Decides which audience sees which event, and how. */
import type { CallEvent, DomainEvent } from "../../events/index.js";
import type { Directory } from "../../people/index.js";
import type { Audience, Audiences } from "./audience.js";
import { seeingOf, type CallShowings } from "./call-showings.js";
import type { Showing } from "./stream.js";

const isOfCall = (event: DomainEvent): event is CallEvent => "subject" in event;

export class EventShowings {
  readonly #directory: Directory;
  readonly #audiences: Audiences;
  readonly #calls: CallShowings;

  constructor(directory: Directory, audiences: Audiences, calls: CallShowings) {
    this.#directory = directory;
    this.#audiences = audiences;
    this.#calls = calls;
  }

  of(event: DomainEvent): readonly Showing[] {
    const { organizationId } = event;
    if (isOfCall(event)) return this.#calls.of(event);
    switch (event.type) {
      case "agent.created":
      case "agent.updated":
      case "agent.removed":
      case "agent.status":
      case "agent.registered":
      case "agent.unregistered":
        return [{ ...event, to: this.#concerning(organizationId, event.data.agent.id) }];
      case "offer.made":
      case "offer.accepted":
      case "offer.missed":
      case "offer.withdrawn":
        return [{ ...event, to: this.#concerning(organizationId, event.data.agent) }];
      case "calllog.completed":
      case "calllog.updated":
      case "calllog.removed":
      case "recording.started":
      case "recording.stopped":
      case "recording.updated":
      case "recording.removed":
        return [{ ...event, to: this.#concerning(organizationId, ...event.agents) }];
      case "callback.created":
      case "callback.updated":
      case "callback.done":
        return [{ ...event, to: this.#seeing(organizationId, event.data.callback.department) }];
      case "message.left":
      case "message.updated":
      case "message.removed":
        return [{ ...event, to: this.#seeing(organizationId, event.data.message.department) }];
      case "department.created":
      case "department.updated":
      case "department.removed": {
        const seeing = this.#seeing(organizationId, event.data.department.name);
        const others = new Set([...this.#audiences.agentsOf(organizationId)].filter((audience) => !seeing.has(audience)));
        return [{ ...event, to: seeing }, { type: event.type, data: { ...event.data, queue: null }, to: others }];
      }
      case "queue.joined":
      case "queue.updated":
      case "queue.left":
        return [{ ...event, to: this.#seeing(organizationId, event.data.queue.name) }];
      case "queue.figures":
        return [{ ...event, to: this.#seeing(organizationId, event.data.department) }];
      case "directory.presence":
        return [{ ...event, to: this.#audiences.agentsOf(organizationId) }, ...this.#numbers(event)];
      case "organization.updated":
        return [{ ...event, to: this.#audiences.supervising(organizationId) }, { ...event, to: this.#audiences.agentsOf(organizationId) }];
      case "switch.status":
        return [{ ...event, to: new Set([...this.#audiences].filter(({ kind }) => kind !== "agent")) }];
      case "security.registration_failed":
      case "webhook.disabled":
      case "webhook.dropped":
      case "user.created":
      case "user.updated":
      case "user.removed":
      case "token.created":
      case "token.updated":
      case "token.removed":
      case "webhook.created":
      case "webhook.updated":
      case "webhook.removed":
        return [{ ...event, to: this.#audiences.administering(organizationId) }];
      case "trunk.created":
      case "trunk.updated":
      case "trunk.removed":
      case "phoneline.created":
      case "phoneline.updated":
      case "phoneline.removed":
      case "voiceconfig.created":
      case "voiceconfig.updated":
      case "voiceconfig.removed":
        return [{ ...event, to: this.#audiences.supervising(organizationId) }];
    }
  }

  /** What no other event tells those who supervise. */
  #numbers({ organizationId, data }: DomainEvent & { readonly type: "directory.presence" }): readonly Showing[] {
    const items = data.items.filter(({ type }) => type === "number");
    const removed = data.removed.filter(({ type }) => type === "number");
    return items.length + removed.length === 0 ? [] : [{ type: "directory.presence", data: { items, removed }, to: this.#audiences.supervising(organizationId) }];
  }

  /** The supervising audiences and the agents' own. */
  #concerning(organizationId: number | null, ...agents: readonly string[]): ReadonlySet<Audience> {
    const own = organizationId === null ? [] : agents.flatMap((agentId) => this.#audiences.agent(organizationId, agentId) ?? []);
    const supervising = this.#audiences.supervising(organizationId);
    return own.length === 0 ? supervising : new Set([...supervising, ...own]);
  }

  /** The audiences that see who waits in a department. */
  #seeing(organizationId: number | null, department: string): ReadonlySet<Audience> {
    return seeingOf(this.#audiences, this.#directory, organizationId, department);
  }
}
