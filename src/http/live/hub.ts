import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../../clock.js";
import type { AgentChange, AgentService } from "../../agents/index.js";
import { type CallChangeSource, type CallService, seesQueue } from "../../calls/index.js";
import type { Directory, Organization } from "../../people/index.js";
import type { RegistrationAttempt } from "../../security/index.js";
import type { NodeStatus } from "../../freeswitch/index.js";
import { CallplaneError } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { DepartmentReport, QueueService } from "../../queues/index.js";
import { Audiences, type Audience, type CachedSnapshot } from "./audience.js";
import { agentsOf, CallEvents, SYSTEM } from "./call-events.js";
import { Reader, type CloseReason, type ReaderHost, type ReaderLimits, type Transport } from "./reader.js";
import { Sessions, type Credential } from "./sessions.js";
import { snapshotFor, snapshotFrames } from "./snapshot.js";
import { Stream } from "./stream.js";
import type { SwitchView } from "./schemas.js";
import { Waiting } from "./waiting.js";

export interface HubOptions {
  readonly calls: Pick<CallService, "list" | "details" | "queued">;
  readonly changes: CallChangeSource;
  readonly agents: Pick<AgentService, "list" | "onChange">;
  readonly queues?: Pick<QueueService, "onFigures">;
  readonly directory: Directory & { organizations(): readonly Organization[] };
  /** The nodes as they stand at the start; later ones come by `nodeStatus`. */
  readonly nodes?: readonly NodeStatus[];
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Names this run of the process in event ids. */
  readonly boot?: string;
  readonly limits?: Partial<HubLimits>;
}

/** Times in milliseconds, sizes in bytes. */
export interface HubLimits extends ReaderLimits {
  /** Events and bytes kept for those who come back. */
  readonly ringEvents: number;
  readonly ringBytes: number;
  readonly readersPerToken: number;
  readonly readersPerHolder: number;
  readonly recheckMs: number;
  readonly pingMs: number;
  /** How long it is remembered what a reader who left may resume. */
  readonly lingerMs: number;
  /** How old a snapshot may be that a further reader begins with (the events since then follow it). */
  readonly snapshotMs: number;
}

export const HUB_LIMITS: HubLimits = {
  highWater: 64 * 1024,
  lagBytes: 1024 * 1024,
  stallMs: 30_000,
  ringEvents: 20_000,
  ringBytes: 32 * 1024 * 1024,
  readersPerToken: 10,
  readersPerHolder: 20,
  recheckMs: 5_000,
  pingMs: 15_000,
  lingerMs: 120_000,
  snapshotMs: 1_000,
};

export interface HubStats {
  readonly readers: number;
  readonly events: number;
  readonly ringEvents: number;
  readonly ringBytes: number;
  /** Streams that were ended by us, by reason. */
  readonly dropped: Readonly<Record<Exclude<CloseReason, "shutdown">, number>>;
}

const SWEEP_MS = 1000;

/** Where live events come together: calls, agents, queues and switches in, one numbered stream out to every reader. */
export class LiveHub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #clock: Clock;
  readonly #stream: Stream;
  readonly #audiences = new Audiences();
  readonly #waiting = new Waiting();
  /** By node. Bounded by the nodes. */
  readonly #switches = new Map<string, SwitchView>();
  readonly #callEvents: CallEvents;
  readonly #sessions: Sessions;
  readonly #host: ReaderHost;
  /** Bounded by the open streams (`Sessions`). */
  readonly #readers = new Map<Reader, { readonly tokenId: string; pingAt: number }>();
  readonly #dropped = { slow: 0, unauthorized: 0, failed: 0, unresponsive: 0 };
  /** Bounded by what the constructor begins. */
  readonly #stops: (() => void)[] = [];
  #flushing: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(options: HubOptions) {
    const { clock = systemClock, boot = randomBytes(6).toString("hex"), directory } = options;
    this.#options = options;
    this.#limits = { ...HUB_LIMITS, ...options.limits };
    this.#clock = clock;
    this.#stream = new Stream(boot, { events: this.#limits.ringEvents, bytes: this.#limits.ringBytes }, () => clock.now());
    this.#callEvents = new CallEvents({ directory, audiences: this.#audiences, stream: this.#stream, waiting: this.#waiting });
    this.#sessions = new Sessions({
      maxReaders: this.#limits.readersPerToken,
      maxOfHolder: this.#limits.readersPerHolder,
      recheckMs: this.#limits.recheckMs,
      now: () => clock.now(),
      onError: (error) => options.logger.warn({ err: error }, "a token of an event stream could not be checked again"),
    });
    this.#host = { ring: this.#stream.ring, limits: this.#limits, now: () => clock.now(), gone: (reader, reason, error) => this.#gone(reader, reason, error) };
    for (const status of options.nodes ?? []) this.#switches.set(status.name, toSwitchView(status));
    for (const { view, organizationId } of options.calls.queued(SYSTEM)) {
      if (organizationId !== null && view.department !== null) this.#waiting.move(view.id, { organizationId, department: view.department });
    }
    this.#stops.push(
      options.changes.onChange((change) => this.#contained(() => this.#callEvents.change(change))),
      options.agents.onChange((change) => this.#contained(() => this.#agentChange(change))),
      options.queues?.onFigures((report) => this.#contained(() => this.#figures(report))) ?? (() => undefined),
      clock.every(SWEEP_MS, () => this.#sweep()),
    );
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  stats(): HubStats {
    return { readers: this.#readers.size, events: this.#stream.published, ringEvents: this.#stream.ring.size, ringBytes: this.#stream.ring.bytes, dropped: { ...this.#dropped } };
  }

  /** Fed by the composition root with each change of a node. */
  nodeStatus(status: NodeStatus): void {
    const view = toSwitchView(status);
    const before = this.#switches.get(view.node);
    if (before !== undefined && before.state === view.state && before.error === view.error && before.stale === view.stale) return;
    this.#switches.set(view.node, view);
    this.#contained(() => this.#stream.append(null, [{ type: "switch.status", data: { switch: view }, to: [...this.#audiences].filter(({ kind }) => kind !== "agent") }]));
  }

  /** Fed by the composition root with phones that were refused. */
  registrationFailed({ organizationId, node, user, domain, address, failures, banned }: RegistrationAttempt): void {
    this.#contained(() => {
      const organization = organizationId === null ? null : (this.#options.directory.organization(organizationId)?.domain ?? null);
      const to = this.#audiences.administering(organizationId);
      if (to.length > 0) this.#stream.append(organization, [{ type: "security.registration_failed", data: { node, user, domain, address, failures, banned }, to: [...to] }]);
    });
  }

  /** Throws RateLimited when the token has its fill of streams, SwitchUnavailable while closing: to be asked before a connection is taken over. */
  requireRoom(credential: Credential): void {
    if (this.#closed) throw new CallplaneError("SwitchUnavailable", "Callplane is shutting down.");
    this.#sessions.requireRoom(credential.actor);
  }

  /** Opens a stream: after `lastEventId` where that can be, else with a snapshot. Throws as requireRoom does. */
  open(credential: Credential, transport: Transport, lastEventId: string | null): Reader {
    this.requireRoom(credential);
    const { actor } = credential;
    let audience = this.#audiences.find(actor);
    const resumeAt = audience === undefined || lastEventId === null ? null : this.#resumable(audience, lastEventId);
    audience ??= this.#audiences.create(actor, this.#stream.ring.newest);
    const start = resumeAt === null ? this.#snapshot(audience) : { parts: [], seq: resumeAt };
    const reader = new Reader(this.#host, audience, transport, start);
    audience.readers.add(reader);
    audience.idleSince = null;
    this.#readers.set(reader, { tokenId: actor.tokenId, pingAt: this.#clock.now() + this.#limits.pingMs });
    this.#sessions.add(credential, reader);
    reader.pump();
    return reader;
  }

  /** Ends every stream and lets go of all sources. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#stream.flush();
    for (const reader of [...this.#readers.keys()]) reader.close("shutdown");
    this.#audiences.clear();
    this.#callEvents.clear();
    this.#stream.ring.clear();
  }

  #resumable(audience: Audience, lastEventId: string): number | null {
    const seq = this.#stream.seqOf(lastEventId);
    return seq !== null && seq >= audience.since && this.#stream.ring.reaches(seq) ? seq : null;
  }

  #snapshot(audience: Audience): CachedSnapshot {
    const now = this.#clock.now();
    const cached = audience.snapshot;
    if (cached !== null && now - cached.takenAt < this.#limits.snapshotMs && this.#stream.ring.reaches(cached.seq)) return cached;
    const { calls, agents, directory } = this.#options;
    const contents = snapshotFor(
      {
        calls,
        agents,
        organization: (id) => directory.organization(id),
        organizations: () => directory.organizations(),
        queues: (id) => this.#waiting.queues(id, directory.departments(id)).filter(({ name }) => seesQueue(directory, audience.actor, name)),
        switches: () => [...this.#switches.values()],
      },
      audience.actor,
    );
    const seq = this.#stream.ring.newest;
    if (audience.kind === "agent") for (const content of contents) this.#callEvents.snapshotTaken(audience, content.calls);
    audience.snapshot = { seq, takenAt: now, parts: snapshotFrames(contents, this.#stream.idOf(seq), new Date(now).toISOString()) };
    return audience.snapshot;
  }

  #agentChange({ type, organizationId, agent, cause }: AgentChange): void {
    const to = [...this.#audiences.supervising(organizationId)];
    const herself = this.#audiences.agent(organizationId, agent.id);
    if (herself !== undefined) to.push(herself);
    if (to.length > 0) this.#stream.append(this.#options.directory.organization(organizationId)?.domain ?? null, [{ type, data: { agent, cause }, to }]);
  }

  #figures({ organizationId, department, figures }: DepartmentReport): void {
    const { directory } = this.#options;
    const to = [...this.#audiences.supervising(organizationId), ...agentsOf(this.#audiences, directory, organizationId, department)];
    if (to.length > 0) this.#stream.append(directory.organization(organizationId)?.domain ?? null, [{ type: "queue.figures", data: { department, figures }, to }]);
  }

  /** The registry and the agents must not suffer from what goes wrong here, nor wait for readers. */
  #contained(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.logger.error({ err: error }, "a live event could not be made");
    }
    if (this.#flushing === null && this.#stream.hasPending) {
      this.#flushing = setImmediate(() => {
        this.#flushing = null;
        this.#stream.flush();
      });
    }
  }

  #gone(reader: Reader, reason: CloseReason | "left", error: unknown): void {
    const entry = this.#readers.get(reader);
    this.#readers.delete(reader);
    if (entry !== undefined) this.#sessions.remove(entry.tokenId, reader);
    reader.audience.readers.delete(reader);
    if (reader.audience.readers.size === 0) reader.audience.idleSince = this.#clock.now();
    if (reason === "left" || reason === "shutdown") return;
    this.#dropped[reason] += 1;
    this.#options.logger.info({ reason, audience: reader.audience.key, ...(error === undefined ? {} : { err: error }) }, "an event stream was ended");
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [reader, entry] of [...this.#readers]) {
      const ping = entry.pingAt <= now;
      if (ping) entry.pingAt = now + this.#limits.pingMs;
      reader.check(ping);
    }
    this.#sessions.recheck();
    for (const audience of [...this.#audiences]) {
      if (audience.snapshot !== null && now - audience.snapshot.takenAt >= this.#limits.snapshotMs) audience.snapshot = null;
      if (audience.idleSince === null || now - audience.idleSince < this.#limits.lingerMs) continue;
      this.#callEvents.forget(audience);
      this.#audiences.delete(audience);
    }
    if (this.#audiences.size === 0) this.#stream.ring.clear();
  }
}

function toSwitchView({ name, state, error, since, stale }: NodeStatus): SwitchView {
  return { node: name, state, error, since: since.toISOString(), stale };
}
