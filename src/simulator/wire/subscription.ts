/** Which events a client gets, and in which form. */
import { EVENT_NAMES } from "./event-names.js";
import type { EventRecord } from "./event-record.js";

export type EventFormat = "plain" | "json";

interface Filter {
  readonly header: string;
  readonly value: string;
}

export class Subscription {
  format: EventFormat = "plain";
  #active = false;
  #all = false;
  readonly #names = new Set<string>();
  readonly #subclasses = new Set<string>();
  readonly #filters: Filter[] = [];

  get active(): boolean {
    return this.#active;
  }

  /** Words as in `event <format> <words>`: those after CUSTOM are subclasses. False when none is a known event. */
  add(words: readonly string[]): boolean {
    let known = 0;
    let custom = false;
    for (const word of words) {
      const name = word.toUpperCase();
      if (custom) {
        this.#subclasses.add(word);
        known++;
      } else if (name === "ALL") {
        this.#all = true;
        known++;
      } else if (EVENT_NAMES.has(name)) {
        this.#names.add(name);
        custom = name === "CUSTOM";
        known++;
      }
    }
    if (known > 0) this.#active = true;
    return known > 0;
  }

  remove(words: readonly string[]): boolean {
    let known = 0;
    let custom = false;
    for (const word of words) {
      const name = word.toUpperCase();
      if (custom) {
        this.#subclasses.delete(word);
        known++;
      } else if (name === "ALL") {
        this.clear();
        known++;
      } else if (EVENT_NAMES.has(name)) {
        if (this.#all) this.#expandAll();
        this.#names.delete(name);
        custom = name === "CUSTOM";
        known++;
      }
    }
    return known > 0;
  }

  clear(): void {
    this.#active = false;
    this.#all = false;
    this.#names.clear();
    this.#subclasses.clear();
  }

  addFilter(header: string, value: string): void {
    this.#filters.push({ header, value });
  }

  /** Without a value: every filter of that header; `all` removes every one. */
  removeFilter(header: string, value: string): void {
    const kept = header.toLowerCase() === "all" ? [] : this.#filters.filter((filter) => filter.header.toLowerCase() !== header.toLowerCase() || (value !== "" && filter.value !== value));
    this.#filters.length = 0;
    this.#filters.push(...kept);
  }

  wants(name: string, subclass: string): boolean {
    if (!this.#active) return false;
    if (this.#all) return true;
    if (!this.#names.has(name)) return false;
    return name !== "CUSTOM" || this.#subclasses.size === 0 || this.#subclasses.has(subclass);
  }

  passesFilters(event: EventRecord): boolean {
    if (this.#filters.length === 0) return true;
    return this.#filters.some(({ header, value }) => {
      const actual = event.get(header);
      if (actual === undefined) return false;
      if (value.startsWith("/") && value.endsWith("/") && value.length > 1) return new RegExp(value.slice(1, -1)).test(actual);
      return actual.toLowerCase() === value.toLowerCase();
    });
  }

  #expandAll(): void {
    this.#all = false;
    for (const name of EVENT_NAMES) this.#names.add(name);
  }
}
