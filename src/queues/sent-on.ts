/** Callers whom a department sends elsewhere, and who so do not count as abandoned when they leave. */
import type { CallLegs } from "../calls/index.js";
import type { WaitingCaller } from "./waiting.js";

/** Where to: the ways of an overflow, and a callback. */
export type SentTo = "department" | "phonenumber" | "message" | "hangup" | "callback";

export class SentOn {
  readonly #calls: Pick<CallLegs, "overflows">;
  /** By call. Bounded by the calls that wait. */
  readonly #callers = new Map<string, SentTo>();

  constructor(calls: Pick<CallLegs, "overflows">) {
    this.#calls = calls;
  }

  /** Before it is done, so that the record knows it whatever happens to this process. */
  add(caller: WaitingCaller, to: SentTo): void {
    this.#callers.set(caller.id, to);
    this.#calls.overflows(caller, caller.department, to, "done");
  }

  /** The caller goes on waiting. */
  stays(caller: WaitingCaller): void {
    const to = this.#callers.get(caller.id);
    if (this.#callers.delete(caller.id) && to !== undefined) this.#calls.overflows(caller, caller.department, to, "failed");
  }

  /** Null: nowhere. */
  of(callId: string): SentTo | null {
    return this.#callers.get(callId) ?? null;
  }

  /** The caller has left; gives whether the caller was sent elsewhere. */
  left({ id }: Pick<WaitingCaller, "id">): boolean {
    return this.#callers.delete(id);
  }
}
