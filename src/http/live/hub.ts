import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../../clock.js";
import type { AgentService } from "../../agents/index.js";
import { seesQueue, type CallService } from "../../calls/index.js";
import type { DomainEvent, DomainEvents } from "../../events/index.js";
import type { Directory, DirectoryChange } from "../../people/index.js";
import { ShuttingDown } from "../../errors.js";
import type { Logger } from "../../logger.js";
import type { Metrics } from "../../metrics.js";
import { Audiences, sightOf, type Audience } from "./audience.js";
import { CallShowings } from "./call-showings.js";
import { EventShowings } from "./event-showings.js";
import { Frame, Frames } from "./frame.js";
import { HUB_LIMITS, SWEEP_MS, SWEEP_PARTS, type HubLimits } from "./limits.js";
import { Reader, type CloseReason, type ReaderHost, type Transport } from "./reader.js";
import { Sessions, type Credential } from "./sessions.js";
import { Snapshot, snapshotFor } from "./snapshot.js";
import { Stream } from "./stream.js";
import { toldOf } from "./topics.js";

export interface HubOptions {
  readonly events: Pick<DomainEvents, "listed" | "newest" | "onEvent" | "queues" | "switches">;
  readonly calls: Pick<CallService, "list" | "details">;
  readonly agents: Pick<AgentService, "list" | "present">;
  readonly directory: Directory;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly metrics?: Pick<Metrics, "consolesTold">;
  /** Names this run of the process in event ids. */
  readonly boot?: string;
  readonly limits?: Partial<HubLimits>;
}

export interface HubStats {
  readonly readers: number;
  readonly events: number;
  readonly ringEvents: number;
  readonly ringBytes: number;
  /** Streams that were ended by us, by reason. */
  readonly dropped: Readonly<Record<Exclude<CloseReason, "shutdown">, number>>;
}

/** What a stream is to tell. */
export interface StreamTerms {
  /** Null: all. */
  readonly topics?: readonly string[] | null;
  /** Whether it tells now and then that it is alive. */
  readonly alive?: boolean;
}

/** Streams the domain events to the readers: each audience gets what it may see, under the numbers of the events. */
export class LiveHub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #clock: Clock;
  readonly #stream: Stream;
  readonly #audiences = new Audiences();
  readonly #callShowings: CallShowings;
  readonly #showings: EventShowings;
  readonly #sessions: Sessions;
  readonly #host: ReaderHost;
  /** Bounded by the open streams (`Sessions`). */
  readonly #readers = new Map<Reader, { readonly tokenId: string; pingAt: number; readonly alive: boolean; readonly absent: () => void }>();
  /** The same in equal parts, each of which is looked at by itself. Bounded by the open streams. */
  readonly #parts = Array.from({ length: SWEEP_PARTS }, () => new Set<Reader>());
  readonly #dropped = { slow: 0, unauthorized: 0, failed: 0, unresponsive: 0 };
  readonly #stops: readonly (() => void)[];
  /** Calls the flush off that is due; null: none is. */
  #flushing: (() => void) | null = null;
  #flushedAt = -Infinity;
  #opened = 0;
  #part = 0;
  #closed = false;

  constructor(options: HubOptions) {
    const { clock = systemClock, boot = randomBytes(6).toString("hex"), directory, events } = options;
    this.#options = options;
    this.#limits = { ...HUB_LIMITS, ...options.limits };
    this.#clock = clock;
    this.#stream = new Stream(boot, { events: this.#limits.ringEvents, bytes: this.#limits.ringBytes }, events.newest);
    this.#callShowings = new CallShowings(directory, this.#audiences);
    this.#showings = new EventShowings(directory, this.#audiences, this.#callShowings);
    this.#sessions = new Sessions({
      maxReaders: this.#limits.readersPerToken,
      maxOfHolder: this.#limits.readersPerHolder,
      recheckMs: this.#limits.recheckMs,
      now: () => clock.now(),
      onError: (error) => options.logger.warn({ err: error }, "a token of an event stream could not be checked again"),
    });
    this.#host = { ring: this.#stream.ring, limits: this.#limits, now: () => clock.now(), gone: (reader, reason, error) => this.#gone(reader, reason, error) };
    this.#stops = [events.onEvent((event) => this.#event(event)), directory.onChange((change) => this.#renewChanged(change)), clock.every(SWEEP_MS / SWEEP_PARTS, () => this.#sweep(this.#part++ % SWEEP_PARTS))];
  }

  stats(): HubStats {
    return { readers: this.#readers.size, events: this.#stream.published, ringEvents: this.#stream.ring.size, ringBytes: this.#stream.ring.bytes, dropped: { ...this.#dropped } };
  }

  /** Throws RateLimited when the token has as many streams as it may, SwitchUnavailable while closing: call it before a connection is taken over. */
  requireRoom(credential: Credential): void {
    if (this.#closed) throw new ShuttingDown();
    this.#sessions.requireRoom(credential.actor);
  }

  /** Opens a stream: after `lastEventId` where it can be resumed, else with a snapshot. It tells what is of these topics, and of the credential's; null: all. Throws as requireRoom does. */
  open(credential: Credential, transport: Transport, lastEventId: string | null, { topics = null, alive = false }: StreamTerms = {}): Reader {
    this.requireRoom(credential);
    const { actor } = credential;
    let audience = this.#audiences.find(actor);
    const resumeAt = audience === undefined || lastEventId === null ? null : this.#resumable(audience, lastEventId);
    audience ??= this.#audiences.create(actor, this.#stream.ring.newest, sightOf(this.#options.directory, actor));
    const reader = new Reader(this.#host, audience, transport, resumeAt ?? this.#snapshot(audience), toldOf(topics, credential.topics ?? null));
    audience.readers.add(reader);
    audience.idleSince = null;
    this.#readers.set(reader, { tokenId: actor.tokenId, pingAt: this.#clock.now() + this.#limits.pingMs, alive: alive || credential.alive === true, absent: this.#present(credential) });
    this.#parts[this.#opened++ % SWEEP_PARTS]?.add(reader);
    this.#sessions.add(credential, reader);
    reader.pump();
    return reader;
  }

  /** Ends every stream and lets go of the events. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.#flushing?.();
    this.#stream.flush();
    for (const reader of [...this.#readers.keys()]) reader.close("shutdown");
    this.#audiences.clear();
    this.#callShowings.clear();
    this.#stream.ring.clear();
  }

  /** An open stream says that the agent's console is there; returns what to call when it has ended. */
  #present({ actor: { organizationId, agentId }, presence = true }: Credential): () => void {
    if (!presence || organizationId === null || agentId === null) return () => undefined;
    return this.#options.agents.present(organizationId, agentId);
  }

  /** Whoever may see something else since the directory has changed begins anew. */
  #renewChanged(change: DirectoryChange): void {
    const own = change === null ? undefined : this.#audiences.agent(change.organizationId, change.agentId);
    for (const audience of change === null ? [...this.#audiences] : own === undefined ? [] : [own]) {
      const sight = sightOf(this.#options.directory, audience.actor);
      if (sight !== audience.sight) this.#renew(audience, sight);
    }
  }

  /** The audience may see something else now: a snapshot replaces what was shown, and nobody resumes from before it. */
  #renew(audience: Audience, sight: string): void {
    audience.sight = sight;
    this.#audiences.regroup();
    this.#stream.flush();
    this.#callShowings.forget(audience);
    audience.snapshot = null;
    audience.since = this.#stream.ring.newest + 1;
    if (audience.readers.size === 0) return;
    const start = this.#snapshot(audience);
    for (const reader of [...audience.readers]) reader.restart(start);
  }

  #resumable(audience: Audience, lastEventId: string): number | null {
    const seq = this.#stream.seqOf(lastEventId);
    return seq !== null && seq >= audience.since && this.#stream.ring.reaches(seq) ? seq : null;
  }

  #snapshot(audience: Audience): Snapshot {
    const now = this.#clock.now();
    const cached = audience.snapshot;
    if (cached !== null && now - cached.takenAt < this.#limits.snapshotMs && this.#stream.ring.reaches(cached.seq)) return cached;
    const { calls, agents, directory, events } = this.#options;
    const contents = snapshotFor(
      {
        calls,
        agents,
        organization: (id) => directory.organization(id),
        organizations: () => directory.organizations(),
        queues: (id) => events.queues(id, directory.departments(id), (name) => seesQueue(directory, audience.actor, name)),
        switches: () => events.switches(),
      },
      audience.actor,
    );
    events.listed();
    const seq = this.#stream.ring.newest;
    if (audience.kind === "agent") for (const content of contents) this.#callShowings.snapshotTaken(audience, content.calls);
    audience.snapshot = new Snapshot(seq, now, this.#stream.idOf(seq), contents);
    return audience.snapshot;
  }

  /** Puts the event into the stream; readers get it soon. */
  #event(event: DomainEvent): void {
    if (this.#audiences.size === 0) {
      this.#stream.ring.skip(event.seq);
      return;
    }
    this.#stream.append(event, this.#showings.of(event));
    if (this.#flushing === null && this.#stream.hasPending) this.#flushing = this.#flushSoon();
  }

  /** Not before `coalesceMs` after the last flush. With many readers not before what follows this event has come (`crowd`). Otherwise at the end of this turn of the event loop. Gives what calls it off. */
  #flushSoon(): () => void {
    const pendingAt = performance.now();
    const flush = (): void => {
      this.#flushing = null;
      this.#stream.flush();
      this.#flushedAt = performance.now();
      this.#options.metrics?.consolesTold(this.#flushedAt - pendingAt);
    };
    const { coalesceMs, crowd } = this.#limits;
    const waitMs = Math.max(this.#flushedAt + coalesceMs - pendingAt, Math.floor(coalesceMs * Math.min(1, this.#readers.size / crowd)));
    if (waitMs > 0) {
      const timer = setTimeout(flush, waitMs);
      return () => clearTimeout(timer);
    }
    const immediate = setImmediate(flush);
    return () => clearImmediate(immediate);
  }

  #gone(reader: Reader, reason: CloseReason | "left", error: unknown): void {
    const entry = this.#readers.get(reader);
    this.#readers.delete(reader);
    for (const part of this.#parts) part.delete(reader);
    if (entry !== undefined) this.#sessions.remove(entry.tokenId, reader);
    entry?.absent();
    reader.audience.readers.delete(reader);
    if (reader.audience.readers.size === 0) reader.audience.idleSince = this.#clock.now();
    if (reason === "left" || reason === "shutdown") return;
    this.#dropped[reason] += 1;
    this.#options.logger.info({ reason, audience: reader.audience.key, ...(error === undefined ? {} : { err: error }) }, "an event stream was ended");
  }

  /** The same for all who want it in this moment. */
  #alive(now: number): Frames {
    return new Frames([new Frame({ id: null, type: "alive", at: new Date(now).toISOString(), organization: null, data: {} })]);
  }

  #sweep(part: number): void {
    const now = this.#clock.now();
    let alive: Frames | null = null;
    this.#sessions.recheck(SWEEP_MS / SWEEP_PARTS);
    const soon = (): Frames => (alive ??= this.#alive(now));
    for (const reader of this.#parts[part] ?? []) {
      const entry = this.#readers.get(reader);
      if (entry === undefined) continue;
      const ping = entry.pingAt <= now;
      if (ping) entry.pingAt = now + this.#limits.pingMs;
      reader.check(ping, entry.alive ? soon : null);
    }
    if (part !== 0) return;
    for (const audience of [...this.#audiences]) {
      if (audience.snapshot !== null && now - audience.snapshot.takenAt >= this.#limits.snapshotMs) audience.snapshot = null;
      if (audience.idleSince === null || now - audience.idleSince < this.#limits.lingerMs) continue;
      this.#callShowings.forget(audience);
      this.#audiences.delete(audience);
    }
    if (this.#audiences.size === 0) this.#stream.ring.clear();
  }
}
