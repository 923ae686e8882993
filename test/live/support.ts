import Fastify, { LogController, type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { z } from "zod";
import { CallplaneError } from "../../src/errors.js";
import type { AuthService } from "../../src/auth/types.js";
import type { Actor } from "../../src/people/index.js";
import type { CallChange, CallDetail, CallFilter, CallView, Page, Paged } from "../../src/calls/types.js";
import { presented } from "../../src/http/authentication.js";
import { DomainEvents, type DomainEventsOptions } from "../../src/events/index.js";
import { LiveHub, registerLive, type HubOptions } from "../../src/http/live/index.js";
import type { Frame, Frames } from "../../src/http/live/frame.js";
import type { CloseReason, Transport } from "../../src/http/live/reader.js";
import type { Credential } from "../../src/http/live/sessions.js";
import { entryOf, queueOf, type DepartmentFigures, type QueueService } from "../../src/queues/index.js";
import { WaitingRoom, type WaitingCall, type WaitingRoomSource } from "../../src/queues/waiting-room.js";
import { CallFeed, MemoryDirectory, actor, organizationOf, silentLogger, stage, type Stage } from "../agents/support.js";
import { PLAIN_CALL } from "../support/plain-call.js";

/** A call as the registry would hold it. */
export interface FakeCall {
  readonly view: CallView;
  readonly organizationId: number | null;
}

export const callView = (id: string, overrides: Partial<CallView> = {}): CallView => ({
  id,
  state: "active",
  direction: "inbound",
  from: "+15550001",
  fromName: null,
  fromText: "+1 555 0001",
  ...PLAIN_CALL,
  to: "1001",
  toText: "1001",
  assignedTo: null,
  department: null,
  node: "fs1",
  createdAt: "2026-01-01T00:00:00.000Z",
  answeredAt: null,
  ringing: [],
  legs: [],
  supervision: [],
  recording: false,
  heldBy: null,
  help: null,
  conference: false,
  ...overrides,
});

/** Plays the registry's side: holds calls, tells changes, and shows them by the rules of the lists. */
export class FakeRegistry extends CallFeed {
  /** As the queues room keeps it. */
  readonly room: WaitingRoom;
  #follow: Parameters<WaitingRoomSource["onChange"]>[0] = () => undefined;
  readonly calls = new Map<string, FakeCall>();
  readonly #directory: MemoryDirectory;
  lists = 0;
  /** Whether agents are members of the departments. */
  served = true;

  constructor(directory: MemoryDirectory) {
    super();
    this.#directory = directory;
    const onChange: WaitingRoomSource["onChange"] = (handler) => {
      this.#follow = handler;
      return () => undefined;
    };
    this.room = new WaitingRoom({ all: () => [], find: (id) => this.calls.get(id), onChange }, silentLogger);
  }

  readonly onMoved = (): (() => void) => () => undefined;

  view(who: Actor, { view, organizationId }: FakeCall): CallView | null {
    if (who.role !== "root" && (organizationId === null || organizationId !== who.organizationId)) return null;
    if (who.role !== "agent") return view;
    const hers = who.agentId !== null && (view.assignedTo === who.agentId || view.ringing.includes(who.agentId) || view.legs.some((leg) => leg.agent === who.agentId));
    if (!hers && (view.state !== "queued" || !this.served)) return null;
    return organizationId !== null && this.#directory.organization(organizationId)?.supervisionVisible === true ? view : { ...view, supervision: [] };
  }

  list(who: Actor, filter: CallFilter, { limit = 100, cursor }: Page): Paged<CallView> {
    this.lists += 1;
    const all = [...this.calls.values()].map((call) => this.view(who, call)).filter((view) => view !== null);
    const wanted = all.filter((view) => (filter.state === undefined || view.state === filter.state));
    const start = Number(cursor ?? 0);
    return { items: wanted.slice(start, start + limit), total: wanted.length, next: start + limit < wanted.length ? String(start + limit) : null };
  }

  details(who: Actor): readonly CallDetail[] {
    return [...this.calls.values()].flatMap((call) => {
      const view = this.view(who, call);
      return view === null ? [] : [{ view, organizationId: call.organizationId, aLeg: null, bLeg: null, enteredAt: null }];
    });
  }

  queued(who: Actor): readonly CallDetail[] {
    return this.details(who).filter(({ view }) => view.state === "queued");
  }

  subject(call: FakeCall): CallChange["call"] {
    const { view, organizationId } = call;
    return {
      id: view.id,
      organizationId,
      assignedTo: view.assignedTo,
      department: view.department,
      ringing: view.ringing,
      queued: view.state === "queued",
      unsettled: [],
      changedAt: new Date(0),
      recordings: [],
      handover: null,
      ending: view.state === "ended" ? { cause: "NORMAL_CLEARING", by: "customer", waitMs: 0, talkMs: 0, holdMs: 0 } : null,
      agentLegs: view.legs.flatMap((leg) => (leg.agent === null ? [] : [{ agentId: leg.agent, state: leg.state, answered: leg.state !== "ringing", dialled: false }])),
      viewFor: (who) => this.view(who, call),
      jsonFor: (who) => {
        const shown = this.view(who, call);
        return shown === null ? null : JSON.stringify(shown);
      },
    };
  }

  put(view: CallView, organizationId: number | null = 1): void {
    const isNew = !this.calls.has(view.id);
    const call = { view, organizationId };
    this.calls.set(view.id, call);
    if (isNew) this.emit({ type: "call.created", call: this.subject(call) });
    this.emit({ type: "call.updated", call: this.subject(call) });
    this.#follow({ type: "changed", call: waitingOf(call, false) });
  }

  end(id: string): void {
    const call = this.calls.get(id);
    if (call === undefined) return;
    this.calls.delete(id);
    this.emit({ type: "call.ended", call: this.subject({ ...call, view: { ...call.view, state: "ended" } }) });
    this.#follow({ type: "ended", call: waitingOf(call, true) });
  }

  supervise(id: string, what: "started" | "switched" | "ended", agent: string, mode: "listen" | "whisper" | "barge"): void {
    const call = this.calls.get(id);
    if (call === undefined) return;
    const view = { ...call.view, supervision: what === "ended" ? [] : [{ agent, mode, since: "2026-01-01T00:00:00.000Z", target: null, heardBy: [], hearers: [], muted: false }] };
    this.put(view, call.organizationId);
    this.emit({ type: `call.supervision.${what}`, call: this.subject({ ...call, view }), agent, mode, at: new Date(0) });
  }
}

const waitingOf = ({ view, organizationId }: FakeCall, ended: boolean): WaitingCall => ({
  id: view.id, node: view.node, organizationId, queue: view.state === "queued" ? view.department : null, queuedAt: new Date(0), enteredAt: new Date(0), ended, endedByRequest: false, priority: 0, stage: "waiting", from: view.from, fromName: view.fromName, owner: view.assignedTo, customer: { answered: true, agentId: null, partner: null }, legs: [], endedLegs: [],
});

const received = z.object({ id: z.string().nullable(), type: z.string(), organization: z.string().nullable(), data: z.record(z.string(), z.unknown()) });
export type Received = Readonly<z.infer<typeof received>>;

/** What a queue of the room looks like, in departments whose settings are the defaults. */
export function queuesOf(room: WaitingRoom): Pick<QueueService, "onFigures" | "onOffer" | "onCallback" | "queue" | "entry" | "room"> {
  const never = () => () => undefined;
  const figures: DepartmentFigures = { waiting: 0, longestWaitS: 0, callbacks: 0, serviceLevel: null, answered: 0, abandoned: 0, overflowed: 0, averageWaitS: null, agents: { free: 0, busy: 0 } };
  const views = { directory: { department: () => undefined }, room, fromText: ({ number }: { readonly number: string }) => number, figures: () => figures };
  return { onFigures: never, onOffer: never, onCallback: never, queue: (id, name) => queueOf(views, id, name), entry: (caller) => entryOf(views, caller), room };
}

/** A connection in memory whose peer reads, or does not. */
export class FakeTransport implements Transport {
  readonly received: Received[] = [];
  closed: CloseReason | null = null;
  pings = 0;
  reading = true;
  answering = true;
  throwing = false;
  /** Writes. */
  sends = 0;
  #waiting: Frame[] = [];

  get buffered(): number {
    return this.#waiting.reduce((sum, frame) => sum + frame.bytes, 0);
  }

  send({ list }: Frames): void {
    if (this.throwing) throw new Error("broken");
    this.sends++;
    if (this.reading) for (const frame of list) this.#take(frame);
    else this.#waiting.push(...list);
  }

  drain(): void {
    for (const frame of this.#waiting) this.#take(frame);
    this.#waiting = [];
  }

  ping(): boolean {
    this.pings += 1;
    return this.answering;
  }

  close(reason: CloseReason): void {
    this.closed = reason;
  }

  get types(): readonly string[] {
    return this.received.map(({ type }) => type);
  }

  /** What came after the snapshot. */
  get events(): readonly Received[] {
    return this.received.filter(({ type }) => type !== "snapshot");
  }

  get lastId(): string {
    return this.received.findLast(({ id }) => id !== null)?.id ?? "";
  }

  #take(frame: Frame): void {
    this.received.push(parse(frame.json));
  }
}

export const parse = (json: string): Received => received.parse(JSON.parse(json));

export const credential = (who: Actor, recheck: () => Promise<Actor> = async () => who): Credential => ({ actor: who, recheck });

export const alice = actor("agent", 1, "1001");
export const bob = actor("agent", 1, "1002");
export const carol = actor("supervisor", 1, "1003");
export const other = actor("admin", 2);
export const root = actor("root", null);

export interface LiveStage extends Stage {
  readonly registry: FakeRegistry;
  readonly events: DomainEvents;
  readonly hub: LiveHub;
  /** Opens a stream in memory. */
  readonly read: (who: Actor, lastEventId?: string | null, topics?: { readonly ofQuery?: readonly string[]; readonly ofTicket?: readonly string[]; readonly alive?: boolean }) => FakeTransport;
  close(): Promise<void>;
}

export async function liveStage(options: Partial<Pick<HubOptions, "limits" | "logger">> & { readonly directory?: MemoryDirectory } & Partial<Pick<DomainEventsOptions, "nodes" | "acting">> & { readonly queues?: Pick<DomainEventsOptions["queues"], "onFigures">;  readonly supervisionVisible?: boolean } = {}): Promise<LiveStage> {
  const directory = new MemoryDirectory(
    [organizationOf(1, "one.example", options.supervisionVisible ?? false), organizationOf(2, "two.example")],
    [{ org: 1, id: "1001" }, { org: 1, id: "1002" }, { org: 1, id: "1003" }, { org: 2, id: "2001" }],
  );
  const people = await stage({ directory });
  const registry = new FakeRegistry(directory);
  const sources = { calls: registry, agents: people.service, directory, logger: silentLogger, clock: people.clock };
  const events = new DomainEvents({ changes: registry, acting: { isActing: () => false, onRest: () => () => undefined }, ...sources, ...options, queues: { ...queuesOf(registry.room), ...options.queues } });
  // At the end of the turn, unless the test is about that.
  const hub = new LiveHub({ events, boot: "boot", ...sources, ...options, limits: { coalesceMs: 0, ...options.limits } });
  return {
    ...people,
    registry,
    events,
    hub,
    read: (who, lastEventId = null, { ofQuery = null, ofTicket = null, alive = false } = {}) => {
      const transport = new FakeTransport();
      hub.open({ ...credential(who), topics: ofTicket }, transport, lastEventId, { topics: ofQuery, alive });
      return transport;
    },
    close: async () => {
      hub.close();
      events.close();
      await people.service.close();
    },
  };
}

/** Resolves when what is pending has been handed to the readers. */
export const flushed = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tokens are the names of actors here. */
export class FakeAuth implements Pick<AuthService, "authenticate" | "recheck"> {
  readonly actors = new Map<string, Actor>();

  async authenticate({ token }: { readonly token: string }): Promise<Actor> {
    const found = this.actors.get(token);
    if (found === undefined) throw new CallplaneError("Unauthorized");
    return found;
  }

  recheck = (_actor: Actor, presented: { readonly token: string }): Promise<Actor> => this.authenticate(presented);

  login = async (): Promise<never> => {
    throw new CallplaneError("Unauthorized");
  };

  logout = async ({ tokenId }: Actor): Promise<void> => {
    for (const [token, found] of this.actors) if (found.tokenId === tokenId) this.actors.delete(token);
  };
}

/** The live routes on a bare app that does what the real one's hooks do. */
export async function liveApp(live: LiveStage, auth: FakeAuth): Promise<{ readonly app: FastifyInstance; readonly url: string; readonly logged: string[] }> {
  const logged: string[] = [];
  const app = Fastify({ logger: { level: "trace", stream: { write: (line: string) => void logged.push(line) } }, logController: new LogController({ disableRequestLogging: true }), forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest("actor", null);
  app.addHook("onRequest", async (request) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access.roles === "public") return;
    request.actor = (await access.otherwise?.(request)) ?? null;
    if (request.actor !== null) return;
    const token = presented(request, false);
    if (token === null) throw new CallplaneError("Unauthorized");
    request.actor = await auth.authenticate(token);
  });
  app.addHook("preValidation", async (request) => {
    if (request.body === undefined && request.routeOptions.schema?.body !== undefined) request.body = {};
  });
  app.addHook("onResponse", async (request, reply) => request.log.info({ url: request.url, status: reply.statusCode }, "request"));
  app.setErrorHandler((error, _request, reply) => reply.code(error instanceof CallplaneError ? error.status : 500).send({ error: error instanceof CallplaneError ? error.code : String(error) }));
  app.get("/plain", { config: { access: { roles: "public" } } }, async () => ({ ok: true }));
  await registerLive(app, { hub: live.hub, auth, clock: live.clock });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { app, url: `http://127.0.0.1:${port}`, logged };
}
