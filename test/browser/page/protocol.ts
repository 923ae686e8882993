/** What the driver of a page (../phone.ts) and the page itself (phone-page.ts) say to each other. */

export interface PageOptions {
  readonly wssUrl: string;
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  /** Hertz of what it says, endlessly. */
  readonly frequency: number;
}

/** What it does with a call that comes. */
export type OnCall = { readonly kind: "answer" } | { readonly kind: "ring" } | { readonly kind: "reject"; readonly status: number };

export interface PageCall {
  readonly callId: string;
  readonly direction: "incoming" | "outgoing";
  readonly state: "ringing" | "talking" | "ended";
  /** Why it has ended, as JsSIP calls it; "" before. */
  readonly cause: string;
  /** The status of the reply with which it failed, or the Reason header with which it was ended; "" when there was neither. */
  readonly reason: string;
  /** Held by this page, or by the other side. */
  readonly held: { readonly local: boolean; readonly remote: boolean };
}

export interface PageState {
  readonly connected: boolean;
  readonly registered: boolean;
  /** Why the last REGISTER was refused; "" when it was not. */
  readonly refused: string;
  /** Oldest first, ended ones included. */
  /** What the page says and hears is under way. */
  readonly sound: string;
  readonly calls: readonly PageCall[];
}

/** What a call sounded like just now: 16-bit samples, little-endian, in base64. */
export interface PageSound {
  readonly rate: number;
  readonly samples: string;
}

/** JsSIP's events of one REFER, in order: `requestSucceeded`, `requestFailed`, `trying`, `progress`, `accepted 200`, `failed 403`. */
export type ReferEvents = readonly string[];

/** `globalThis.phone` in the page; the driver calls it by JSON. */
export interface PagePhone {
  start(options: PageOptions): Promise<void>;
  state(): PageState;
  onCall(behaviour: OnCall): void;
  /** Gives the SIP Call-ID. */
  call(target: string): string;
  /** Answers what rings. */
  answer(): void;
  /** Ends all calls, or the one. */
  hangUp(callId?: string): void;
  hold(on: boolean, callId?: string): void;
  /** By JsSIP's default transport. */
  press(digits: string, callId?: string): void;
  /** `replaces`: the Call-ID of another call of this page, whose far end is the target. Gives a number for `referred`. */
  refer(callId: string, target: string, replaces?: string): number;
  referred(refer: number): ReferEvents;
  /** One for each call that is up. */
  listen(): readonly PageSound[];
  unregister(): void;
}
