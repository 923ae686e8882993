/** The departments' queues as an actor may see them: those that exist and those that a waiting call names. */
import type { Actor, Directory } from "../calls/ports.js";
import type { CallService, CallView } from "../calls/types.js";

export interface QueueView {
  readonly name: string;
  readonly waiting: number;
  readonly calls: readonly CallView[];
}

export function queuesOf({ calls, directory }: { readonly calls: CallService; readonly directory: Directory }, actor: Actor): readonly QueueView[] {
  const waiting = new Map<string, CallView[]>();
  for (const name of actor.organizationId === null ? [] : directory.departments(actor.organizationId)) waiting.set(name, []);
  for (const { view } of calls.queued(actor)) {
    const name = view.department ?? "";
    const queue = waiting.get(name);
    if (queue === undefined) waiting.set(name, [view]);
    else queue.push(view);
  }
  return [...waiting].map(([name, views]) => ({ name, waiting: views.length, calls: views }));
}
