/** The departments' queues as an actor may see them: those that exist and those that a waiting call names. */
import { z } from "zod";
import { seesQueue, type CallView } from "../../calls/index.js";
import { Call, Figures, Queue } from "../../events/index.js";
import type { Actor } from "../../people/index.js";
import type { QueueView } from "../../queues/index.js";
import { pageOf, type Asked } from "../../pages.js";
import { present } from "../../present.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { errors, next, total } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { searchedPage } from "../voiceconfig/listing.js";

const Listed = Queue.extend({
  figures: Figures.nullable().describe("How the department does; null for root, who sees the queues of all organizations under one name."),
  calls: z.array(Call).readonly().describe("The calls that wait, those who leave a message included, the longest waiting first."),
}).meta({ id: "ListedQueue", description: "A department's queue with the calls that wait in it." });

type Listed = z.output<typeof Listed>;

function queuesOf({ calls, directory, queues }: HttpServices, actor: Actor): readonly Listed[] {
  const waiting = new Map<string, CallView[]>();
  for (const name of actor.organizationId === null ? [] : directory.departments(actor.organizationId)) if (seesQueue(directory, actor, name)) waiting.set(name, []);
  for (const { view } of calls.queued(actor)) {
    const name = view.department ?? "";
    const queue = waiting.get(name);
    if (queue === undefined) waiting.set(name, [view]);
    else queue.push(view);
  }
  const { organizationId } = actor;
  const queueOf = (name: string): Omit<Listed, "calls"> => (organizationId === null ? together(name, directory.organizations().map(({ id }) => queues.queue(id, name))) : queues.queue(organizationId, name));
  return [...waiting].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, views]) => ({ ...queueOf(name), calls: views }));
}

/** The queues of all organizations under one name: each has its own settings and figures. */
const together = (name: string, all: readonly QueueView[]): Omit<Listed, "calls"> => ({
  name, waiting: all.reduce((sum, { waiting }) => sum + waiting, 0), serviceLevelS: null, serviceLevelTarget: null, alarms: null, figures: null, entries: all.flatMap(({ entries }) => entries),
});

const SORTS = ["name", "waiting", "longestWait"] as const;

/** A queue that comes or goes shifts no page. Throws InvalidParameter (`cursor`). */
const pageOfQueues = (services: HttpServices, actor: Actor, asked: Asked) =>
  pageOf(queuesOf(services, actor), asked, {
    id: ({ name }) => name,
    // Who waits longest came first.
    valueOf: ({ name, waiting, calls }, sort) => (sort === "waiting" ? waiting : sort === "longestWait" ? -Math.min(Number.MAX_SAFE_INTEGER, ...calls.map(({ queuedAt }) => Date.parse(queuedAt ?? "")).filter(Number.isInteger)) : name),
    words: ({ name }) => [name],
  });

export function queueRoutes(app: HttpApp, services: HttpServices): void {
  app.route({
    method: "GET",
    url: "/queues",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: {
      operationId: "listQueues",
      tags: ["queues"],
      summary: "The departments' queues with who waits in them; an agent sees those of the own departments, and all with `*` among them.",
      querystring: z.strictObject(searchedPage(SORTS)),
      response: { 200: z.object({ items: z.array(Listed).readonly(), total, next }), ...errors },
    },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      return reply.send(pageOfQueues(services, actorOf(request), present(request.query)));
    },
  });
}
