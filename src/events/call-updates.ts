/** Keeps what changes in a call back while FreeSWITCH, or an operation, is in the middle of something, so that one act makes one event. */
import type { CallChange, CallsActing } from "../calls/index.js";

/** How long the states in the middle of an operation are not told, its waiting for a phone left out. */
const ACT_MS = 1000;
/** How long a state that does not last is not told. Then it does last: a dialplan plays something to the caller. */
const SETTLE_MS = 150;

export type CallUpdate = CallChange & { readonly type: "call.updated" };

interface Pending {
  update: CallUpdate;
  timer: NodeJS.Timeout;
  /** What it waits for. */
  why: "act" | "settle";
}

export class CallUpdates {
  /** By call, the newest. Bounded by the calls under way. */
  readonly #pending = new Map<string, Pending>();
  /** By call, what FreeSWITCH has been in the middle of for so long that it lasts. Bounded by the calls under way, and of each by its legs. */
  readonly #lasting = new Map<string, readonly string[]>();
  readonly #acting: CallsActing;
  readonly #tell: (update: CallUpdate) => void;
  readonly #stop: () => void;

  /** @param tell gets the newest update of a call, once for all that were kept back */
  constructor(acting: CallsActing, tell: (update: CallUpdate) => void) {
    this.#acting = acting;
    this.#tell = tell;
    this.#stop = acting.onRest((callId) => this.#look(callId));
  }

  add(update: CallUpdate): void {
    const { id, unsettled } = update.call;
    const lasting = this.#lasting.get(id)?.filter((each) => unsettled.includes(each)) ?? [];
    if (lasting.length > 0) this.#lasting.set(id, lasting);
    else this.#lasting.delete(id);
    const known = this.#pending.get(id);
    if (known !== undefined) {
      known.update = update;
      this.#look(id);
      return;
    }
    const why = this.#whyKept(update);
    if (why === null) this.#tell(update);
    else this.#pending.set(id, { update, why, timer: this.#timer(id, why) });
  }

  /** What was kept back of the call is not told any more: another event shows it. */
  drop(callId: string): void {
    clearTimeout(this.#pending.get(callId)?.timer);
    this.#pending.delete(callId);
  }

  /** The call is over. */
  forget(callId: string): void {
    this.drop(callId);
    this.#lasting.delete(callId);
  }

  /** Tells all that was kept back. Idempotent. */
  close(): void {
    this.#stop();
    for (const id of [...this.#pending.keys()]) this.flush(id);
    this.#lasting.clear();
  }

  /** The calls of which something is kept back. */
  get pending(): Iterable<string> {
    return this.#pending.keys();
  }

  /** Tells what was kept back of the call, if anything was. */
  flush(callId: string): void {
    const pending = this.#pending.get(callId);
    if (pending === undefined) return;
    this.drop(callId);
    this.#tell(pending.update);
  }

  #whyKept({ call: { id, unsettled } }: CallUpdate): Pending["why"] | null {
    if (this.#acting.isActing(id)) return "act";
    return unsettled.every((each) => this.#lasting.get(id)?.includes(each) === true) ? null : "settle";
  }

  /** Tells what was kept back, unless it is to be kept on. */
  #look(callId: string): void {
    const pending = this.#pending.get(callId);
    if (pending === undefined) return;
    const why = this.#whyKept(pending.update);
    if (why === null) this.flush(callId);
    else if (why !== pending.why) {
      clearTimeout(pending.timer);
      pending.why = why;
      pending.timer = this.#timer(callId, why);
    }
  }

  #timer(callId: string, why: Pending["why"]): NodeJS.Timeout {
    const over = (): void => {
      const unsettled = this.#pending.get(callId)?.update.call.unsettled ?? [];
      if (unsettled.length > 0) this.#lasting.set(callId, unsettled);
      this.flush(callId);
    };
    return setTimeout(over, why === "act" ? ACT_MS : SETTLE_MS).unref();
  }
}
