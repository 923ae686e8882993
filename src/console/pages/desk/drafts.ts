/** What is written about calls, for as long as the page is open: a lost connection, a login or another page in between keeps it. */
import type { InjectionKey } from "vue";
import { Outcome, type OutcomePorts } from "./outcome.js";

const MOST = 20;

/** One for the page: leaving the desk must not lose a half-written note. */
export const DRAFTS: InjectionKey<Drafts> = Symbol("drafts");

export class Drafts {
  /** By call, the last ones used. Bounded by `MOST`, and by those that are not saved yet. */
  readonly #outcomes = new Map<string, Outcome>();

  /** `isNew`: nothing is known of it yet. */
  of(callId: string, ports: () => OutcomePorts): { readonly outcome: Outcome; readonly isNew: boolean } {
    const known = this.#outcomes.get(callId);
    const outcome = known ?? new Outcome(ports());
    this.#outcomes.delete(callId);
    this.#outcomes.set(callId, outcome);
    for (const [id, old] of this.#outcomes) if (this.#outcomes.size > MOST && !old.isDirty) this.#outcomes.delete(id);
    return { outcome, isNew: known === undefined };
  }

  get hasUnsaved(): boolean {
    return [...this.#outcomes.values()].some(({ isDirty }) => isDirty);
  }

  /** What could not be saved is tried again. */
  async again(): Promise<void> {
    await Promise.all([...this.#outcomes.values()].map((outcome) => outcome.again()));
  }

  /** Somebody else logs in here. */
  clear(): void {
    for (const outcome of this.#outcomes.values()) outcome.close();
    this.#outcomes.clear();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#outcomes.values()].map((outcome) => outcome.flush()));
  }
}
