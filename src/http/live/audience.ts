import { seesQueue } from "../../calls/index.js";
import type { Actor, Directory } from "../../people/index.js";
import type { Frame } from "./frame.js";
import type { Reader } from "./reader.js";
import type { Snapshot } from "./snapshot.js";

type AudienceKind = "root" | "organization" | "agent";

/**
 * All readers who see the same: root; admins of one organization; its supervisors and services; one agent. Events are filtered and
 * serialised per audience, not per reader. An audience outlives its last reader for a while, so that a reader who comes back can resume.
 */
export class Audience {
  readonly key: string;
  readonly kind: AudienceKind;
  readonly organizationId: number | null;
  readonly agentId: string | null;
  /** The first reader's; views depend on nothing that differs within an audience. */
  readonly actor: Actor;
  /** The newest event before this audience: it can be resumed from here on. */
  since: number;
  /** What it may see, as `sightOf` tells it. */
  sight: string;
  /** The calls that an agent sees. Bounded by the live calls. */
  readonly visible = new Set<string>();
  /** Bounded by the open streams (`Sessions`). */
  readonly readers = new Set<Reader>();
  /** When the last reader left, milliseconds; null while there is one. */
  idleSince: number | null = null;
  snapshot: Snapshot | null = null;
  /** Frames not yet offered to the readers. Bounded by what happens within `coalesceMs`. */
  pending: { readonly seq: number; readonly frame: Frame }[] = [];

  constructor(key: string, actor: Actor, since: number, sight: string) {
    this.key = key;
    this.kind = kindOf(actor);
    this.organizationId = actor.organizationId;
    this.agentId = actor.agentId;
    this.actor = actor;
    this.since = since;
    this.sight = sight;
  }
}

/** Changes with the departments whose callers an agent sees and with whether agents see supervision, and for root with the organizations; the same for everybody else. */
export function sightOf(directory: Directory, actor: Actor): string {
  if (actor.role === "root") return directory.organizations().map(({ domain }) => domain).join();
  if (actor.role !== "agent" || actor.organizationId === null) return "";
  const seesSupervision = directory.organization(actor.organizationId)?.supervisionVisible === true;
  return JSON.stringify([seesSupervision, ...directory.departments(actor.organizationId).filter((name) => seesQueue(directory, actor, name))]);
}

function kindOf({ role }: Actor): AudienceKind {
  if (role === "root") return "root";
  return role === "agent" ? "agent" : "organization";
}

const ROOT = "root";
const adminKey = (id: number | null): string => `administrators:${id}`;
const organizationKey = (id: number | null): string => `organization:${id}`;
const agentKey = (organizationId: number | null, agentId: string | null): string => `agent:${organizationId}:${agentId ?? ""}`;

function keyOf(actor: Actor): string {
  const kind = kindOf(actor);
  if (kind === "root") return ROOT;
  if (actor.role === "admin") return adminKey(actor.organizationId);
  return kind === "organization" ? organizationKey(actor.organizationId) : agentKey(actor.organizationId, actor.agentId);
}

export class Audiences {
  /** Bounded by the agents and organizations whose people have had a stream open within `lingerMs`. */
  readonly #byKey = new Map<string, Audience>();
  /** Agents' audiences by organization: all of them see who waits. Bounded by the audiences. */
  readonly #agents = new Map<number | null, Set<Audience>>();
  /** Audiences that see the same events. Bounded by the organizations, and their departments that something happens in. */
  readonly #groups = new Map<string, ReadonlySet<Audience>>();

  get size(): number {
    return this.#byKey.size;
  }

  find(actor: Actor): Audience | undefined {
    return this.#byKey.get(keyOf(actor));
  }

  create(actor: Actor, since: number, sight: string): Audience {
    const audience = new Audience(keyOf(actor), actor, since, sight);
    this.#byKey.set(audience.key, audience);
    this.regroup();
    if (audience.kind === "agent") {
      const agents = this.#agents.get(audience.organizationId);
      if (agents === undefined) this.#agents.set(audience.organizationId, new Set([audience]));
      else agents.add(audience);
    }
    return audience;
  }

  delete(audience: Audience): void {
    this.#byKey.delete(audience.key);
    this.regroup();
    const agents = this.#agents.get(audience.organizationId);
    agents?.delete(audience);
    if (agents?.size === 0) this.#agents.delete(audience.organizationId);
  }

  /** Root's and the organization's, those of them that exist. */
  supervising(organizationId: number | null): ReadonlySet<Audience> {
    return this.#group(`supervising ${organizationId}`, () => [organizationId === null ? undefined : this.#byKey.get(organizationKey(organizationId)), ...this.administering(organizationId)]);
  }

  /** Root's and the organization's administrators', those of them that exist. */
  administering(organizationId: number | null): ReadonlySet<Audience> {
    return this.#group(`administering ${organizationId}`, () => [organizationId === null ? undefined : this.#byKey.get(adminKey(organizationId)), this.#byKey.get(ROOT)]);
  }

  /** All agents' of the organization. */
  agentsOf(organizationId: number | null): ReadonlySet<Audience> {
    return this.#group(`agents ${organizationId}`, () => (organizationId === null ? [] : this.agents(organizationId)));
  }

  /** The agents' that see who waits in a department, by `sees`; and, for `seeing`, those who supervise it. */
  members(organizationId: number, department: string, sees: (audience: Audience) => boolean): ReadonlySet<Audience> {
    return this.#group(`members ${organizationId} ${department}`, () => [...this.agents(organizationId)].filter(sees));
  }

  seeing(organizationId: number | null, department: string, sees: (audience: Audience) => boolean): ReadonlySet<Audience> {
    return this.#group(`seeing ${organizationId} ${department}`, () => [...this.supervising(organizationId), ...(organizationId === null ? [] : this.members(organizationId, department, sees))]);
  }

  /** Who sees what may be another now. */
  regroup(): void {
    this.#groups.clear();
  }

  /** One set for all events until audiences come or go: to look for the members of a department among all agents with each event would cost more than the events. */
  #group(key: string, find: () => Iterable<Audience | undefined>): ReadonlySet<Audience> {
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group = new Set<Audience>();
    for (const audience of find()) if (audience !== undefined) group.add(audience);
    this.#groups.set(key, group);
    return group;
  }

  agent(organizationId: number, agentId: string): Audience | undefined {
    return this.#byKey.get(agentKey(organizationId, agentId));
  }

  agents(organizationId: number): Iterable<Audience> {
    return this.#agents.get(organizationId) ?? [];
  }

  hasAgents(organizationId: number): boolean {
    return this.#agents.has(organizationId);
  }

  [Symbol.iterator](): Iterator<Audience> {
    return this.#byKey.values();
  }

  clear(): void {
    this.#byKey.clear();
    this.#agents.clear();
    this.regroup();
  }
}
