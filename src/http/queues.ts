/** The departments' queues as an actor may see them: those that exist and those that a waiting call names. */
import type { Actor, Directory } from "../calls/ports.js";
import type { CallService, CallView, Page, Paged } from "../calls/types.js";
import { invalid } from "../errors.js";

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly calls: readonly CallView[];
}

interface QueueSources {
  readonly calls: CallService;
  readonly directory: Directory;
}

const DEFAULT_LIMIT = 100;

function queuesOf({ calls, directory }: QueueSources, actor: Actor): readonly QueueView[] {
  const waiting = new Map<string, CallView[]>();
  for (const name of actor.organizationId === null ? [] : directory.departments(actor.organizationId)) waiting.set(name, []);
  for (const { view } of calls.queued(actor)) {
    const name = view.department ?? "";
    const queue = waiting.get(name);
    if (queue === undefined) waiting.set(name, [view]);
    else queue.push(view);
  }
  return [...waiting].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, views]) => ({ name, waiting: views.length, calls: views }));
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
