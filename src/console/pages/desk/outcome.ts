/**
 * How a call is closed, and what the agent writes about it. It saves itself after a pause and when the field is left. What cannot be saved now, because the server is not
 * reached or the session has ended, is kept here and saved later; nothing of it is kept by the browser.
 */
import { ApiProblem } from "../../api/problem.js";
import { linesOf } from "../../forms/lines.js";

export interface OutcomeText {
  readonly code: string;
  readonly note: string;
}

/** What is saved. */
export interface OutcomeChange {
  readonly code: string;
  /** Empty: there is none any more. Null: the agent has not touched it, and the record keeps its own. */
  readonly note: string | null;
}

export type OutcomeState =
  | { readonly kind: "clean" }
  | { readonly kind: "unsaved" }
  | { readonly kind: "saving" }
  /** Milliseconds since the epoch, by the server's clock. */
  | { readonly kind: "saved"; readonly at: number }
  /** It is saved as soon as that is possible again. */
  | { readonly kind: "waiting" }
  | { readonly kind: "refused"; readonly message: string };

export interface OutcomePorts {
  /** Throws ApiProblem. */
  readonly save: (change: OutcomeChange) => Promise<void>;
  readonly told: (state: OutcomeState) => void;
  readonly now?: () => number;
  readonly pauseMs?: number;
}

const PAUSE_MS = 1500;
/** The server was not reached, the session has ended, or the server cannot now. */
const isForNow = ({ status }: ApiProblem): boolean => status === 0 || status === 401 || status === 429 || status >= 500;

export class Outcome {
  readonly #ports: OutcomePorts;
  #text: OutcomeText = { code: "", note: "" };
  #saved: OutcomeText = { code: "", note: "" };
  #state: OutcomeState = { kind: "clean" };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;
  #isCodeTouched = false;
  #isNoteTouched = false;

  constructor(ports: OutcomePorts) {
    this.#ports = ports;
  }

  get text(): OutcomeText {
    return this.#text;
  }

  get state(): OutcomeState {
    return this.#state;
  }

  get isDirty(): boolean {
    return this.#text.code !== this.#saved.code || this.#text.note !== this.#saved.note;
  }

  /** What the record says. What the agent has written meanwhile stands. */
  loaded(text: OutcomeText): void {
    this.#saved = text;
    this.#text = { code: this.#isCodeTouched ? this.#text.code : text.code, note: this.#isNoteTouched ? this.#text.note : text.note };
  }

  edit(text: OutcomeText): void {
    this.#isCodeTouched ||= text.code !== this.#text.code;
    this.#isNoteTouched ||= text.note !== this.#text.note;
    this.#text = text;
    this.#tell({ kind: "unsaved" });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), this.#ports.pauseMs ?? PAUSE_MS);
  }

  /** At once; nothing when there is nothing to save. Resolves when it is saved, refused or waits. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#saving !== null) await this.#saving;
    if (!this.isDirty) {
      if (this.#state.kind === "unsaved" || this.#state.kind === "waiting") this.#tell({ kind: "clean" });
      return;
    }
    this.#saving = this.#save(this.#text).finally(() => (this.#saving = null));
    await this.#saving;
  }

  /** Once more, after the connection or the session is back. */
  async again(): Promise<void> {
    if (this.#state.kind === "waiting") await this.flush();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #save(text: OutcomeText): Promise<void> {
    this.#tell({ kind: "saving" });
    try {
      await this.#ports.save({ code: text.code, note: this.#isNoteTouched ? text.note : null });
      this.#saved = text;
      this.#tell(this.isDirty ? { kind: "unsaved" } : { kind: "saved", at: (this.#ports.now ?? Date.now)() });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#tell(isForNow(error) ? { kind: "waiting" } : { kind: "refused", message: error.message });
    }
  }

  #tell(state: OutcomeState): void {
    this.#state = state;
    this.#ports.told(state);
  }
}

/** As the API takes it. */
export const noteText = (note: string): string => linesOf(note).trim();
