/** Keeps what changes in a call back until the act that changes it is over, so that one act makes one event. */
import type { CallChange, CallsActing } from "../calls/index.js";

/** How long the state in the middle of an act is not told. What lasts longer, such as a phone that rings for a transfer, is worth an event of its own. */
const ACT_MS = 150;

export type CallUpdate = CallChange & { readonly type: "call.updated" };

export class CallUpdates {
  /** By call, the newest. Bounded by the calls under way. */
  readonly #pending = new Map<string, { update: CallUpdate; readonly timer: NodeJS.Timeout }>();
  readonly #acting: CallsActing;
  readonly #tell: (update: CallUpdate) => void;
  readonly #stop: () => void;

  /** @param tell gets the newest update of a call, once for all that were kept back */
  constructor(acting: CallsActing, tell: (update: CallUpdate) => void) {
    this.#acting = acting;
    this.#tell = tell;
    this.#stop = acting.onRest((callId) => this.flush(callId));
  }

  add(update: CallUpdate): void {
    const { id } = update.call;
    const known = this.#pending.get(id);
    if (known !== undefined) known.update = update;
    else if (this.#acting.isActing(id)) this.#pending.set(id, { update, timer: setTimeout(() => this.flush(id), ACT_MS).unref() });
    else this.#tell(update);
  }

  /** What was kept back of the call is not told any more: another event shows it. */
  drop(callId: string): void {
    clearTimeout(this.#pending.get(callId)?.timer);
    this.#pending.delete(callId);
  }

  /** Tells all that was kept back. Idempotent. */
  close(): void {
    this.#stop();
    for (const id of [...this.#pending.keys()]) this.flush(id);
  }

  /** Tells what was kept back of the call, if anything was. */
  flush(callId: string): void {
    const pending = this.#pending.get(callId);
    if (pending === undefined) return;
    this.drop(callId);
    this.#tell(pending.update);
  }
}
