/** The departments' queues as an actor may see them: those that exist and those that a waiting call names. */
import { type CallService, type CallView, type Page, type Paged, seesQueue } from "../calls/index.js";
import type { Actor, Directory } from "../people/index.js";
import { invalid } from "../errors.js";
import type { DepartmentFigures, QueueService } from "../queues/index.js";

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly calls: readonly CallView[];
  /** Null for root, who sees the queues of all organizations under one name. */
  readonly figures: DepartmentFigures | null;
}

interface QueueSources {
  readonly calls: CallService;
  readonly directory: Directory;
  readonly queues: Pick<QueueService, "figures">;
}

const DEFAULT_LIMIT = 100;

function queuesOf({ calls, directory, queues }: QueueSources, actor: Actor): readonly QueueView[] {
  const waiting = new Map<string, CallView[]>();
  for (const name of actor.organizationId === null ? [] : directory.departments(actor.organizationId)) if (seesQueue(directory, actor, name)) waiting.set(name, []);
  for (const { view } of calls.queued(actor)) {
    const name = view.department ?? "";
    const queue = waiting.get(name);
    if (queue === undefined) waiting.set(name, [view]);
    else queue.push(view);
  }
  const { organizationId } = actor;
  return [...waiting]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, views]) => ({ name, waiting: views.length, calls: views, figures: organizationId === null ? null : queues.figures(organizationId, name) }));
}

/** By name; the cursor is the last name of the page before, so that queues that come and go shift nothing. Throws InvalidParameter (`cursor`). */
export function pageOfQueues(sources: QueueSources, actor: Actor, { limit = DEFAULT_LIMIT, cursor }: Page): Paged<QueueView> {
  const all = queuesOf(sources, actor);
  const after = cursor === undefined ? null : lastName(cursor);
  const rest = after === null ? all : all.filter(({ name }) => name > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, total: all.length, next: last === undefined || rest.length === items.length ? null : `q${Buffer.from(last.name).toString("base64url")}` };
}

function lastName(cursor: string): string {
  const encoded = /^q([A-Za-z0-9_-]*)$/.exec(cursor)?.[1];
  if (encoded === undefined) throw invalid("cursor", "is not one that a list gave.");
  return Buffer.from(encoded, "base64url").toString();
}
