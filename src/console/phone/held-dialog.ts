/** One of the page's calls, with all that the phone knows of it. */
import type { Earpiece } from "./audio.js";
import type { Asked } from "./auto-answer.js";
import { LegMemory } from "./known-legs.js";
import type { SipDialog } from "./sip.js";

export interface Held {
  readonly dialog: SipDialog;
  readonly memory: LegMemory;
  state: "ringing" | "answering" | "up";
  byItself: boolean;
  /** What of the page's own requests has made it. */
  asked: Asked | null;
  /** Held back for the moment in which an event may say that the person has asked for it. */
  isQuiet: boolean;
  voice: { readonly stream: MediaStream; readonly give: () => void } | null;
  /** Bounded by the tracks of a call. */
  readonly ears: Earpiece[];
  done: (() => void) | null;
  failed: ((error: Error) => void) | null;
}

export const heldDialog = (dialog: SipDialog, begins: Pick<Held, "state" | "isQuiet" | "voice">): Held => ({ ...begins, dialog, memory: new LegMemory(), byItself: false, asked: null, ears: [], done: null, failed: null });

/** Resolves when the call is answered; rejects when it ends before. */
export const settled = (held: Held): Promise<void> =>
  new Promise((resolve, reject) => {
    held.done = resolve;
    held.failed = reject;
  });
