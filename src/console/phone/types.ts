/** What the other rooms know of the page's own phone. */
import type { InjectionKey, ShallowRef } from "vue";

export interface PagePhone {
  readonly state: Readonly<ShallowRef<"off" | "registering" | "ready" | "elsewhere" | "failed">>;
  /** SIP Call-IDs of the page's own dialogs that ring. */
  readonly ringing: Readonly<ShallowRef<readonly string[]>>;
  readonly muted: Readonly<ShallowRef<boolean>>;
  answer(sipCallId: string): Promise<void>;
  decline(sipCallId: string): Promise<void>;
  setMuted(muted: boolean): void;
  dtmf(digit: string): void;
}

export const PHONE: InjectionKey<PagePhone> = Symbol("phone");
