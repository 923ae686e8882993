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
        return [{ to: this.#concerning(organizationId, event.data.agent.id), ...event }];
      case "offer.made":
      case "offer.accepted":
      case "offer.missed":
      case "offer.withdrawn":
        return [{ to: this.#concerning(organizationId, event.data.agent), ...event }];
      case "calllog.completed":
      case "calllog.updated":
      case "calllog.removed":
      case "recording.started":
      case "recording.stopped":
      case "recording.updated":
      case "recording.removed":
        return [{ to: this.#concerning(organizationId, ...event.agents), ...event }];
      case "callback.created":
      case "callback.updated":
      case "callback.done":
        return [{ to: this.#seeing(organizationId, event.data.callback.department), ...event }];
      case "message.left":
      case "message.updated":
      case "message.removed":
        return [{ to: this.#seeing(organizationId, event.data.message.department), ...event }];
      case "department.created":
      case "department.updated":
      case "department.removed": {
        const seeing = this.#seeing(organizationId, event.data.department.name);
        const others = new Set([...this.#audiences.agentsOf(organizationId)].filter((audience) => !seeing.has(audience)));
        return [{ to: seeing, ...event }, { type: event.type, data: { ...event.data, queue: null }, to: others }];
      }
      case "queue.joined":
      case "queue.updated":
      case "queue.left":
        return [{ to: this.#seeing(organizationId, event.data.queue.name), ...event }];
      case "queue.figures":
        return [{ to: this.#seeing(organizationId, event.data.department), ...event }];
      case "directory.presence":
        return [{ to: this.#audiences.agentsOf(organizationId), ...event }, ...this.#numbers(event)];
      case "organization.updated":
        return [{ to: this.#audiences.supervising(organizationId), ...event }, { to: this.#audiences.agentsOf(organizationId), ...event }];
      case "switch.status":
        return [{ to: new Set([...this.#audiences].filter(({ kind }) => kind !== "agent")), ...event }];
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
        return [{ to: this.#audiences.administering(organizationId), ...event }];
      case "trunk.created":
      case "trunk.updated":
      case "trunk.removed":
      case "phoneline.created":
      case "phoneline.updated":
      case "phoneline.removed":
      case "voiceconfig.created":
      case "voiceconfig.updated":
      case "voiceconfig.removed":
        return [{ to: this.#audiences.supervising(organizationId), ...event }];
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
