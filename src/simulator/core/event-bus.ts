/** FreeSWITCH's event engine: numbers every event of the core and hands it to who listens. */
import { randomUUID } from "node:crypto";
import { EventRecord, gmtStamp, localStamp } from "../wire/event-record.js";
import type { Clock } from "./clock.js";

export interface EventListener {
  /** Whether an event of this name (and subclass, for CUSTOM) should be built for it. */
  wants(name: string, subclass: string): boolean;
  deliver(event: EventRecord): void;
}

export interface EventOptions {
  readonly subclass?: string;
  readonly body?: string;
  /** Called at once, and only when somebody listens. */
  readonly headers?: () => [string, string][];
}

export class EventBus {
  readonly hostname: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<EventListener>();
  #coreUuid: string = randomUUID();
  #sequence = 0;

  constructor(hostname: string, clock: Clock) {
    this.hostname = hostname;
    this.#clock = clock;
  }

  get coreUuid(): string {
    return this.#coreUuid;
  }

  /** A restarted core has another uuid and counts from the beginning. */
  reset(): void {
    this.#coreUuid = randomUUID();
    this.#sequence = 0;
  }

  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The headers that every event begins with; consumes a sequence number. */
  stamp(name: string, subclass = ""): [string, string][] {
    const nowUs = this.#clock.nowUs();
    const date = new Date(nowUs / 1000);
    this.#sequence += 1;
    const headers: [string, string][] = [["Event-Name", name]];
    if (subclass !== "") headers.push(["Event-Subclass", subclass]);
    headers.push(
      ["Core-UUID", this.#coreUuid],
      ["FreeSWITCH-Hostname", this.hostname],
      ["FreeSWITCH-Switchname", this.hostname],
      ["FreeSWITCH-IPv4", "127.0.0.1"],
      ["FreeSWITCH-IPv6", "::1"],
      ["Event-Date-Local", localStamp(date)],
      ["Event-Date-GMT", gmtStamp(date)],
      ["Event-Date-Timestamp", String(nowUs)],
      ["Event-Sequence", String(this.#sequence)],
    );
    return headers;
  }

  fire(name: string, options: EventOptions = {}): void {
    const subclass = options.subclass ?? "";
    const interested = [...this.#listeners].filter((listener) => listener.wants(name, subclass));
    if (interested.length === 0) {
      this.#sequence += 1;
      return;
    }
    const event = new EventRecord(name, [...this.stamp(name, subclass), ...(options.headers?.() ?? [])], {
      subclass,
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    for (const listener of interested) listener.deliver(event);
  }
}
