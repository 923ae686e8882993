/** The router offers waiting callers to free agents. */
import type { CallLegs } from "../calls/index.js";
import type { AuditLog } from "../audit/index.js";
import { systemClock, type Clock } from "../clock.js";
import { ShuttingDown } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { askForCallback } from "./callback-request.js";
import { Callbacks, type CallbackNews } from "./callbacks.js";
import { Callers, type CallersSettings } from "./callers.js";
import { Crew } from "./crew.js";
import type { Offer } from "./dispatch.js";
import { Figures } from "./figures.js";
import { CALLBACK, Offering } from "./offering.js";
import type { OfferChange } from "./offers.js";
import { Outcomes } from "./outcomes.js";
import type { AgentAvailability, CallbackRecord, CallbackStore, QueueDirectory } from "./ports.js";
import type { Phones } from "../phones/index.js";
import { SentOn } from "./sent-on.js";
import type { Sounds } from "./sounds.js";
import type { DepartmentFigures, DepartmentReport, QueueEntry, QueueView } from "./types.js";
import { entryOf, queueOf, spacedOnce, type QueueViews } from "./view.js";
import type { QueueChange, WaitingCaller } from "./waiting.js";
import { WaitingRoom } from "./waiting-room.js";

export interface RouterSettings extends CallersSettings {
  /** Said to a caller who will be called back, before the call ends; null: nothing. */
  readonly callbackSound: string | null;
  /** How long an agent is offered nothing after a missed call, milliseconds. */
  readonly restMs: number;
}

export interface RouterOptions {
  readonly calls: CallLegs;
  readonly directory: QueueDirectory;
  readonly availability: AgentAvailability;
  readonly phones: Pick<Phones, "nodesOf" | "onChange">;
  readonly callbacks: CallbackStore;
  readonly audit: AuditLog;
  readonly metrics: Pick<Metrics, "dialRefused">;
  readonly logger: Logger;
  readonly settings: RouterSettings;
  readonly sounds: Pick<Sounds, "source">;
  /** A number as people of the organization write it; default: as it is. */
  readonly spaced?: (organizationId: number, number: string) => string;
  readonly clock?: Clock;
}

const SWEEP_MS = 1000;
/** The delay after an offer that could not begin (somebody picks the caller up, FreeSWITCH is away). */
const PAUSE_MS = 500;

export class DepartmentRouter {
  readonly room: WaitingRoom;
  readonly #options: RouterOptions;
  readonly #clock: Clock;
  readonly #crew: Crew;
  readonly #callers: Callers;
  readonly #callbacks: Callbacks;
  readonly #figures: Figures;
  readonly #outcomes: Outcomes;
  readonly #offering: Offering;
  readonly #views: QueueViews;
  readonly #closing = new AbortController();
  /** Bounded by what the constructor begins. */
  readonly #stops: (() => void)[] = [];
  /** By call or callback. Bounded by those that wait, each for half a second. */
  readonly #pauses = new Map<string, NodeJS.Timeout>();
  readonly #sentOn: SentOn;
  /** Bounded by the offers under way and the pressed keys: one leaves when it is done. */
  readonly #work = new Set<Promise<void>>();
  /** Organizations with a decision to make. Bounded by the organizations. */
  readonly #undecided = new Set<number>();

  private constructor(options: RouterOptions) {
    const { calls, directory, availability, phones, audit, metrics, logger, settings, spaced = (_organizationId, number) => number, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    const sentOn = (this.#sentOn = new SentOn(calls));
    const room = (this.room = new WaitingRoom(calls, logger, (callId) => sentOn.of(callId)));
    this.#crew = new Crew({ directory, availability, phones, clock, restMs: settings.restMs });
    this.#figures = new Figures({ directory, crew: this.#crew, room, logger, now: () => clock.now(), callbacks: (organizationId, department) => this.#callbacks.count(organizationId, department) });
    this.#outcomes = new Outcomes({ crew: this.#crew, figures: this.#figures, directory, availability, audit, logger });
    this.#offering = new Offering({ calls, crew: this.#crew, outcomes: this.#outcomes, clock, logger, signal: this.#closing.signal });
    this.#views = { directory, room, fromText: spacedOnce(spaced), figures: (organizationId, department) => this.#figures.shown(organizationId, department) };
    this.#callers = new Callers({
      ...options,
      room,
      now: () => clock.now(),
      overflowed: (caller, to) => this.#sentOn.add(caller, to),
      stayed: (caller) => this.#sentOn.stays(caller),
      ready: (caller, ready) => this.#ready(caller, ready),
      isOffered: ({ id, organizationId }) => this.#crew.dispatch(organizationId).isOffered(id),
      takeOver: (caller, signal) => this.#tracked(this.#offering.takeOver(caller, signal)),
    });
    this.#callbacks = new Callbacks({ calls, store: options.callbacks, directory, audit, metrics, logger, clock, signal: this.#closing.signal, ready: (callback, ready) => this.#callbackReady(callback, ready) });
  }

  /** Recovers the waiting callers from FreeSWITCH and the callbacks from the store. */
  static async start(options: RouterOptions): Promise<DepartmentRouter> {
    const router = new DepartmentRouter(options);
    await router.#callbacks.load();
    const { room } = router;
    router.#crew.sync();
    router.#stops.push(
      () => room.close(),
      room.onChange((change) => router.#queueChange(change)),
      options.availability.onIdleChange((organizationId, agentId) => router.#agentChange(organizationId, agentId)),
      options.phones.onChange(({ agent: { organizationId, agentId } }) => router.#agentChange(organizationId, agentId)),
      router.#clock.every(SWEEP_MS, () => router.#sweep()),
    );
    for (const caller of room.all()) router.#queueChange({ type: "waits", caller });
    router.#callbacks.sweep();
    return router;
  }

  /** Of a department that exists or has callers. */
  figures(organizationId: number, department: string): DepartmentFigures {
    return this.#figures.of(organizationId, department);
  }

  /** The queue of a department as it is now. */
  queue(organizationId: number, department: string): QueueView {
    return queueOf(this.#views, organizationId, department);
  }

  /** A caller who waits, as the queue shows the caller now. */
  entry(caller: WaitingCaller): QueueEntry {
    return entryOf(this.#views, caller);
  }

  /** Of every department that exists or has callers. */
  reports(): readonly DepartmentReport[] {
    return this.#figures.reports();
  }

  /** Told once a second at most for each department whose figures have changed, and, by `allTold`, that this was all. Returns the unsubscribe function. */
  onFigures(handler: (report: DepartmentReport) => void, allTold: () => void): () => void {
    return this.#figures.onChange(handler, allTold);
  }

  /** Told of each offer to an agent, and of what became of it. Returns the unsubscribe function. */
  onOffer(handler: (change: OfferChange) => void): () => void {
    return this.#offering.onChange(handler);
  }

  /** Told of each change of a callback, whichever process made it. Returns the unsubscribe function. */
  onCallback(handler: (news: CallbackNews) => void): () => void {
    return this.#callbacks.onChange(handler);
  }

  /** Reads the callbacks again: some were changed. Never rejects. */
  async callbacksChanged(): Promise<void> {
    await this.#callbacks.load().catch((error: unknown) => this.#options.logger.error({ err: error }, "the callbacks could not be read; trying again in seconds"));
  }

  /** Leaves the offers under way: the phones ring on and the callers go on waiting in FreeSWITCH, for the next process. Idempotent. */
  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort(new ShuttingDown());
      for (const stop of this.#stops) stop();
      for (const waiter of this.#pauses.keys()) this.#unpause(waiter);
      this.#callers.close();
      this.#figures.close();
    }
    await Promise.all(this.#work);
    this.#offering.close();
    this.#callbacks.close();
  }

  #queueChange(change: QueueChange): void {
    switch (change.type) {
      case "waits":
        this.#callers.waits(change.caller);
        break;
      case "left": {
        const { caller, how, agentId } = change;
        const sentOn = this.#sentOn.left(caller);
        this.#figures.left(caller, how === "answered" && agentId !== null ? "answered" : sentOn || caller.stage === "message" || how === "answered" ? "overflowed" : how);
        this.#unpause(caller.id);
        this.#callers.left(caller, how === "moved");
        this.#crew.dispatch(caller.organizationId).leave(caller.id);
        this.#decideSoon(caller.organizationId);
        break;
      }
      case "key":
        void this.#tracked(this.#askForCallback(change.caller));
        break;
    }
  }

  #agentChange(organizationId: number, agentId: string): void {
    this.#crew.refresh(organizationId, agentId);
    this.#decideSoon(organizationId);
  }

  #sweep(): void {
    for (const organizationId of [...this.#crew.sync(), ...this.#crew.wake()]) this.#decideSoon(organizationId);
    this.#callers.sweep();
    this.#callbacks.sweep();
    this.#figures.tell();
  }

  #ready({ id, organizationId, department, node, priority, joinedAt }: WaitingCaller, ready: boolean): void {
    if (!ready) this.#crew.dispatch(organizationId).leave(id);
    else if (!this.#pauses.has(id)) this.#crew.dispatch(organizationId).join({ id, department, node, priority, joinedAt });
    this.#decideSoon(organizationId);
  }

  #callbackReady({ id, organizationId, department, priority, joinedAt }: CallbackRecord, ready: boolean): void {
    const waiter = `${CALLBACK}${id}`;
    const dispatch = this.#crew.dispatch(organizationId);
    if (!ready) dispatch.leave(waiter);
    else if (!dispatch.has(waiter)) dispatch.join({ id: waiter, department, priority, joinedAt: joinedAt.getTime(), alone: true });
    this.#decideSoon(organizationId);
  }

  /** Debounced: once for all changes of one event. */
  #decideSoon(organizationId: number): void {
    if (this.#undecided.size === 0) queueMicrotask(() => this.#decideAll());
    this.#undecided.add(organizationId);
  }

  #decideAll(): void {
    const { unclear } = this.#options.calls;
    if (unclear !== null) {
      void unclear.then(() => this.#decideAll());
      return;
    }
    const organizations = [...this.#undecided];
    this.#undecided.clear();
    if (this.#closing.signal.aborted) return;
    for (const organizationId of organizations) {
      const dispatch = this.#crew.synced(organizationId);
      for (let offer = dispatch.next(); offer !== null; offer = dispatch.next()) void this.#tracked(this.#carryOut(organizationId, offer));
    }
  }

  /** Waited for by `close`. */
  #tracked(work: Promise<void>): Promise<void> {
    const ended = work.catch(() => undefined).finally(() => this.#work.delete(ended));
    this.#work.add(ended);
    return work;
  }

  /** Never rejects. */
  async #carryOut(organizationId: number, offer: Offer): Promise<void> {
    const callback = offer.waiter.startsWith(CALLBACK) ? this.#callbacks.get(offer.waiter.slice(CALLBACK.length)) : undefined;
    try {
      if (callback === undefined) await this.#offer(organizationId, offer);
      else await this.#callBack(callback, offer.agents[0] ?? "");
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#options.logger.debug({ err: error, waiter: offer.waiter, agents: offer.agents }, "an offer could not be made");
      this.#pause(organizationId, offer.waiter);
    }
  }

  async #offer(organizationId: number, offer: Offer): Promise<void> {
    const outcome = await this.#offering.offer(organizationId, offer);
    if (outcome === "later") this.#pause(organizationId, offer.waiter);
    if (outcome !== "answered") this.#decideSoon(organizationId);
  }

  async #callBack(callback: CallbackRecord, agentId: string): Promise<void> {
    await this.#offering.callBack(this.#callbacks, callback, agentId);
    this.#decideSoon(callback.organizationId);
  }

  #askForCallback(caller: WaitingCaller): Promise<void> {
    const { calls, directory, logger, settings } = this.#options;
    return askForCallback(caller, { calls, directory, logger, sound: settings.callbackSound, callers: this.#callers, callbacks: this.#callbacks, sentOn: this.#sentOn });
  }

  /** Checks the waiter again after a delay: an immediate retry would fail again. */
  #pause(organizationId: number, waiter: string): void {
    this.#crew.dispatch(organizationId).leave(waiter);
    if (this.#closing.signal.aborted || this.#pauses.has(waiter)) return;
    const again = (): void => {
      this.#pauses.delete(waiter);
      const caller = this.#callers.get(waiter);
      if (caller !== undefined) this.#callers.waits(caller);
      else this.#callbacks.sweep();
    };
    if (waiter.startsWith(CALLBACK) || this.#callers.get(waiter) !== undefined) this.#pauses.set(waiter, setTimeout(again, PAUSE_MS));
    this.#decideSoon(organizationId);
  }

  #unpause(waiter: string): void {
    clearTimeout(this.#pauses.get(waiter));
    this.#pauses.delete(waiter);
  }
}
