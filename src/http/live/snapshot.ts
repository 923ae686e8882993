import type { AgentService, AgentView } from "../../agents/index.js";
import type { Actor, Organization } from "../../people/index.js";
import type { CallService, CallView, Page, Paged } from "../../calls/index.js";
import { SYSTEM, type SwitchView } from "../../events/index.js";
import type { QueueView } from "../../queues/index.js";
import { Frame } from "./frame.js";
import type { EventData } from "./schemas.js";
import { LISTS, type Told } from "./topics.js";

interface SnapshotSources {
  readonly calls: Pick<CallService, "list" | "details">;
  readonly agents: Pick<AgentService, "list">;
  organization(id: number): Organization | undefined;
  organizations(): readonly Organization[];
  queues(organizationId: number): readonly QueueView[];
  switches(): readonly SwitchView[];
}

export interface SnapshotContent {
  readonly organization: string | null;
  readonly calls: readonly CallView[];
  readonly agents: readonly AgentView[];
  readonly queues: readonly QueueView[];
  readonly switches: readonly SwitchView[];
}

const PAGE = 1000;
/** Calls or agents in one part: about 100 KB, so that a slow connection is never far over its high-water mark. */
const PART_ITEMS = 200;

function everything<T>(list: (page: Page) => Paged<T>): readonly T[] {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Paged<T> = list(cursor === null ? { limit: PAGE } : { limit: PAGE, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

function ofOrganization(sources: SnapshotSources, actor: Actor, organizationId: number): SnapshotContent {
  return {
    organization: sources.organization(organizationId)?.domain ?? null,
    calls: everything((page) => sources.calls.list(actor, {}, page)),
    agents: everything((page) => sources.agents.list(actor, page)),
    queues: sources.queues(organizationId),
    switches: actor.role === "agent" ? [] : sources.switches(),
  };
}

/** What the actor may see now, by the lists of the API; for root, organization by organization. */
export function snapshotFor(sources: SnapshotSources, actor: Actor): readonly SnapshotContent[] {
  if (actor.role !== "root") return actor.organizationId === null ? [] : [ofOrganization(sources, actor, actor.organizationId)];
  const unassigned = sources.calls.details(SYSTEM, {}).filter((call) => call.organizationId === null);
  return [
    { organization: null, calls: unassigned.map(({ view }) => view), agents: [], queues: [], switches: sources.switches() },
    ...sources.organizations().map((organization) => ({ ...ofOrganization(sources, { ...actor, role: "admin", organizationId: organization.id }, organization.id), switches: [] })),
  ];
}

/** A snapshot of an audience, which its readers share: those who are told the same types of events get the same frames. */
export class Snapshot {
  readonly seq: number;
  readonly takenAt: number;
  readonly #contents: readonly SnapshotContent[];
  readonly #id: string;
  /** By the lists that it has. Bounded by their combinations. */
  readonly #parts = new Map<string, readonly Frame[]>();

  constructor(seq: number, takenAt: number, id: string, contents: readonly SnapshotContent[]) {
    this.seq = seq;
    this.takenAt = takenAt;
    this.#id = id;
    this.#contents = contents;
  }

  parts(told: Told): readonly Frame[] {
    const has = (list: keyof typeof LISTS): boolean => told === null || told.has(LISTS[list]);
    const key = JSON.stringify([has("calls"), has("agents"), has("queues"), has("switches")]);
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const contents = this.#contents.map((content) => ({
      organization: content.organization,
      calls: has("calls") ? content.calls : [],
      agents: has("agents") ? content.agents : [],
      queues: has("queues") ? content.queues : [],
      switches: has("switches") ? content.switches : [],
    }));
    const parts = snapshotFrames(contents, this.#id, new Date(this.takenAt).toISOString());
    this.#parts.set(key, parts);
    return parts;
  }
}

/** Cuts a snapshot into parts; the last one carries the id. */
function snapshotFrames(contents: readonly SnapshotContent[], id: string, at: string): readonly Frame[] {
  const parts: { readonly organization: string | null; readonly data: Omit<EventData<"snapshot">, "part" | "last"> }[] = [];
  for (const { organization, calls, agents, queues, switches } of contents) {
    parts.push({ organization, data: { calls: calls.slice(0, PART_ITEMS), agents: agents.slice(0, PART_ITEMS), queues, switches } });
    for (let start = PART_ITEMS; start < Math.max(calls.length, agents.length); start += PART_ITEMS) {
      parts.push({ organization, data: { calls: calls.slice(start, start + PART_ITEMS), agents: agents.slice(start, start + PART_ITEMS), queues: [], switches: [] } });
    }
  }
  if (parts.length === 0) parts.push({ organization: null, data: { calls: [], agents: [], queues: [], switches: [] } });
  return parts.map(({ organization, data }, index) => {
    const last = index === parts.length - 1;
    return new Frame({ id: last ? id : null, type: "snapshot", at, organization, data: { part: index + 1, last, ...data } });
  });
}
