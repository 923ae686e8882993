import type { FieldWords } from "../overlay.js";

/** What each kind of field is given. */
export interface InputProps {
  readonly id: string;
  readonly path: string;
  readonly words: FieldWords;
  readonly describedBy?: string | undefined;
  readonly isFixed: boolean;
  readonly isFaulty: boolean;
}
