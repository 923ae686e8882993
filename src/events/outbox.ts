/** Numbers the domain events for those who read them. */
import type { Clock } from "../clock.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import type { CallChangeSubject } from "../calls/index.js";
import type { DomainEventData, DomainEventType } from "./schemas.js";

type CallEventType = Extract<DomainEventType, `call.${string}` | "recording.paused" | "recording.resumed" | `consult.${string}`>;
type RecordEventType = Exclude<Extract<DomainEventType, `calllog.${string}` | `recording.${string}`>, CallEventType>;
type Fact<T extends DomainEventType> = T extends RecordEventType ? { readonly type: T; readonly data: DomainEventData<T>; readonly agents: readonly string[] } : T extends CallEventType ? { readonly type: T; readonly data: DomainEventData<T>; readonly subject: CallChangeSubject } : { readonly type: T; readonly data: DomainEventData<T> };

/** What happened, as a reader who sees all of the organization sees it; with the call it is about, or the agents whose own list shows the record, for readers who see less. */
export type DomainFact = { [T in DomainEventType]: Fact<T> }[DomainEventType];

interface Numbered {
  /** Grows by one with each event of this process. */
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** Null: of a switch, or of a call of no organization. */
  readonly organizationId: number | null;
  /** That organization's SIP domain. */
  readonly organization: string | null;
}

export type DomainEvent = Numbered & DomainFact;
export type CallEvent = Extract<DomainEvent, { readonly subject: CallChangeSubject }>;

export class Outbox {
  readonly #clock: Clock;
  readonly #listeners: Listeners<[DomainEvent]>;
  #newest = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#listeners = new Listeners<[DomainEvent]>("domain events", logger, ({ type, seq }) => ({ type, seq }));
  }

  /** The number of the newest event; 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  /** Returns the unsubscribe function. */
  onEvent(handler: (event: DomainEvent) => void): () => void {
    return this.#listeners.add(handler);
  }

  append(organizationId: number | null, organization: string | null, fact: DomainFact): void {
    this.#newest += 1;
    // What is new comes first, so that all events share the hidden classes of V8 (see src/http/authentication.ts).
    this.#listeners.tell({ seq: this.#newest, at: new Date(this.#clock.now()).toISOString(), organizationId, organization, ...fact });
  }

  close(): void {
    this.#listeners.clear();
  }
}
