/** The waiting of callers: greeting, music, announcements of the place, overflow. */
import type { CallLegs } from "../calls/index.js";
import { CallplaneError, ShuttingDown } from "../errors.js";
import type { Logger } from "../logger.js";
import { endWaiting, takeIn, takeMessage, tell } from "./media.js";
import { dialOut } from "./offer.js";
import type { QueueDirectory } from "./ports.js";
import type { DepartmentSettings } from "./settings.js";
import { fewAtATime } from "./rounds.js";
import type { SentTo } from "./sent-on.js";
import type { Sounds } from "./sounds.js";
import type { WaitingCaller } from "./waiting.js";
import type { WaitingRoom } from "./waiting-room.js";

/** The delay before a failed overflow is retried. */
const RETRY_MS = 30_000;
/** Phones of a cancelled offer or pickup have stopped ringing after so long. */
const STRAY_MS = 500;
const SWEPT_AT_ONCE = 100;
/** Of one for each caller, the stack would be written down for nobody. */
const LEFT = new CallplaneError("Conflict", "The caller does not wait any more.");

export interface CallersSettings {
  /** Sounds that announce the place, with `{position}` for it; none: no announcement. */
  readonly positionSounds: readonly string[];
  /** Seconds that a message may last. */
  readonly messageMaxS: number;
}

export interface CallersOptions {
  readonly calls: CallLegs;
  readonly room: Pick<WaitingRoom, "ahead" | "count">;
  readonly directory: QueueDirectory;
  readonly logger: Logger;
  readonly now: () => number;
  readonly settings: CallersSettings;
  /** The caller is sent elsewhere. */
  readonly overflowed: (caller: WaitingCaller, to: SentTo) => void;
  /** Sending the caller elsewhere has failed. */
  readonly stayed: (caller: WaitingCaller) => void;
  /** The caller may be offered to agents from now on, or no longer. */
  readonly ready: (caller: WaitingCaller, ready: boolean) => void;
  readonly isOffered: (caller: WaitingCaller) => boolean;
  /** Phones ring for the caller without an offer of this process. */
  readonly takeOver: (caller: WaitingCaller, signal: AbortSignal) => Promise<void>;
  readonly sounds: Pick<Sounds, "source">;
}

interface Tracked {
  caller: WaitingCaller;
  /** The departments that the caller overflowed from, against loops. Bounded by the departments. */
  readonly visited: Set<string>;
  /** Something is being done with the caller. */
  busy: boolean;
  /** Aborted when the caller has left. */
  readonly gone: AbortController;
  announcedAt: number;
  /** Since when phones ring without an offer; 0: since before the caller was known. */
  leftAt: number | null;
  /** The earliest time of the next overflow. */
  retryAt: number;
  /** Admitted to a full queue, because the overflow failed. */
  letIn: boolean;
}

export class Callers {
  readonly #options: CallersOptions;
  /** By call. Bounded by the calls that wait. */
  readonly #tracked = new Map<string, Tracked>();
  #sweeping = false;
  /** The caller who has just left a department; the next `waits` of the same call is a move. */
  #moved: { readonly id: string; readonly visited: Set<string> } | null = null;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** The caller began to wait, or the caller's data changed. */
  waits(caller: WaitingCaller): void {
    const known = this.#tracked.get(caller.id);
    if (known !== undefined) {
      known.caller = caller;
      this.#look(known);
      return;
    }
    const { now } = this.#options;
    const visited = this.#moved?.id === caller.id ? this.#moved.visited : new Set<string>();
    this.#moved = null;
    const tracked: Tracked = { caller, visited, busy: false, gone: new AbortController(), announcedAt: Math.max(caller.enteredAt, now() - 1000), leftAt: 0, retryAt: 0, letIn: false };
    this.#tracked.set(caller.id, tracked);
    this.#look(tracked);
  }

  left(caller: WaitingCaller, moved: boolean): void {
    const tracked = this.#tracked.get(caller.id);
    this.#tracked.delete(caller.id);
    tracked?.gone.abort(LEFT);
    this.#moved = moved && tracked !== undefined ? { id: caller.id, visited: tracked.visited } : null;
  }

  get(callId: string): WaitingCaller | undefined {
    return this.#tracked.get(callId)?.caller;
  }

  /** Runs work that ends a caller's wait. Meanwhile the caller is not offered; when it fails, the caller goes on waiting. */
  async elsewhere(callId: string, work: (caller: WaitingCaller, signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const tracked = this.#tracked.get(callId);
    if (tracked === undefined || tracked.busy) throw new CallplaneError("Conflict", "The caller does not wait any more.");
    tracked.busy = true;
    this.#options.ready(tracked.caller, false);
    try {
      await work(tracked.caller, tracked.gone.signal);
    } finally {
      tracked.busy = false;
      if (this.#tracked.get(callId) === tracked) this.#look(tracked);
    }
  }

  /** Checks all callers for overflows and announcements that are due. */
  sweep(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    fewAtATime(
      [...this.#tracked.values()],
      SWEPT_AT_ONCE,
      (tracked) => this.#tracked.get(tracked.caller.id) === tracked && this.#look(tracked),
      () => {
        this.#sweeping = false;
      },
    );
  }

  /** Cancels what is under way. */
  close(): void {
    for (const { gone } of this.#tracked.values()) gone.abort(new ShuttingDown());
    this.#tracked.clear();
  }

  #settingsOf({ organizationId, department }: WaitingCaller): DepartmentSettings | undefined {
    return this.#options.directory.department(organizationId, department)?.settings;
  }

  #look(tracked: Tracked): void {
    const { caller, busy } = tracked;
    const { calls, logger, now } = this.#options;
    if (busy) return;
    const held = calls.activities.termsOf(caller.id) !== null;
    if (held || caller.ringing.length === 0) tracked.leftAt = null;
    else tracked.leftAt ??= now();
    if (caller.ringing.length > 0) {
      // Phones of an offer or a pickup, or of a lost one, which are taken over after a while. Until then nobody else is rung.
      if (tracked.leftAt !== null && now() - tracked.leftAt >= STRAY_MS) this.#takeOver(tracked);
      return;
    }
    const settings = this.#settingsOf(caller);
    if (caller.stage === "message") {
      // The message was interrupted by a restart, or by FreeSWITCH.
      this.#message(tracked, settings);
    } else if (settings !== undefined && this.#mustGo(tracked, settings)) {
      this.#overflow(tracked, settings);
    } else if (caller.stage === null) {
      this.#do(tracked, "a caller could not be greeted", async () => {
        const [greeting, music] = await Promise.all([this.#source(tracked, settings?.greeting), this.#source(tracked, settings?.music)]);
        await takeIn(calls, caller.id, { greeting, key: settings?.callbackKey ?? null, music }, logger, tracked.gone.signal);
      });
    } else {
      this.#options.ready(caller, true);
      this.#announce(tracked, settings);
    }
  }

  #mustGo({ caller, retryAt, letIn }: Tracked, { maxWaitS, maxLength }: DepartmentSettings): boolean {
    const now = this.#options.now();
    if (now < retryAt || this.#options.isOffered(caller)) return false;
    if (caller.stage === null && !letIn && maxLength !== null && this.#options.room.count(caller.organizationId, caller.department) > maxLength) return true;
    return maxWaitS !== null && now - caller.enteredAt >= maxWaitS * 1000;
  }

  #takeOver(tracked: Tracked): void {
    const { ready, takeOver } = this.#options;
    ready(tracked.caller, false);
    this.#do(tracked, "phones that rang for a caller already could not be taken over", () => takeOver(tracked.caller, tracked.gone.signal));
  }

  #overflow(tracked: Tracked, { overflow, ringTimeoutS }: DepartmentSettings): void {
    const { calls, overflowed, settings } = this.#options;
    const { caller, gone } = tracked;
    tracked.letIn = true;
    tracked.retryAt = this.#options.now() + RETRY_MS;
    const go = async (): Promise<void> => {
      switch (overflow.type) {
        case "department": {
          tracked.visited.add(caller.department);
          if (tracked.visited.has(overflow.to)) throw new CallplaneError("Conflict", `The caller has been in ${overflow.to} already.`);
          overflowed(caller, overflow.type);
          const call = calls.find(caller.id);
          if (call !== undefined) calls.queue(call, overflow.to);
          return;
        }
        case "phonenumber":
          await dialOut(calls, caller.id, overflow.to, ringTimeoutS, gone.signal);
          return;
        case "message":
          overflowed(caller, overflow.type);
          await takeMessage(calls, caller.id, await this.#source(tracked, overflow.greeting), settings.messageMaxS, gone.signal);
          return;
        case "hangup":
          overflowed(caller, overflow.type);
          await endWaiting(calls, caller.id, null, gone.signal);
      }
    };
    this.#options.ready(caller, false);
    this.#do(tracked, "an overflow failed; the caller goes on waiting", go);
  }

  #message(tracked: Tracked, settings: DepartmentSettings | undefined): void {
    const { calls, settings: own } = this.#options;
    const { caller, gone } = tracked;
    const choice = settings?.overflow.type === "message" ? settings.overflow.greeting : null;
    this.#options.ready(caller, false);
    this.#do(tracked, "a caller's message could not be recorded", async () => takeMessage(calls, caller.id, await this.#source(tracked, choice), own.messageMaxS, gone.signal));
  }

  #announce(tracked: Tracked, settings: DepartmentSettings | undefined): void {
    const { calls, room, settings: { positionSounds } } = this.#options;
    const everyS = settings?.announceEveryS ?? null;
    const now = this.#options.now();
    const { caller } = tracked;
    if (everyS === null || positionSounds.length === 0 || now - tracked.announcedAt < everyS * 1000 || caller.ringing.length > 0) return;
    tracked.announcedAt = now;
    const position = String(room.ahead(caller) + 1);
    const sounds = positionSounds.map((sound) => sound.replaceAll("{position}", position));
    // The caller may be offered meanwhile: taking the call stops the announcement.
    const told = async (): Promise<void> => tell(calls, caller.id, sounds, await this.#source(tracked, settings?.music), tracked.gone.signal);
    told().catch((error: unknown) => this.#failed(tracked, "a caller's place could not be announced", error));
  }

  /** What FreeSWITCH plays for a department's choice; null when it cannot be found. */
  async #source({ caller }: Tracked, choice: string | null | undefined): Promise<string | null> {
    const { sounds, logger } = this.#options;
    try {
      const source = await sounds.source(caller.organizationId, choice ?? null);
      if (source === null && choice != null) logger.warn({ call: caller.id, department: caller.department, sound: choice }, "a department's sound does not exist");
      return source;
    } catch (error) {
      logger.warn({ err: error, call: caller.id, department: caller.department, sound: choice }, "a department's sound could not be looked up");
      return null;
    }
  }

  #do(tracked: Tracked, otherwise: string, work: () => Promise<unknown>): void {
    tracked.busy = true;
    const done = (): void => {
      tracked.busy = false;
    };
    work().then(
      () => {
        done();
        if (this.#tracked.get(tracked.caller.id) === tracked && tracked.caller.stage === "waiting") this.#look(tracked);
      },
      // Not retried at once: the next sweep comes within a second.
      (error: unknown) => {
        done();
        this.#failed(tracked, otherwise, error);
      },
    );
  }

  #failed({ caller, gone }: Tracked, what: string, error: unknown): void {
    if (gone.signal.aborted) return;
    this.#options.stayed(caller);
    // A Conflict is expected: somebody took the caller.
    const level = error instanceof CallplaneError && error.code === "Conflict" ? "debug" : "warn";
    this.#options.logger[level]({ err: error, call: caller.id, department: caller.department }, what);
  }
}
