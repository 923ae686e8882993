import type { CallChangeSubject } from "./types.js";

/** A waiting call of which only the place in its line has changed. Thousands may at once, so what a reader needs of one is made on demand. */
export interface MovedCall {
  readonly id: string;
  /** As it is when this is called. */
  subject(): CallChangeSubject;
}

export interface CallMoves {
  /** Handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onMoved(handler: (call: MovedCall) => void): () => void;
}
