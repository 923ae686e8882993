/**
 * Brings what has been seen of calls into the database: in batches, off the path of what is seen, and again until the database takes it.
 * A row that it refuses is set aside with its reason and does not hold back others. An act is confirmed once its rows are in the spool file, which takes a tenth of
 * the time of a commit, and leaves the commit to the next batch.
 */
import { createHash } from "node:crypto";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { within } from "../abort.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { Spool } from "../spool.js";
import type { CallRecordStore, CallRecordWork, CdrQuarantine } from "./ports.js";
import { inSlices } from "./slices.js";
import { partsIn } from "./spooled.js";
import { stepsOf, type Step } from "./steps.js";
import type { RefusedFigure } from "./types.js";
import { Unwritten, type Item, type UnspooledRows, type UnwrittenCall } from "./unwritten.js";

const GATHER_MS = 50;
/** So long after a call was written, reports count it: who waits for an answer does not wait for that. */
const COUNT_MS = 200;
const RETRY_MS = 1000;
/** So long the answer to a request waits for the database, where it does. */
const TOLD_MS = 50;

export interface WriterDependencies {
  readonly store: Pick<CallRecordStore, "transaction" | "isRefusal">;
  readonly quarantine: CdrQuarantine;
  readonly spool: Spool;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "incident">;
  /** This part of a call is in the database, or given up. */
  readonly done: (call: UnwrittenCall) => void;
}

export class RecordWriter {
  readonly unwritten: Unwritten;
  readonly #dependencies: WriterDependencies;
  /** Written in pieces, of which some may be in the database though their call's write failed; or found in another process's spool file. */
  readonly #mayBeThere = new WeakSet<Item>();
  #timer: NodeJS.Timeout | null = null;
  #countTimer: NodeJS.Timeout | null = null;
  /** The next write counts, too. */
  #counts = false;
  #running: Promise<void> = Promise.resolve();
  /** The next write of all that waits. */
  #next: Promise<void> | null = null;
  #failing = false;
  #isRecoveryDue = false;
  #closed = false;

  constructor(dependencies: WriterDependencies) {
    this.#dependencies = dependencies;
    this.unwritten = new Unwritten((call) => this.#giveUp(call));
  }

  /** Writes soon. */
  schedule(ms = GATHER_MS): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      // It has been logged, and is tried again.
      this.#soon().catch(() => undefined);
    }, ms);
    this.#timer.unref();
  }

  /** Resolves when all that was seen so far is committed and counted or, where the database refuses a row, set aside. Throws what the database cannot do now. */
  flush(): Promise<void> {
    this.#counts = true;
    return this.#soon();
  }

  #soon(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // What the same events of FreeSWITCH have proven is committed together, which takes no longer than one commit.
    this.#next ??= this.#running.then(endOfTurn, endOfTurn).then(() => this.#begin());
    return this.#next;
  }

  /** Resolves when what was confirmed can be read from the database, or in a while where it does not answer. Never rejects. */
  async settled(): Promise<void> {
    if (this.unwritten.hasSpooled) await this.#committed();
  }

  /** False: not yet. Never rejects. */
  async #committed(): Promise<boolean> {
    if (this.#failing) return false;
    const written = this.#soon().then(() => true, () => false);
    return (await within(written, TOLD_MS)) === true;
  }

  /**
   * Resolves when all that was seen so far of the call survives a kill of this process: at once where the spool file takes the rows that it adds, and its record and legs
   * are in the database as they are; else soon, when all is committed. What is nowhere then is in the log. Never rejects.
   */
  async kept(callId: string): Promise<void> {
    const parts = this.#spool(callId);
    this.schedule();
    if (parts.length === 0 && this.unwritten.isStored(callId)) return;
    if (!(await this.#committed())) this.#unspooled(parts);
  }

  /** Gives what the spool file did not take. */
  #spool(callId?: string): readonly UnspooledRows[] {
    const { unwritten } = this;
    const parts = unwritten.unspooled(callId);
    if (!this.#dependencies.spool.keep(parts)) return parts;
    unwritten.spooled(parts);
    return [];
  }

  /** Writes what other processes have left in their spool files. Never rejects: what cannot be written stays there, and is tried again after a write. */
  async recover(): Promise<void> {
    const { spool, logger } = this.#dependencies;
    this.#isRecoveryDue = false;
    try {
      await spool.recover(async (lines) => {
        const parts = partsIn(lines, logger);
        for (const { items } of parts) for (const item of items) this.#mayBeThere.add(item);
        await this.#write(parts, true, () => undefined);
      });
    } catch (error) {
      logger.error({ err: error }, "a spool file of call records cannot be brought into the database; it is tried again after the next write");
      this.#isRecoveryDue = true;
    }
  }

  /** Writes what there is. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush().catch(() => this.#unspooled(this.#spool()));
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#countTimer !== null) clearTimeout(this.#countTimer);
  }

  #unspooled(parts: readonly UnspooledRows[]): void {
    if (parts.length === 0) return;
    this.#dependencies.metrics.incident("call_records_unspooled", parts.length);
    this.#dependencies.logger.error({ parts }, "neither the database nor the spool file takes confirmed rows; they wait in memory");
  }

  #begin(): Promise<void> {
    this.#next = null;
    this.#running = this.#flush();
    return this.#running;
  }

  async #flush(): Promise<void> {
    const { unwritten } = this;
    const { logger, metrics, spool, done } = this.#dependencies;
    const parts = unwritten.take();
    const counts = this.#counts;
    this.#counts = false;
    if (parts.length === 0) return;
    try {
      await this.#write(parts, counts, (call, isCounted) => {
        unwritten.written(call);
        if (!isCounted) this.#countLater(call.id);
        done(call);
      });
      if (this.#failing) logger.info({ calls: parts.length }, "call records are written again");
      this.#failing = false;
      if (!unwritten.hasSpooled) spool.clear();
      if (this.#isRecoveryDue && !this.#closed) void this.recover();
    } catch (error) {
      for (const { seen } of parts) seen?.live.forgetWritten();
      metrics.incident("call_records_not_written");
      if (!this.#failing) logger.error({ err: error, calls: parts.length }, "call records cannot be written; trying again");
      this.#failing = true;
      this.schedule(RETRY_MS);
      throw error;
    } finally {
      unwritten.putBack();
    }
  }

  #countLater(callId: string): void {
    this.unwritten.countLater(callId);
    if (this.#closed) return;
    this.#countTimer ??= setTimeout(() => {
      this.#countTimer = null;
      this.flush().catch(() => undefined);
    }, COUNT_MS);
    this.#countTimer.unref();
  }

  async #write(parts: readonly UnwrittenCall[], counts: boolean, written: (call: UnwrittenCall, isCounted: boolean) => void): Promise<void> {
    const { store } = this.#dependencies;
    const left = new Set(parts);
    // Bounded by `parts`.
    const uncounted = new Set<UnwrittenCall>();
    const tell = (call: UnwrittenCall): void => {
      left.delete(call);
      written(call, !uncounted.has(call));
    };
    try {
      await inSlices(
        store,
        parts,
        async (tx, call) => {
          if (!(await this.#take(tx, call, counts))) uncounted.add(call);
        },
        (slice) => slice.forEach(tell),
      );
    } catch (error) {
      if (!store.isRefusal(error)) throw error;
      uncounted.clear();
      // One of them will be refused again and again, and must not keep the others.
      for (const call of left) {
        await this.#writeAlone(call);
        tell(call);
      }
    }
  }

  readonly #stepsOf = (tx: CallRecordWork, call: UnwrittenCall): Promise<readonly Step[]> => stepsOf(tx, call, (item) => this.#mayBeThere.has(item) || (this.unwritten.isSpooled(item) && this.#dependencies.spool.isTaken()), (figures) => this.#refused(call, figures));

  /** Gives whether it was counted, or need not be. */
  async #take(tx: CallRecordWork, call: UnwrittenCall, counts: boolean): Promise<boolean> {
    const steps = await this.#stepsOf(tx, call);
    const now = counts ? steps : steps.filter(({ canWait }) => !canWait);
    for (const step of now) await step.run(tx);
    return now.length === steps.length;
  }

  async #writeAlone(call: UnwrittenCall): Promise<void> {
    const { store } = this.#dependencies;
    call.seen?.live.forgetWritten();
    try {
      await store.transaction((tx) => this.#take(tx, call, true));
    } catch (error) {
      if (!store.isRefusal(error)) throw error;
      call.seen?.live.forgetWritten();
      for (const step of await store.transaction((tx) => this.#stepsOf(tx, call))) await this.#writeStep(call, step);
    }
  }

  async #writeStep(call: UnwrittenCall, step: Step): Promise<void> {
    const { store } = this.#dependencies;
    try {
      await store.transaction((tx) => step.run(tx));
    } catch (error) {
      if (!store.isRefusal(error)) throw error;
      await this.#setAside(call, step, error);
    }
    if (step.item !== null) this.#mayBeThere.add(step.item);
  }

  /** A row of a live call is refused with each of its changes; only the first and the last refusal are reported. */
  async #setAside({ id, seen }: UnwrittenCall, { name, content }: Step, error: unknown): Promise<void> {
    const { quarantine, store, logger, metrics } = this.#dependencies;
    const key = `${name} ${String(seen?.live.ended)}`;
    if (seen?.live.refused.has(key) === true) return;
    const text = JSON.stringify(content);
    const reason = `${name}: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
    metrics.incident("call_record_refused");
    logger.error({ err: error, call: id, row: name, content }, "the database refuses a row of a call, which is set aside");
    try {
      await quarantine.add({ at: new Date(), origin: `call ${id}`, reason, digest: createHash("sha256").update(`${id} ${text}`).digest("hex"), content: text });
    } catch (failure) {
      if (!store.isRefusal(failure)) throw failure;
      logger.error({ err: failure, call: id }, "what the database refuses cannot be set aside in it");
    }
    seen?.live.refused.add(key);
  }

  /** They have been set aside; once for each live call that is logged. */
  #refused({ id, seen }: UnwrittenCall, figures: readonly RefusedFigure[]): void {
    const { logger, metrics } = this.#dependencies;
    if (seen?.live.refused.has("figures") === true) return;
    seen?.live.refused.add("figures");
    metrics.incident("call_record_refused");
    logger.error({ err: figures[0]?.error, call: id, figures: figures.map(({ figure }) => figure) }, "the database refuses what reports count of a call, which is set aside");
  }

  #giveUp(call: UnwrittenCall): void {
    const { logger, metrics, done } = this.#dependencies;
    const { id, seen, items } = call;
    metrics.incident("call_records_lost", items.length + (seen === null ? 0 : 1));
    // The log is the last place where they can be found.
    logger.error({ call: id, items }, seen === null ? "too much of calls waits to be written" : "too many calls wait to be written; of this one, FreeSWITCH's own records will tell");
    done(call);
  }
}
